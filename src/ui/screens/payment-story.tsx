/** Owns the screen: payment-story. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { Screen } from '../parts/screen.tsx';

export function PaymentStoryScreen(_: ScreenProps) {
  return <Screen title="payment-story" back="/" />;
}
