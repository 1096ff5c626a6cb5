/** Owns the statement as people read it: ledger entries with the names, notes and receipts that belong to them. */
import { GUARANTEE_ACCOUNT, readVersions } from '#ledger/accounts.ts';
import { byteaColumn } from '#ledger/column.ts';
import type { Queryable } from '#ledger/database.ts';
import { type StatementEntry as LedgerEntry, readStatement } from '#ledger/read-statement.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import type { Statement, StatementEntry } from '#protocol/wire.ts';
import { readNames } from './profiles.ts';

type PaymentRow = { id: Bytes; authorization_bytes: Bytes; receipt: Bytes };

/** The payment behind an entry, told from the bytes that the payer signed. */
type Told = Pick<StatementEntry, 'requestDigest' | 'note' | 'tipMinor' | 'receipt'>;

function tellPayment(row: PaymentRow): Told {
  const authorization = decodeAuthorization(row.authorization_bytes);
  if (!authorization.ok) return { receipt: row.receipt };
  const { requestDigest, note, tipMinor } = authorization.value.order;
  return {
    requestDigest: toBase64url(requestDigest),
    receipt: row.receipt,
    ...(note !== undefined && { note }),
    ...(tipMinor !== undefined && { tipMinor }),
  };
}

async function readPayments(
  database: Queryable,
  ids: readonly Bytes[],
): Promise<ReadonlyMap<string, Told>> {
  if (ids.length === 0) return new Map();
  const { rows } = await database.query<PaymentRow>({
    name: 'read_statement_payments',
    text: 'SELECT id, authorization_bytes, receipt FROM payment WHERE id = ANY($1::bytea[])',
    values: [byteaColumn(ids)],
  });
  return new Map(rows.map((row) => [toBase64url(row.id), tellPayment(row)]));
}

/** Of an entry that no payment of the account's own stands behind. */
function kindOf({ counterparty, amountMinor }: LedgerEntry): 'issue' | 'advance' | 'repayment' {
  if (!equalBytes(counterparty, GUARANTEE_ACCOUNT)) return 'issue';
  return amountMinor > 0n ? 'advance' : 'repayment';
}

function entryOf(
  entry: LedgerEntry,
  names: ReadonlyMap<string, string>,
  payments: ReadonlyMap<string, Told>,
): StatementEntry {
  const base = {
    version: Number(entry.version),
    currency: entry.currency,
    amountMinor: entry.amountMinor,
    balanceMinor: entry.balanceAfterMinor,
    postedAtMs: entry.postedAtS * 1000,
  };
  if (entry.paymentId === null) {
    return { ...base, kind: kindOf(entry), counterparty: '', counterpartyName: '' };
  }
  const counterparty = toBase32(entry.counterparty);
  const paymentId = toBase64url(entry.paymentId);
  return {
    ...base,
    kind: 'payment',
    counterparty,
    counterpartyName: names.get(counterparty) ?? '',
    paymentId,
    ...payments.get(paymentId),
  };
}

/** What comes after the cursor, oldest first. */
export async function readEntries(
  database: Queryable,
  account: Bytes,
  after: number,
  limit: number,
): Promise<StatementEntry[]> {
  const entries = await readStatement(database, account, BigInt(after), limit);
  const paid = entries.filter((entry) => entry.paymentId !== null);
  const names = await readNames(
    database,
    paid.map((entry) => entry.counterparty),
  );
  const payments = await readPayments(
    database,
    paid.flatMap((entry) => entry.paymentId ?? []),
  );
  return entries.map((entry) => entryOf(entry, names, payments));
}

export async function readPage(
  database: Queryable,
  account: Bytes,
  after: number,
  limit: number,
): Promise<Omit<Statement, 'epoch'>> {
  const [version] = await readVersions(database, [account]);
  const entries = await readEntries(database, account, after, limit);
  const last = entries.at(-1)?.version ?? 0;
  return { entries, version: Math.max(Number(version ?? 0n), last) };
}
