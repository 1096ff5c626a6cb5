/** Owns settlement: a group of verified payments, each with its own verdict, in one transaction. */
import type pg from 'pg';
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import { assert, type Refusal } from '#protocol/refusals.ts';
import { type AccountRow, type BalanceRow, type Books, keyOf, openBooks } from './books.ts';
import { type Database, faultKind, pipeline, type Statement } from './database.ts';
import { type Decision, decidePayment, type PaymentRules } from './decide.ts';
import {
  findKnown,
  findPaidRequests,
  insertPayments,
  type KnownRow,
  type PaidRow,
  type SettledPayment,
  type VerifiedPayment,
} from './payment-rows.ts';
import {
  BEGIN,
  COMMIT,
  drawTransferNumbers,
  lockAccounts,
  readBalancesOf,
  rowsOf,
  writeChanges,
} from './posting.ts';

export const GROUP_MAX = 1000;

/** Makes the receipts of a group, in its order. Runs inside the transaction, so it must be quick. */
export type SignReceipts = (
  settled: readonly SettledPayment[],
) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;

export type SettlementOptions = {
  readonly rules: PaymentRules;
  /** The server's clock, asked once an attempt: it decides expiry and dates the verdicts. */
  readonly nowS: () => number;
  readonly sign: SignReceipts;
  /** Told why payments came back `unavailable`. */
  readonly onFault?: (cause: unknown) => void;
};

export type Settlement =
  | {
      readonly kind: 'receipt';
      readonly receipt: Bytes;
      /** Position among the payments given to the last `sign`; null when it was settled before. */
      readonly position: number | null;
    }
  /** Nothing is stored under the id: payer_unknown, id_conflict, unavailable. */
  | { readonly kind: 'refusal'; readonly refusal: Refusal };

type Reading = { readonly books: Books; readonly known: Map<string, KnownRow>; numbers: bigint[] };

function distinct(ids: readonly Bytes[]): Bytes[] {
  return [...new Map(ids.map((id) => [keyOf(id), id])).values()];
}

function balancesToRead(payments: readonly VerifiedPayment[]) {
  const wanted = new Map<string, { account: Bytes; currency: number }>();
  for (const { order } of payments) {
    for (const account of [order.payer, order.payee]) {
      wanted.set(`${keyOf(account)}${order.currency}`, { account, currency: order.currency });
    }
  }
  return [...wanted.values()];
}

/**
 * One trip: locks, then everything that the verdicts depend on. A rival that settles one of these
 * ids or pays one of these requests holds a lock that we wait for, so after the locks its work is
 * either visible or has not begun.
 */
async function lockAndRead(
  client: pg.PoolClient,
  payments: readonly VerifiedPayment[],
): Promise<Reading> {
  const accounts = distinct(payments.flatMap(({ order }) => [order.payer, order.payee]));
  const single = payments.filter((payment) => payment.order.once);
  const [, locked, balances, known, numbers, paid] = await pipeline(client, [
    BEGIN,
    lockAccounts(accounts),
    readBalancesOf(balancesToRead(payments)),
    findKnown(payments),
    drawTransferNumbers(payments.length),
    ...(single.length > 0 ? [findPaidRequests(single)] : []),
  ]);
  const books = openBooks({
    accounts: rowsOf<AccountRow>(locked),
    balances: rowsOf<BalanceRow>(balances),
    paidRequests: rowsOf<PaidRow>(paid).map((row) => ({
      payee: row.payee,
      requestDigest: row.request_digest,
    })),
  });
  return {
    books,
    known: new Map(rowsOf<KnownRow>(known).map((row) => [keyOf(row.id), row])),
    numbers: rowsOf<{ number: bigint }>(numbers).map((row) => row.number),
  };
}

function settledOf(
  { id, order }: VerifiedPayment,
  decision: Exclude<Decision, { verdict: 'none' }>,
  transfer: bigint | undefined,
  nowS: number,
): SettledPayment {
  return {
    paymentId: id,
    verdict: decision.verdict,
    ...(decision.verdict !== 'accepted' && { code: decision.code }),
    amountMinor: order.amountMinor,
    currency: order.currency,
    payer: order.payer,
    payee: order.payee,
    settledAtS: nowS,
    ...(transfer !== undefined && { transfer }),
  };
}

type Settled = { readonly payment: VerifiedPayment; readonly settled: SettledPayment };

