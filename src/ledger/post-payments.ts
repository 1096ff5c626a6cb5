/** Owns settlement: a group of verified payments, each with its own verdict, in one transaction. */
import type pg from 'pg';
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import { assert, type Refusal } from '#protocol/refusals.ts';
import { GUARANTEE_ACCOUNT } from './accounts.ts';
import { type AllowanceBook, openAllowanceBook } from './allowance-book.ts';
import {
  allowancesOf,
  findAllowances,
  findOpenAllowances,
  updateAllowances,
} from './allowance-rows.ts';
import { type AccountRow, type BalanceRow, type Books, keyOf, openBooks } from './books.ts';
import { type Database, faultKind, pipeline, type Statement } from './database.ts';
import type { PaymentRules } from './decide.ts';
import {
  decideGroup,
  type GroupVerdicts,
  type PromisedNumber,
  type UnsignedCode,
} from './decide-group.ts';
import { type Repayment, repayDebts } from './guarantee.ts';
import {
  findPromisedNumbers,
  numberOf,
  type PromisedNumberRow,
  writeBrokenPromises,
} from './guarantee-rows.ts';
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
  lockAccounts,
  ROLLBACK,
  readBalancesOf,
  rowsOf,
  writeChanges,
} from './posting.ts';
import { writeReoffers } from './reoffer-rows.ts';
import { type BlockRow, drawNumbers, reserveNumbers } from './transfer-numbers.ts';

export const GROUP_MAX = 1000;

/** Makes the receipts of a group, in its order. Runs inside the transaction, so it must be quick. */
export type SignReceipts = (
  settled: readonly SettledPayment[],
) => readonly Bytes[] | Promise<readonly Bytes[]>;

