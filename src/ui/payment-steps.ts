/** Owns the steps of a payment's way, as far as this phone knows them: what happened, when, what is awaited. Pure. */
import type { Order } from '#protocol/order.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import type { PaymentStory } from '#wallet/records.ts';

export type StepName =
  | 'approved'
  | 'kept'
  | 'sent'
  | 'handed'
  | 'arrived'
  | 'not-taken'
  | 'accepted'
  | 'refused'
  | 'expired'
  | 'cancelled'
  | 'leaves'
  | 'awaited';

export type PaymentStep = {
  readonly name: StepName;
  /** `ahead`: it has not happened, and may not. */
  readonly state: 'done' | 'bad' | 'ahead';
  readonly atMs?: number;
  readonly code?: RefusalCode;
  /** For what is awaited: until when it can still be settled. */
  readonly untilMs?: number;
};

function leaving({ payment, entry }: PaymentStory): PaymentStep[] {
  // Only that it left: whether it arrived is known with the verdict, and then the entry is gone.
  const { sentAtMs, shownAtMs } = entry ?? {};
  if (sentAtMs !== undefined) {
    const left: PaymentStep[] = [];
    // Both at once: it was handed over before this phone tried to send it.
    if (sentAtMs !== shownAtMs) left.push({ name: 'sent', state: 'done', atMs: sentAtMs });
    if (shownAtMs !== undefined) left.push({ name: 'handed', state: 'done', atMs: shownAtMs });
    return left;
  }
  if (payment.receipt) return [{ name: 'arrived', state: 'done' }];
  return payment.state === 'promised' ? [{ name: 'leaves', state: 'ahead' }] : [];
}

function ending({ payment, entry }: PaymentStory): PaymentStep[] {
  const { state, settledAtMs, code } = payment;
  const when = settledAtMs === undefined ? {} : { atMs: settledAtMs };
  if (state === 'accepted') return [{ name: 'accepted', state: 'done', ...when }];
  if (state === 'cancelled') return [{ name: 'cancelled', state: 'done' }];
  if (state !== 'promised') return [{ name: state, state: 'bad', ...when, ...(code && { code }) }];
  const awaited = { name: 'awaited', state: 'ahead', untilMs: payment.validUntilS * 1000 } as const;
  const quarantine = entry?.quarantine;
  if (!quarantine) return [awaited];
  const { sinceMs, code: reason } = quarantine;
  return [{ name: 'not-taken', state: 'bad', atMs: sinceMs, code: reason }, awaited];
}

/** `order` is what the signed bytes say; without it the payment's own times are told. */
export function paymentSteps(story: PaymentStory, order?: Order): PaymentStep[] {
  const approvedAtMs = order ? order.authorizedAtS * 1000 : story.payment.createdAtMs;
  return [
    { name: 'approved', state: 'done', atMs: approvedAtMs },
    { name: 'kept', state: 'done', atMs: story.payment.createdAtMs },
    ...leaving(story),
    ...ending(story),
  ];
}
