/** Owns what a person must know before they approve: refusals, a payment made a moment ago, no network. */
import type { PaymentRequest } from '#protocol/payment-request.ts';
import type { Outcome, RefusalCode } from '#protocol/refusals.ts';
import type { PreparedOrder } from '#wallet/authorize.ts';
import { occupiesRequest, type Payment } from '#wallet/payment.ts';
import { formatMoment, formatMoney, formatTime } from '../text/format.ts';
import { refusalText, t } from '../text/text.ts';
import type { PayNow } from '../use-pay-now.ts';
import { useWallet } from '../wallet-context.ts';
import { Button, ButtonLink } from './button.tsx';
import { Notice, RefusalNotice } from './notice.tsx';

/** As long as a person may have forgotten that they tapped already. */
const RECENT_MS = 15 * 60 * 1000;

/** The last payment of this code that took or may take money, if it was a moment ago. */
export function recentPayment(sameRequest: readonly Payment[], nowMs: number): Payment | undefined {
  return sameRequest.find(
    ({ state, createdAtMs }) =>
      (state === 'promised' || state === 'accepted') && nowMs - createdAtMs < RECENT_MS,
  );
}

export function PaidBefore(props: { readonly payment: Payment }) {
  const { payment } = props;
  return (
    <Notice
      kind="warning"
      title={t('review.paid-before', {
        amount: formatMoney(payment.amountMinor, payment.currency),
        time: formatTime(payment.createdAtMs),
      })}
      action={
        <ButtonLink kind="quiet" href={`/slip/${payment.id}`}>
          {t('review.see-slip')}
        </ButtonLink>
      }
    >
      <p>{t('review.paid-before-text')}</p>
    </Notice>
  );
}

export function PayNowNotice(props: { readonly now: PayNow; readonly onRetry: () => void }) {
  const { now } = props;
  if (now === 'may') return null;
  if (now === 'reaching') return <Notice title={t('review.reaching')} />;
  return (
    <Notice
      kind="warning"
      title={t(now === 'cannot' ? 'review.offline-cannot' : 'review.offline-untried')}
      action={
        <Button kind="quiet" onClick={props.onRetry}>
          {t('action.retry')}
        </Button>
      }
    >
      <p>{t('review.offline-text')}</p>
    </Notice>
  );
}

/** Nothing entered yet is no complaint. */
export function complaintOf(prepared: Outcome<PreparedOrder> | undefined): RefusalCode | undefined {
  if (!prepared || prepared.ok || prepared.refusal.code === 'amount_zero') return undefined;
  return prepared.refusal.code;
}

/** Whatever else stands in the way does so before the first key is pressed. */
export function isOfTypedAmount(code: RefusalCode, request: PaymentRequest): boolean {
  const isOfAmount = code === 'over_balance' || code === 'amount_too_large';
  return isOfAmount && request.amountMinor === undefined;
}

/** The one payment that keeps its request from being paid again, however old it is. */
function AlreadyPaying(props: { readonly payment: Payment }) {
  const { payment } = props;
  const action = (
    <ButtonLink kind="quiet" href={`/slip/${payment.id}`}>
      {t('review.see-slip')}
    </ButtonLink>
  );
  if (payment.state !== 'accepted') return <RefusalNotice code="already_paying" action={action} />;
  const amount = formatMoney(payment.amountMinor, payment.currency);
  const moment = formatMoment(payment.createdAtMs);
  return (
    <Notice kind="warning" title={t('review.paid', { amount, moment })} action={action}>
      <p>{t('review.paid-text')}</p>
    </Notice>
  );
}

/** It is there, and not to be spent like this: "more than you have" would be untrue. */
function SetAside(props: { readonly amount: string }) {
  return (
    <Notice kind="refusal" title={t('review.held', props)}>
      <p>
        {t('review.held-text')} <a href="/offline">{t('review.held-go')}</a>
      </p>
    </Notice>
  );
}

export function Complaint(props: {
  readonly code: RefusalCode;
  readonly request: PaymentRequest;
  readonly totalMinor: bigint | undefined;
  readonly sameRequest: readonly Payment[];
}) {
  const { code, request, totalMinor } = props;
  const balances = useWallet().balances.value;
  const payment = props.sameRequest.find(occupiesRequest);
  // Told only that the code is too old, a person would ask for a new one and pay twice.
  const isHere = code === 'already_paying' || code === 'request_expired';
  if (isHere && payment) return <AlreadyPaying payment={payment} />;
  const line = balances.find(({ currency }) => currency === request.currency);
  if (code === 'over_balance' && line && totalMinor && totalMinor <= line.leftMinor) {
    return <SetAside amount={formatMoney(line.heldMinor, line.currency)} />;
  }
  if (code !== 'over_balance' || request.amountMinor === undefined) {
    return <RefusalNotice code={code} />;
  }
  return (
    <Notice kind="refusal" title={refusalText(code).what}>
      <p>{t('review.over-asked')}</p>
    </Notice>
  );
}
