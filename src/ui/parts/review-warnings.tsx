/** Owns what a person must know before they approve: refusals, a payment made a moment ago, no network. */
import type { Outcome, RefusalCode } from '#protocol/refusals.ts';
import type { PreparedOrder } from '#wallet/authorize.ts';
import type { Payment } from '#wallet/payment.ts';
import { formatMoney, formatTime } from '../text/format.ts';
import { t } from '../text/text.ts';
import type { PayNow } from '../use-pay-now.ts';
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

export function Complaint(props: {
  readonly code: RefusalCode;
  readonly payment: Payment | undefined;
}) {
  const { code, payment } = props;
  return (
    <RefusalNotice
      code={code}
      action={
        code === 'already_paying' && payment ? (
          <ButtonLink kind="quiet" href={`/slip/${payment.id}`}>
            {t('review.see-slip')}
          </ButtonLink>
        ) : undefined
      }
    />
  );
}
