/** Owns showing what a receipt proves: one word for it, the facts, and whether this phone checked the signature. */
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import type { Receipt } from '#protocol/receipt.ts';
import { type ReceiptCheck, type ReceiptFinding, useReceiptCheck } from '../receipt-check.ts';
import { reasonFor } from '../taken-words.ts';
import { formatAccount, formatMoment } from '../text/format.ts';
import { t } from '../text/text.ts';
import { useWallet } from '../wallet-context.ts';
import { Amount } from './amount.tsx';
import { IconAccepted, IconRefused } from './icon.tsx';
import { IconWarning } from './icon-more.tsx';
import '../styles/proof.css';

/** In one line, for a story that shows the facts already. */
export function SignatureLine(props: { readonly check: ReceiptCheck }) {
  const { kind } = props.check;
  switch (kind) {
    case 'checking':
      return <span>{t('proof.checking')}</span>;
    case 'paid':
    case 'not-paid':
      return <span class="proof-genuine">{t('proof.genuine')}</span>;
    case 'unchecked':
      return <span>{t('proof.unchecked-text')}</span>;
    case 'altered':
    case 'foreign':
      return <span class="proof-refused">{t(`proof.${kind}`)}</span>;
    case 'newer':
      return <span>{t('proof.newer')}</span>;
  }
}

function useIsMine(): (account: Bytes) => boolean {
  const mine = useWallet().state.value?.account.profile.account;
  return (account) => toBase32(account) === mine;
}

function useNameOf(): (account: Bytes) => string {
  const isMine = useIsMine();
  return (account) => (isMine(account) ? t('proof.you') : formatAccount(toBase32(account)));
}

function ProofFacts(props: { readonly receipt: Receipt }) {
  const { receipt } = props;
  const nameOf = useNameOf();
  return (
    <>
      <p class="proof-head">
        <Amount minor={receipt.amountMinor} currency={receipt.currency} size="title" />
      </p>
      <dl class="facts small">
        <dt>{t('proof.from')}</dt>
        <dd class="print">{nameOf(receipt.payer)}</dd>
        <dt>{t('proof.to')}</dt>
        <dd class="print">{nameOf(receipt.payee)}</dd>
        <dt>{t('proof.when')}</dt>
        <dd>
          <bdi>{formatMoment(receipt.settledAtS * 1000)}</bdi>
        </dd>
        <dt>{t('proof.id')}</dt>
        <dd class="print proof-id">{toBase64url(receipt.paymentId)}</dd>
      </dl>
    </>
  );
}

const SHAPES = {
  paid: IconAccepted,
  'not-paid': IconRefused,
  foreign: IconRefused,
  altered: IconRefused,
  unchecked: IconWarning,
  newer: IconWarning,
} as const;

function sentenceOf(finding: ReceiptFinding, isMine: (account: Bytes) => boolean): string {
  switch (finding.kind) {
    case 'paid':
      return t('proof.genuine');
    case 'not-paid': {
      const { code, payer, payee } = finding.receipt;
      const reader = isMine(payer) ? 'payer' : isMine(payee) ? 'payee' : 'other';
      return code ? reasonFor(code, reader) : t('proof.genuine');
    }
    default:
      return t(`proof.${finding.kind}-text`);
  }
}

/** The finding in a word, a shape and a colour; a refusing verdict says its reason. */
function FindingHead(props: { readonly finding: ReceiptFinding }) {
  const { finding } = props;
  const isMine = useIsMine();
  const Shape = SHAPES[finding.kind];
  return (
    <div class="proof-finding" data-finding={finding.kind} role="status">
      <Shape />
      <div>
        <p class="proof-word">{t(`proof.${finding.kind}`)}</p>
        <p>{sentenceOf(finding, isMine)}</p>
        {finding.kind === 'not-paid' && <p class="small">{t('proof.genuine')}</p>}
      </div>
    </div>
  );
}

/** A receipt that somebody shows: nothing of it is believed before its signature was checked. */
export function ReceiptProof(props: { readonly bytes: Bytes }) {
  const check = useReceiptCheck(props.bytes);
  if (check.kind === 'checking') return <p role="status">{t('proof.checking')}</p>;
  return (
    <div class="stack">
      <FindingHead finding={check} />
      {'receipt' in check && <ProofFacts receipt={check.receipt} />}
    </div>
  );
}
