/** Owns the screens for when the phone's storage cannot be read, or an address leads nowhere. */
import { useState } from 'preact/hooks';
import { Button, ButtonLink } from '../parts/button.tsx';
import { Notice, RefusalNotice } from '../parts/notice.tsx';
import { Screen } from '../parts/screen.tsx';
import { storageBlocked } from '../storage-trouble.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';

/** Never an empty wallet: what cannot be read is not gone, and nothing is written over it. */
export function TroubleScreen() {
  const wallet = useWallet();
  const [busy, setBusy] = useState(false);
  const storage = wallet.storage.value;

  async function again(): Promise<void> {
    setBusy(true);
    await wallet.reread();
    setBusy(false);
  }

  return (
    <Screen
      title={t('trouble.title')}
      foot={
        <>
          <Button busy={busy} onClick={() => void again()}>
            {t('action.retry')}
          </Button>
          <Button kind="quiet" onClick={() => location.reload()}>
            {t('fault.again')}
          </Button>
        </>
      }
    >
      {storageBlocked() && <Notice kind="warning" title={t('trouble.blocked')} />}
      <RefusalNotice code="store_unreadable" />
      <p>{t('trouble.safe')}</p>
      {storage.kind === 'unreadable' && <p class="print soft">{storage.why}</p>}
    </Screen>
  );
}

export function LostScreen() {
  return (
    <Screen
      title={t('trouble.lost')}
      back="/"
      foot={<ButtonLink href="/">{t('trouble.home')}</ButtonLink>}
    >
      <p>{t('trouble.lost-text')}</p>
    </Screen>
  );
}