/** In the order of the group: what one payment moves, the next one sees. */
function settleNew(
  payments: readonly VerifiedPayment[],
  reading: Reading,
  rules: PaymentRules,
  nowS: number,
): Settled[] {
  const { books, known, numbers } = reading;
  const fresh: Settled[] = [];
  for (const payment of payments) {
    if (known.has(keyOf(payment.id))) continue;
    const { order, id } = payment;
    const decision = decidePayment(order, books, rules, nowS);
    if (decision.verdict === 'none') continue;
    const transfer = decision.verdict === 'accepted' ? numbers.shift() : undefined;
    if (transfer !== undefined) {
      const { payer, payee, currency, amountMinor, requestDigest } = order;
      books.post({ from: payer, to: payee, currency, amountMinor, transfer, paymentId: id });
      if (order.once) books.markPaid({ payee, requestDigest, paymentId: id });
    }
    fresh.push({ payment, settled: settledOf(payment, decision, transfer, nowS) });
  }
  return fresh;
}

async function storeNew(
  client: pg.PoolClient,
  fresh: readonly Settled[],
  books: Books,
  options: SettlementOptions,
  nowS: number,
): Promise<readonly Uint8Array[]> {
  // Nothing new still commits: replays end their transaction and give back the locks.
  if (fresh.length === 0) {
    await pipeline(client, [COMMIT]);
    return [];
  }
  const receipts = await options.sign(fresh.map((item) => item.settled));
  assert(receipts.length === fresh.length, 'every verdict gets its receipt');
  const rows = fresh.map((item, index) => ({
    ...item,
    receipt: receipts[index] ?? new Uint8Array(),
  }));
  const statements: Statement[] = [insertPayments(rows, nowS)];
  statements.push(...writeChanges(books.changes(), nowS), COMMIT);
  const results = await pipeline(client, statements);
  assert(results.at(-1)?.command === 'COMMIT', 'what was written is committed');
  return receipts;
}

function settlementOf(
  known: KnownRow | undefined,
  position: number | undefined,
  receipts: readonly Uint8Array[],
): Settlement {
  if (known) {
    return known.same_order
      ? { kind: 'receipt', receipt: known.receipt, position: null }
      : { kind: 'refusal', refusal: { code: 'id_conflict' } };
  }
  const receipt = position === undefined ? undefined : receipts[position];
  if (position === undefined || !receipt) {
    return { kind: 'refusal', refusal: { code: 'payer_unknown' } };
  }
  return { kind: 'receipt', receipt: new Uint8Array(receipt), position };
}

async function settleOnce(
  client: pg.PoolClient,
  payments: readonly VerifiedPayment[],
  options: SettlementOptions,
): Promise<Settlement[]> {
  const reading = await lockAndRead(client, payments);
  const nowS = options.nowS();
  const fresh = settleNew(payments, reading, options.rules, nowS);
  const positions = new Map(fresh.map((item, index) => [keyOf(item.payment.id), index]));
  const receipts = await storeNew(client, fresh, reading.books, options, nowS);
  return payments.map((payment) => {
    const key = keyOf(payment.id);
    return settlementOf(reading.known.get(key), positions.get(key), receipts);
  });
}

/**
 * Settles a group in its order and answers in the same order: a receipt for each payment, the stored
 * one for a payment that was settled before. A refusal concerns its own payment alone.
 *
 * A connection that breaks, also after COMMIT was sent, makes all of it run again: the second run
 * finds under its locks what the first has done. When it cannot be found out, the answer is
 * `unavailable`, which is no verdict.
 */
export async function settlePayments(
  database: Database,
  payments: readonly VerifiedPayment[],
  options: SettlementOptions,
): Promise<Settlement[]> {
  assert(payments.length <= GROUP_MAX, 'a group has a limit');
  if (payments.length === 0) return [];
  const byId = new Map<string, VerifiedPayment>();
  for (const payment of payments) {
    if (!byId.has(keyOf(payment.id))) byId.set(keyOf(payment.id), payment);
  }
  const once = [...byId.values()];
  let settlements: Settlement[];
  try {
    settlements = await database.retry(() =>
      database.borrow((client) => settleOnce(client, once, options)),
    );
  } catch (cause) {
    if (faultKind(cause) === 'bug') throw cause;
    options.onFault?.(cause);
    return payments.map(() => ({ kind: 'refusal', refusal: { code: 'unavailable' } }));
  }
  const answers = new Map(once.map((payment, index) => [keyOf(payment.id), settlements[index]]));
  return payments.map((payment) => {
    const answer = answers.get(keyOf(payment.id));
    assert(answer !== undefined, 'every payment has an answer');
    const orderBytes = byId.get(keyOf(payment.id))?.orderBytes ?? payment.orderBytes;
    return equalBytes(orderBytes, payment.orderBytes)
      ? answer
      : { kind: 'refusal', refusal: { code: 'id_conflict' } };
  });
}
