/** Owns checking a receipt that somebody shows: open to everybody, wallet or not, and without network. */
import { useEffect, useState } from 'preact/hooks';
import type { Bytes } from '#protocol/bytes.ts';
import { RECEIPT_QR_PREFIX } from '#protocol/receipt.ts';
import { announce } from '../announce.ts';
import { buzz } from '../buzz.ts';
import { Button } from '../parts/button.tsx';
import { useCodeTaker } from '../parts/code-taker.tsx';
import { ReceiptProof } from '../parts/receipt-proof.tsx';
import { Screen } from '../parts/screen.tsx';
import { findingOf } from '../scan-finding.ts';
import type { Complaint } from '../scan-words.ts';
import { keepServerKeys } from '../server-keys.ts';
import { t } from '../text/text.ts';
import { useStored, useWallet } from '../wallet-context.ts';
import '../styles/check.css';

/** Whether this phone can tell without a network; asks for the keys while there is one. */
function Readiness() {
  const wallet = useWallet();
  const stored = useStored('identity', ['wallet'], ({ store }) => store.readIdentity());
  useEffect(() => void keepServerKeys(wallet).catch(() => {}), [wallet]);
  if (stored.kind === 'reading') return null;
  const ready = stored.kind === 'read' && stored.value !== undefined;
  return <p class="small soft">{t(ready ? 'check.ready' : 'check.not-ready')}</p>;
}

/** What says that it is a receipt and cannot even be read is altered: no bytes say that as well. */
function receiptBytes(text: string): Bytes | undefined {
  const finding = findingOf(text);
  if (finding.kind === 'receipt') return finding.bytes;
  return text.trim().startsWith(RECEIPT_QR_PREFIX) ? new Uint8Array() : undefined;
}

type Found = { readonly bytes: Bytes; readonly text: string };

export function CheckScreen() {
  const [found, setFound] = useState<Found>();
  const [complaint, setComplaint] = useState<Complaint>();
  const take = (text: string) => {
    const bytes = receiptBytes(text);
    setComplaint(bytes ? undefined : { kind: 'not-a-receipt' });
    if (!bytes) return;
    buzz(60);
    announce(t('scan.found'));
    setFound({ bytes, text });
  };
  const taker = useCodeTaker({
    active: found === undefined,
    complaint,
    onText: take,
    onComplaint: setComplaint,
  });
  const again = () => {
    taker.putAway(found?.text ?? '');
    setFound(undefined);
  };
  return (
    <Screen
      title={t('check.title')}
      back="/"
      class={found ? 'check' : 'check scan'}
      foot={found ? <Button onClick={again}>{t('check.another')}</Button> : taker.foot}
    >
      {found && <ReceiptProof bytes={found.bytes} />}
      <div class="check-taker" hidden={found !== undefined}>
        <p>{t('check.lead')}</p>
        <Readiness />
        {taker.view}
      </div>
    </Screen>
  );
}
