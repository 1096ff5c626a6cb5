/** Owns the screen: activity. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { Screen } from '../parts/screen.tsx';

export function ActivityScreen(_: ScreenProps) {
  return <Screen title="activity" back="/" />;
}
