/** Owns showing what a receipt proves: the verdict, the facts, and whether this phone checked the signature. */
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import type { Receipt } from '#protocol/receipt.ts';
import type { ReceiptCheck } from '../receipt-check.ts';
import { useReceiptCheck } from '../receipt-check.ts';
import { formatAccount, formatMoment } from '../text/format.ts';
import { refusalText, t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { Amount } from './amount.tsx';
import { Notice, RefusalNotice } from './notice.tsx';
import { StateBadge } from './state-badge.tsx';
import '../styles/proof.css';

/** In one line, for a story that shows the facts already. */
export function SignatureLine(props: { readonly check: ReceiptCheck }) {
  const { check } = props;
  switch (check.kind) {
    case 'checking':
      return <span>{t('proof.checking')}</span>;
    case 'genuine':
      return <span class="proof-genuine">{t('proof.genuine')}</span>;
    case 'unchecked':
      return <span>{t('proof.unchecked')}</span>;
    case 'refused':
      return <span class="proof-refused">{refusalText(check.code).what}</span>;
  }
}

function useNameOf(): (account: Bytes) => string {
  const mine = useWallet().state.value?.account.profile.account;
  return (account) => {
    const id = toBase32(account);
    return id === mine ? t('proof.you') : formatAccount(id);
  };
}

function ProofFacts(props: { readonly receipt: Receipt }) {
  const { receipt } = props;
  const nameOf = useNameOf();
  return (
    <>
      <p class="proof-head">
        <Amount minor={receipt.amountMinor} currency={receipt.currency} size="title" />
        <StateBadge state={receipt.verdict} />
      </p>
      {receipt.code && <p>{refusalText(receipt.code).what}</p>}
      <dl class="facts small">
        <dt>{t('proof.from')}</dt>
        <dd class="print">{nameOf(receipt.payer)}</dd>
        <dt>{t('proof.to')}</dt>
        <dd class="print">{nameOf(receipt.payee)}</dd>
        <dt>{t('proof.when')}</dt>
        <dd>{formatMoment(receipt.settledAtS * 1000)}</dd>
        <dt>{t('proof.id')}</dt>
        <dd class="print proof-id">{toBase64url(receipt.paymentId)}</dd>
      </dl>
    </>
  );
}

/** A receipt that somebody shows: nothing of it is believed before its signature was checked. */
export function ReceiptProof(props: { readonly bytes: Bytes }) {
  const check = useReceiptCheck(props.bytes);
  if (check.kind === 'checking') return <p role="status">{t('proof.checking')}</p>;
  if (check.kind === 'refused') return <RefusalNotice code={check.code} />;
  return (
    <div class="stack">
      {check.kind === 'genuine' ? (
        <Notice title={t('proof.genuine')}>
          <p>{t('proof.genuine-text')}</p>
        </Notice>
      ) : (
        <Notice kind="warning" title={t('proof.unchecked')}>
          <p>{t('proof.unchecked-text')}</p>
        </Notice>
      )}
      <ProofFacts receipt={check.receipt} />
    </div>
  );
}
