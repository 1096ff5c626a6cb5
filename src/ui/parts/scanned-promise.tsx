/** Owns somebody's promise as scanned from their phone: what it says, and carrying it to the server for them. */
import { useState } from 'preact/hooks';
import { decodeAuthorization } from '#protocol/authorization.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { announce } from '../announce.ts';
import { type Carried, carryPromise } from '../carry-promise.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { Amount } from './amount.tsx';
import { Button } from './button.tsx';
import { Notice, RefusalNotice } from './notice.tsx';
import { OrderFacts } from './order-facts.tsx';
import { ReceiptProof } from './receipt-proof.tsx';

export function ScannedPromise(props: { readonly bytes: Bytes }) {
  const wallet = useWallet();
  const [carried, setCarried] = useState<Carried | 'carrying'>();
  const authorization = decodeAuthorization(props.bytes);
  if (!authorization.ok) return <RefusalNotice code={authorization.refusal.code} />;

  async function carry(): Promise<void> {
    setCarried('carrying');
    const { transport, refresh } = await wallet.engine();
    const result = await carryPromise(wallet, transport, props.bytes);
    setCarried(result);
    if (result.kind === 'receipt') {
      announce(t('carry.arrived'));
      await refresh();
    }
  }

  if (typeof carried === 'object' && carried.kind === 'receipt') {
    return <ReceiptProof bytes={carried.receipt} />;
  }
  const { order } = authorization.value;
  const failed = typeof carried === 'object' ? carried : undefined;
  return (
    <div class="stack">
      <p class="proof-head">
        <Amount minor={order.amountMinor} currency={order.currency} size="title" />
      </p>
      <OrderFacts order={order} withEnd />
      {failed?.kind === 'refused' && <RefusalNotice code={failed.code} />}
      {failed?.kind === 'silence' && (
        <Notice kind="warning" title={t('carry.silence')}>
          <p>{t('carry.silence-next')}</p>
        </Notice>
      )}
      {!failed && <p>{t('carry.what')}</p>}
      <Button kind="receive" busy={carried === 'carrying'} onClick={() => void carry()}>
        {t(carried === 'carrying' ? 'carry.carrying' : 'carry.do')}
      </Button>
    </div>
  );
}
