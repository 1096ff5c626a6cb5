/** Owns the check of every transfer: two legs, and one cause that says the same. */
import type pg from 'pg';
import type { Bytes } from '#protocol/bytes.ts';
import { GUARANTEE_ACCOUNT, ISSUER_ACCOUNT } from './accounts.ts';
import { nameOf, type ReportDraft } from './check-report.ts';
import { openRowStream, type RowStream } from './row-stream.ts';

type Leg = {
  readonly transfer_id: bigint;
  readonly account: Bytes;
  readonly counterparty: Bytes;
  readonly currency: number;
  readonly amount: bigint;
  readonly payment_id: Bytes | null;
  readonly at: Date;
};

/** Why money moved, in the words of what stands behind it. */
type Cause = {
  readonly id: Bytes;
  readonly kind: 'payment' | 'issue' | 'advance' | 'repayment';
  readonly transfer_id: bigint;
  readonly payer: Bytes;
  readonly payee: Bytes;
  readonly currency: number;
  readonly amount: bigint;
  readonly at: Date;
};

const sql = (id: Bytes) => `'\\x${Buffer.from(id).toString('hex')}'::bytea`;

// One list of causes in the order of transfers. An issue is a transfer from the issuer, an advance one
// from the guarantee, a repayment one to it.
const CAUSES = `
  SELECT id, 'payment' AS kind, transfer_id, payer, payee, currency, amount,
    settled_at AS at FROM payment
    WHERE verdict = 1
  UNION ALL
  SELECT id, 'issue', transfer_id, ${sql(ISSUER_ACCOUNT)},
    account, currency, amount, issued_at FROM issue
  UNION ALL
  SELECT payment_id, 'advance', transfer_id, ${sql(GUARANTEE_ACCOUNT)},
    account, currency, amount, advanced_at FROM advance
  UNION ALL
  SELECT account, 'repayment', transfer_id, account, ${sql(GUARANTEE_ACCOUNT)},
    currency, amount, repaid_at FROM repayment
  ORDER BY transfer_id`;

const LEGS = `SELECT transfer_id, account, counterparty, currency, amount, payment_id,
  posted_at AS at FROM entry
  ORDER BY transfer_id, amount`;

const same = (a: Bytes, b: Bytes) => Buffer.compare(a, b) === 0;

function areBalanced(legs: readonly Leg[]): boolean {
  const [from, to] = legs;
  if (!from || !to || legs.length !== 2) return false;
  return (
    from.amount === -to.amount &&
    from.currency === to.currency &&
    same(from.account, to.counterparty) &&
    same(to.account, from.counterparty)
  );
}

function saysTheSame(cause: Cause, legs: readonly Leg[]): boolean {
  const [from, to] = legs;
  if (!from || !to) return false;
  const paymentIds = legs.every((leg) =>
    cause.kind === 'payment'
      ? leg.payment_id !== null && same(leg.payment_id, cause.id)
      : leg.payment_id === null,
  );
  return (
    paymentIds &&
    legs.every((leg) => leg.at.getTime() === cause.at.getTime()) &&
    same(from.account, cause.payer) &&
    same(to.account, cause.payee) &&
    to.amount === cause.amount &&
    to.currency === cause.currency
  );
}

async function takeLegs(legs: RowStream<Leg>, transfer: bigint): Promise<Leg[]> {
  const group: Leg[] = [];
  for (let leg = await legs.peek(); leg?.transfer_id === transfer; leg = await legs.peek()) {
    // A damaged table may hold millions under one number; three already tell.
    if (group.length < 3) group.push(leg);
    await legs.take();
  }
  return group;
}

/** Causes up to this transfer that no leg belongs to. */
async function reportIdle(causes: RowStream<Cause>, below: bigint | undefined, draft: ReportDraft) {
  let cause = await causes.peek();
  while (cause && (below === undefined || cause.transfer_id < below)) {
    const where = `${nameOf(cause.kind, cause.id)} transfer ${cause.transfer_id}`;
    draft.find('payment_without_transfer', where);
    await causes.take();
    cause = await causes.peek();
  }
}

/** Of causes that claim one transfer the legs are those of one; the others moved nothing. */
async function checkCauses(
  causes: RowStream<Cause>,
  transfer: bigint,
  legs: readonly Leg[],
  draft: ReportDraft,
): Promise<void> {
  let odd: string | undefined;
  let isFound = false;
  for (let cause = await causes.peek(); cause?.transfer_id === transfer; ) {
    const where = `${nameOf(cause.kind, cause.id)} transfer ${transfer}`;
    if (!isFound && saysTheSame(cause, legs)) isFound = true;
    else if (odd === undefined) odd = where;
    else draft.find('payment_without_transfer', where);
    await causes.take();
    cause = await causes.peek();
  }
  if (odd !== undefined) {
    draft.find(isFound ? 'payment_without_transfer' : 'transfer_differs', odd);
  }
}

export async function checkTransfers(client: pg.PoolClient, draft: ReportDraft): Promise<void> {
  const legs = await openRowStream<Leg>(client, 'check_legs', LEGS);
  const causes = await openRowStream<Cause>(client, 'check_causes', CAUSES);
  for (let leg = await legs.peek(); leg; leg = await legs.peek()) {
    const transfer = leg.transfer_id;
    const group = await takeLegs(legs, transfer);
    if (!areBalanced(group)) draft.find('transfer_unbalanced', `transfer ${transfer}`);
    await reportIdle(causes, transfer, draft);
    const cause = await causes.peek();
    if (cause?.transfer_id !== transfer) {
      draft.find('transfer_without_cause', `transfer ${transfer}`);
      continue;
    }
    await checkCauses(causes, transfer, group, draft);
  }
  await reportIdle(causes, undefined, draft);
}
