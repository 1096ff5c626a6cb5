/** Owns the screen: receive. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { Screen } from '../parts/screen.tsx';

export function ReceiveScreen(_: ScreenProps) {
  return <Screen title="receive" back="/" />;
}
