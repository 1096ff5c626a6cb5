/** Owns the screen: scan. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { Screen } from '../parts/screen.tsx';

export function ScanScreen(_: ScreenProps) {
  return <Screen title="scan" back="/" />;
}
