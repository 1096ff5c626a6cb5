/** Owns the screen: settings. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { Screen } from '../parts/screen.tsx';

export function SettingsScreen(_: ScreenProps) {
  return <Screen title="settings" back="/" />;
}
