/** Owns the screens for when something is wrong with the phone's storage, the app or the address. */
import type { ScreenProps } from '../lazy-screen.tsx';
import { RefusalNotice } from '../parts/notice.tsx';
import { Screen } from '../parts/screen.tsx';
import { t } from '../text/text.ts';

export function TroubleScreen(_: ScreenProps) {
  return (
    <Screen title={t('trouble.title')}>
      <RefusalNotice code="store_unreadable" />
    </Screen>
  );
}

export function LostScreen(_: ScreenProps) {
  return (
    <Screen title={t('trouble.lost')} back="/">
      <RefusalNotice code="not_found" />
    </Screen>
  );
}
