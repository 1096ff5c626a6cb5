/** Owns the screen: sign-in. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { Screen } from '../parts/screen.tsx';

export function SignInScreen(_: ScreenProps) {
  return <Screen title="sign-in" back="/" />;
}
