/** Owns the screen: onboarding. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { Screen } from '../parts/screen.tsx';

export function OnboardingScreen(_: ScreenProps) {
  return <Screen title="onboarding" back="/" />;
}
