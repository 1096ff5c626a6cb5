/** Owns the screen: slip. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { Screen } from '../parts/screen.tsx';

export function SlipScreen(_: ScreenProps) {
  return <Screen title="slip" back="/" />;
}
