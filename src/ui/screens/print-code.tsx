/** Owns the screen: print-code. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { Screen } from '../parts/screen.tsx';

export function PrintCodeScreen(_: ScreenProps) {
  return <Screen title="print-code" back="/" />;
}
