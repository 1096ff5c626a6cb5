/** Owns the screen: rehearsal. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { Screen } from '../parts/screen.tsx';

export function RehearsalScreen(_: ScreenProps) {
  return <Screen title="rehearsal" back="/" />;
}
