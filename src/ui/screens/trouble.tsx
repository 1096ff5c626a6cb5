/** Owns the screens for when the phone's storage cannot be read, or an address leads nowhere. */
import { useEffect, useState } from 'preact/hooks';
import { createSpareShelf } from '#device/spare-copies.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { Notice, RefusalNotice } from '../parts/notice.tsx';
import { Screen } from '../parts/screen.tsx';
import { storageBlocked } from '../storage-trouble.ts';
import { t } from '../text/text.ts';
import { readSpareCopies } from '../waiting-copies.ts';
import { useWallet } from '../wallet-context.ts';

/** How many of the payments that wait can be taken out although the database cannot be read. */
function useSpareCount(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const shelf = createSpareShelf();
    if (!shelf) return;
    // The shelf may be in the same trouble: then there is nothing to offer.
    readSpareCopies(shelf).then(
      (copies) => setCount(copies.length),
      () => {},
    );
  }, []);
  return count;
}

/** Never an empty wallet: what cannot be read is not gone, and nothing is written over it. */
export function TroubleScreen() {
  const wallet = useWallet();
  const [busy, setBusy] = useState(false);
  const storage = wallet.storage.value;
  const spares = useSpareCount();

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
      {spares > 0 && (
        <Notice title={t('trouble.spares', { count: spares })}>
          <ButtonLink kind="plain" href="/keep">
            {t('keep.title')}
          </ButtonLink>
        </Notice>
      )}
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
