/** Owns somebody's promise as scanned from their phone: what it says, and carrying it to the server for them. */
import { useState } from 'preact/hooks';
import { type Authorization, decodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { announce } from '../announce.ts';
import { type Carried, carryPromise } from '../carry-promise.ts';
import { formatAccount, formatMoment } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { Amount } from './amount.tsx';
import { Button } from './button.tsx';
import { Notice, RefusalNotice } from './notice.tsx';
import { ReceiptProof } from './receipt-proof.tsx';

function PromiseFacts(props: { readonly authorization: Authorization }) {
  const { order } = props.authorization;
  const mine = useWallet().state.value?.account.profile.account;
  const payee = toBase32(order.payee);
  return (
    <>
      <p class="proof-head">
        <Amount minor={order.amountMinor} currency={order.currency} size="title" />
      </p>
      <dl class="facts small">
        <dt>{t('proof.from')}</dt>
        <dd class="print">{formatAccount(toBase32(order.payer))}</dd>
        <dt>{t('proof.to')}</dt>
        <dd class="print">{payee === mine ? t('proof.you') : formatAccount(payee)}</dd>
        {order.note && (
          <>
            <dt>{t('proof.note')}</dt>
            <dd>{order.note}</dd>
          </>
        )}
        <dt>{t('proof.until')}</dt>
        <dd>{formatMoment(order.validUntilS * 1000)}</dd>
      </dl>
    </>
  );
}

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
  const failed = typeof carried === 'object' ? carried : undefined;
  return (
    <div class="stack">
      <PromiseFacts authorization={authorization.value} />
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
