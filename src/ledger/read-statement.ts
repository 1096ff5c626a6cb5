/** Owns reading what was posted: an account's statement by cursor, receipts and payments by id. */
import type { Bytes } from '#protocol/bytes.ts';
import type { Verdict } from '#protocol/receipt.ts';
import { assert, isRefusalCode, type RefusalCode } from '#protocol/refusals.ts';
import type { PaymentSource } from './allowance-book.ts';
import { keyOf } from './books.ts';
import { byteaColumn } from './column.ts';
import type { Queryable } from './database.ts';

export type StatementEntry = {
  /** The cursor: contiguous from 1 within the account, over all its currencies. */
  readonly version: bigint;
  readonly currency: number;
  /** Negative when the account paid. */
  readonly amountMinor: bigint;
  readonly balanceAfterMinor: bigint;
  readonly transfer: bigint;
  /** Null when the money was issued. */
  readonly paymentId: Bytes | null;
  readonly counterparty: Bytes;
  readonly postedAtS: number;
};

type EntryRow = {
  readonly version: bigint;
  readonly currency: number;
  readonly amount: bigint;
  readonly balance_after: bigint;
  readonly transfer_id: bigint;
  readonly payment_id: Bytes | null;
  readonly counterparty: Bytes;
  readonly posted_at_s: bigint;
};

const ENTRY_COLUMNS = `version, currency, amount, balance_after, transfer_id, payment_id,
  counterparty, extract(epoch FROM posted_at)::bigint AS posted_at_s`;

function entryOf(row: EntryRow): StatementEntry {
  return {
    version: row.version,
    currency: row.currency,
    amountMinor: row.amount,
    balanceAfterMinor: row.balance_after,
    transfer: row.transfer_id,
    paymentId: row.payment_id,
    counterparty: row.counterparty,
    postedAtS: Number(row.posted_at_s),
  };
}

/** Oldest first, what comes after a cursor: every entry once, none skipped, however often it is asked. */
export async function readStatement(
  database: Queryable,
  account: Bytes,
  afterVersion: bigint,
  limit: number,
): Promise<StatementEntry[]> {
  const { rows } = await database.query<EntryRow>({
    name: 'read_statement',
    text: `SELECT ${ENTRY_COLUMNS} FROM entry
      WHERE account = $1 AND version > $2 ORDER BY version LIMIT $3`,
    values: [account, afterVersion, limit],
  });
  return rows.map(entryOf);
}

/** Newest first, what comes before a version; without one, the newest of all. */
export async function readStatementBefore(
  database: Queryable,
  account: Bytes,
  beforeVersion: bigint | null,
  limit: number,
): Promise<StatementEntry[]> {
  const { rows } = await database.query<EntryRow>({
    name: 'read_statement_before',
    text: `SELECT ${ENTRY_COLUMNS} FROM entry
      WHERE account = $1 AND version < $2 ORDER BY version DESC LIMIT $3`,
    values: [account, beforeVersion ?? 2n ** 63n - 1n, limit],
  });
  return rows.map(entryOf);
}

/** In the order of the ids; null means that nothing is known of the payment, not that it was refused. */
export async function readReceipts(
  database: Queryable,
  ids: readonly Bytes[],
): Promise<(Bytes | null)[]> {
  const { rows } = await database.query<{ id: Bytes; receipt: Bytes }>({
    name: 'read_receipts',
    text: 'SELECT id, receipt FROM payment WHERE id = ANY($1::bytea[])',
    values: [byteaColumn(ids)],
  });
  const receipts = new Map(rows.map((row) => [keyOf(row.id), row.receipt]));
  return ids.map((id) => receipts.get(keyOf(id)) ?? null);
}

export type StoredPayment = {
  readonly id: Bytes;
  readonly authorization: Bytes;
  readonly payer: Bytes;
  readonly payee: Bytes;
  readonly currency: number;
  readonly amountMinor: bigint;
  readonly requestDigest: Bytes;
  readonly device: number;
  readonly seq: number;
  readonly verdict: Verdict;
  readonly code: RefusalCode | null;
  readonly transfer: bigint | null;
  readonly receipt: Bytes;
  readonly settledAtS: number;
  /** The allowance that covers it. */
  readonly allowance: Bytes | null;
  /** What it was paid from, when it is covered. */
  readonly source: PaymentSource | null;
};

export type PaymentRow = {
  readonly id: Bytes;
  readonly authorization_bytes: Bytes;
  readonly payer: Bytes;
  readonly payee: Bytes;
  readonly currency: number;
  readonly amount: bigint;
  readonly request_digest: Bytes;
  readonly device: number;
  readonly seq: bigint;
  readonly verdict: number;
  readonly code: string | null;
  readonly transfer_id: bigint | null;
  readonly receipt: Bytes;
  readonly settled_at_s: bigint;
  readonly allowance_id: Bytes | null;
  readonly source: number | null;
};

export const PAYMENT_COLUMNS = `id, authorization_bytes, payer, payee, currency, amount, request_digest,
  device, seq, verdict, code, transfer_id, receipt,
  extract(epoch FROM settled_at)::bigint AS settled_at_s, allowance_id, source`;

const VERDICTS: readonly Verdict[] = ['accepted', 'refused', 'expired'];
const SOURCES: readonly PaymentSource[] = ['hold', 'balance', 'guarantee'];

export function paymentOf(row: PaymentRow): StoredPayment {
  const verdict = VERDICTS[row.verdict - 1];
  assert(verdict !== undefined, 'a stored verdict is one of three');
  return {
    id: row.id,
    authorization: row.authorization_bytes,
    payer: row.payer,
    payee: row.payee,
    currency: row.currency,
    amountMinor: row.amount,
    requestDigest: row.request_digest,
    device: row.device,
    seq: Number(row.seq),
    verdict,
    code: row.code !== null && isRefusalCode(row.code) ? row.code : null,
    transfer: row.transfer_id,
    receipt: row.receipt,
    settledAtS: Number(row.settled_at_s),
    allowance: row.allowance_id,
    source: SOURCES[(row.source ?? 0) - 1] ?? null,
  };
}

export async function findPayment(
  database: Queryable,
  id: Bytes,
): Promise<StoredPayment | undefined> {
  const { rows } = await database.query<PaymentRow>({
    name: 'find_payment',
    text: `SELECT ${PAYMENT_COLUMNS} FROM payment WHERE id = $1`,
    values: [id],
  });
  return rows[0] && paymentOf(rows[0]);
}
