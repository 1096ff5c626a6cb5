/** Owns the first screen of somebody with a wallet: the money, the two halves, the newest slips. */
import { Screen } from '../parts/screen.tsx';
import { t } from '../text/text.ts';

export function HomeScreen() {
  return <Screen title={t('home.title')} />;
}