export type SettlementOptions = {
  readonly rules: PaymentRules;
  /** That of the receipts. */
  readonly epoch: number;
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
  /** Nothing is stored under the id: an `UnsignedCode`, id_conflict or unavailable. */
  | { readonly kind: 'refusal'; readonly refusal: Refusal };

type Lent = { readonly database: Database; readonly client: pg.PoolClient };

type Reading = {
  readonly books: Books;
  readonly allowances: AllowanceBook;
  readonly promised: readonly PromisedNumber[];
  readonly known: Map<string, KnownRow>;
  readonly numbers: readonly bigint[];
};

function distinct(ids: readonly Bytes[]): Bytes[] {
  return [...new Map(ids.map((id) => [keyOf(id), id])).values()];
}

/** What only orders that name an allowance need to know: nothing for a group without them. */
function readCover(payments: readonly VerifiedPayment[]): Statement[] {
  const orders = payments.map((payment) => payment.order).filter((order) => order.allowance);
  if (orders.length === 0) return [];
  const payers = distinct(orders.map((order) => order.payer));
  return [
    findAllowances(
      orders.flatMap(({ payer: account, allowance: id }) => (id ? [{ account, id }] : [])),
    ),
    findOpenAllowances(payers),
    findPromisedNumbers(orders),
  ];
}

/**
 * One trip: locks, then everything that the verdicts depend on. A rival that settles one of these
 * ids or pays one of these requests holds a lock that we wait for, so after the locks its work is
 * either visible or has not begun.
 */
async function lockAndRead(
  lent: Lent,
  payments: readonly VerifiedPayment[],
  withGuarantee: boolean,
): Promise<Reading> {
  const people = payments.flatMap(({ order }) => [order.payer, order.payee]);
  const accounts = distinct(withGuarantee ? [GUARANTEE_ACCOUNT, ...people] : people);
  const single = payments.filter((payment) => payment.order.once);
  const cover = readCover(payments);
  const count = payments.length * (withGuarantee ? 2 : 1);
  const reservation = reserveNumbers(lent.database, count);
  const [, locked, balances, known, ...rest] = await pipeline(lent.client, [
    BEGIN,
    lockAccounts(accounts),
    readBalancesOf(accounts),
    findKnown(payments),
    ...reservation.ask,
    ...cover,
    ...(single.length > 0 ? [findPaidRequests(single)] : []),
  ]);
  const drawn = rowsOf<BlockRow>(reservation.ask.length > 0 ? rest.shift() : undefined);
  const [named, open, promised] = cover.length > 0 ? rest.splice(0, cover.length) : [];
  const [paid] = rest;
  const books = openBooks({
    accounts: rowsOf<AccountRow>(locked),
    balances: rowsOf<BalanceRow>(balances),
    paidRequests: rowsOf<PaidRow>(paid).map((row) => ({
      payee: row.payee,
      requestDigest: row.request_digest,
      paymentId: row.payment_id,
      currency: row.currency,
      mostMinor: row.most,
    })),
  });
  return {
    books,
    allowances: openAllowanceBook(allowancesOf(named, open), books),
    promised: rowsOf<PromisedNumberRow>(promised).map(numberOf),
    known: new Map(rowsOf<KnownRow>(known).map((row) => [keyOf(row.id), row])),
    numbers: reservation.take(drawn),
  };
}

/** What is owed goes back in the very transaction that made it possible. */
async function repayInBooks({ database, client }: Lent, books: Books): Promise<Repayment[]> {
  const count = books.debts().length;
  if (count === 0) return [];
  return repayDebts(books, await drawNumbers(database, client, count));
}

async function storeNew(
  lent: Lent,
  verdicts: GroupVerdicts,
  { books, allowances }: Reading,
  options: SettlementOptions,
  nowS: number,
): Promise<readonly Bytes[]> {
  const { settled, advances, doublePromises } = verdicts;
  // Nothing new still commits: replays end their transaction and give back the locks.
  if (settled.length === 0) {
    await pipeline(lent.client, [COMMIT]);
    return [];
  }
  const repayments = await repayInBooks(lent, books);
  const receipts = await options.sign(settled.map((item) => item.settled));
  assert(receipts.length === settled.length, 'every verdict gets its receipt');
  const changed = allowances.changes();
  const results = await pipeline(lent.client, [
    insertPayments(settled, receipts, nowS),
    ...writeChanges(lent.client, books.changes(), nowS),
    ...(changed.length > 0 ? [updateAllowances(changed, nowS)] : []),
    ...writeBrokenPromises({ advances, repayments, doublePromises }, nowS),
    ...writeReoffers(settled, nowS),
    COMMIT,
  ]);
  assert(results.at(-1)?.command === 'COMMIT', 'what was written is committed');
  return receipts;
}

/** The order's bytes stand whole inside the authorization, however that was signed. */
const isSameOrder = (known: KnownRow, { orderBytes }: VerifiedPayment) =>
  Buffer.from(known.authorization_bytes).includes(Buffer.from(orderBytes));

/** Of what got no verdict now. */
function withoutVerdict(
  payment: VerifiedPayment,
  known: KnownRow | undefined,
  code: UnsignedCode = 'payer_unknown',
): Settlement {
  if (!known) return { kind: 'refusal', refusal: { code } };
  return isSameOrder(known, payment)
    ? { kind: 'receipt', receipt: known.receipt, position: null }
    : { kind: 'refusal', refusal: { code: 'id_conflict' } };
}

/** Almost every group is decided without the guarantee, whose one row all would wait for. */
async function settleOnce(
  lent: Lent,
  payments: readonly VerifiedPayment[],
  options: SettlementOptions,
  withGuarantee = false,
): Promise<Settlement[]> {
  const reading = await lockAndRead(lent, payments, withGuarantee);
  const { rules, epoch } = options;
  const nowS = options.nowS();
  const { known } = reading;
  const isKnown = (id: Bytes) => known.size > 0 && known.has(keyOf(id));
  const { books, allowances, promised, numbers } = reading;
  const group = { payments, isKnown, books, allowances, promised, numbers, rules, epoch, nowS };
  const verdicts = decideGroup(group);
  if (!verdicts) {
    assert(!withGuarantee, 'with the guarantee every group is decided');
    await pipeline(lent.client, [ROLLBACK]);
    return settleOnce(lent, payments, options, true);
  }
  const { settled, unsigned } = verdicts;
  const receipts = await storeNew(lent, verdicts, reading, options, nowS);
  let position = 0;
  return payments.map((payment): Settlement => {
    // Settled in the order of the group, so the next verdict is this payment's or a later one's.
    const receipt = settled[position]?.payment === payment ? receipts[position] : undefined;
    if (receipt) return { kind: 'receipt', receipt, position: position++ };
    const key = keyOf(payment.id);
    return withoutVerdict(payment, known.get(key), unsigned.get(key));
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
    const key = keyOf(payment.id);
    // With the verdict that it had, if anybody brought that: the others bring the same payment.
    if (!byId.has(key) || payment.standing) byId.set(key, payment);
  }
  const once = [...byId.values()];
  let settlements: Settlement[];
  try {
    settlements = await database.retry(() =>
      database.borrow((client) => settleOnce({ database, client }, once, options)),
    );
  } catch (cause) {
    if (faultKind(cause) === 'bug') throw cause;
    options.onFault?.(cause);
    return payments.map(() => ({ kind: 'refusal', refusal: { code: 'unavailable' } }));
  }
  if (once.length === payments.length) return settlements;
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
