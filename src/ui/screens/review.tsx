/** Owns the screen: review. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { Screen } from '../parts/screen.tsx';

export function ReviewScreen(_: ScreenProps) {
  return <Screen title="review" back="/" />;
}
