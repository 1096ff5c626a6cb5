/** Owns the statements that lock, read and write the books: set-based, each with one plan. */
import type pg from 'pg';
import type { Bytes } from '#protocol/bytes.ts';
import type { BalanceChange, BalanceState, Changes, OutpaidRequest, PaidRequest } from './books.ts';
import { byteaColumn, int4Column, int8Column } from './column.ts';
import { keepsSnapshot, type Statement } from './database.ts';

export const BEGIN: Statement = { text: 'BEGIN' };
export const COMMIT: Statement = { text: 'COMMIT' };
export const ROLLBACK: Statement = { text: 'ROLLBACK' };

/**
 * Every writer locks the accounts it touches first, in the order of their ids, so that two of them
 * never wait for each other; what is read after this statement cannot change before its commit.
 */
export function lockAccounts(ids: readonly Bytes[]): Statement {
  return {
    name: 'lock_accounts',
    text: `SELECT id, kind, frozen FROM account
      WHERE id = ANY($1::bytea[]) ORDER BY id FOR UPDATE`,
    values: [byteaColumn(ids)],
  };
}

/** In all their currencies: the account's version is the highest of them. */
export function readBalancesOf(accounts: readonly Bytes[]): Statement {
  return {
    name: 'read_balances',
    text: `SELECT account, currency, balance, held, owed, version FROM balance
      WHERE account = ANY($1::bytea[])`,
    values: [byteaColumn(accounts)],
  };
}

// Columns are unnested in the select list, where rows flow: behind FROM each column would first be
// stored as a whole, which costs more than all the inserts.

function insertEntries({ entries }: Changes, nowS: number): Statement {
  return {
    name: 'insert_entries',
    text: `INSERT INTO entry (account, version, currency, amount, balance_after, transfer_id,
        payment_id, counterparty, posted_at)
      SELECT unnest($1::bytea[]), unnest($2::bigint[]), unnest($3::integer[]),
        unnest($4::bigint[]), unnest($5::bigint[]), unnest($6::bigint[]), unnest($7::bytea[]),
        unnest($8::bytea[]), to_timestamp($9::bigint)`,
    values: [
      byteaColumn(entries.map((entry) => entry.account)),
      int8Column(entries.map((entry) => entry.version)),
      int4Column(entries.map((entry) => entry.currency)),
      int8Column(entries.map((entry) => entry.amountMinor)),
      int8Column(entries.map((entry) => entry.balanceAfterMinor)),
      int8Column(entries.map((entry) => entry.transfer)),
      byteaColumn(entries.map((entry) => entry.paymentId)),
      byteaColumn(entries.map((entry) => entry.counterparty)),
      nowS,
    ],
  };
}

// The updates name what they expect to find, and divide by zero when a row is not as it was read:
// the COMMIT that was sent behind them then rolls back, without a round trip to ask.
function updateBalances(changes: readonly BalanceChange[]): Statement {
  const columns = (pick: (change: BalanceChange) => BalanceState | null) => [
    int8Column(changes.map((change) => pick(change)?.balance ?? null)),
    int8Column(changes.map((change) => pick(change)?.held ?? null)),
    int8Column(changes.map((change) => pick(change)?.owed ?? null)),
    int8Column(changes.map((change) => pick(change)?.version ?? null)),
  ];
  return {
    name: 'update_balances',
    text: `WITH moved AS (
        UPDATE balance b
        SET balance = c.balance, held = c.held, owed = c.owed, version = c.version
        FROM (SELECT unnest($1::bytea[]) AS account, unnest($2::integer[]) AS currency,
            unnest($3::bigint[]) AS was_balance, unnest($4::bigint[]) AS was_held,
            unnest($5::bigint[]) AS was_owed, unnest($6::bigint[]) AS was_version,
            unnest($7::bigint[]) AS balance, unnest($8::bigint[]) AS held,
            unnest($9::bigint[]) AS owed, unnest($10::bigint[]) AS version) c
        WHERE b.account = c.account AND b.currency = c.currency AND b.balance = c.was_balance
          AND b.held = c.was_held AND b.owed = c.was_owed AND b.version = c.was_version
        RETURNING 1)
      SELECT 1 / (CASE WHEN count(*) = $11::integer THEN 1 ELSE 0 END) FROM moved`,
    values: [
      byteaColumn(changes.map((change) => change.account)),
      int4Column(changes.map((change) => change.currency)),
      ...columns((change) => change.before),
      ...columns((change) => change.after),
      changes.length,
    ],
  };
}

function insertBalances(changes: readonly BalanceChange[]): Statement {
  return {
    name: 'insert_balances',
    text: `INSERT INTO balance (account, currency, balance, held, owed, version, may_go_negative)
      SELECT c.account, c.currency, c.balance, c.held, c.owed, c.version, a.kind <> 'person'
      FROM (SELECT unnest($1::bytea[]) AS account, unnest($2::integer[]) AS currency,
          unnest($3::bigint[]) AS balance, unnest($4::bigint[]) AS held,
          unnest($5::bigint[]) AS owed, unnest($6::bigint[]) AS version) c
      JOIN account a ON a.id = c.account`,
    values: [
      byteaColumn(changes.map((change) => change.account)),
      int4Column(changes.map((change) => change.currency)),
      int8Column(changes.map((change) => change.after.balance)),
      int8Column(changes.map((change) => change.after.held)),
      int8Column(changes.map((change) => change.after.owed)),
      int8Column(changes.map((change) => change.after.version)),
    ],
  };
}

function insertPaidRequests(paidRequests: readonly PaidRequest[]): Statement {
  return {
    name: 'insert_paid_requests',
    text: `INSERT INTO paid_request (payee, request_digest, payment_id)
      SELECT unnest($1::bytea[]), unnest($2::bytea[]), unnest($3::bytea[])`,
    values: [
      byteaColumn(paidRequests.map((request) => request.payee)),
      byteaColumn(paidRequests.map((request) => request.requestDigest)),
      byteaColumn(paidRequests.map((request) => request.after)),
    ],
  };
}

function movePaidRequests(paidRequests: readonly PaidRequest[]): Statement {
  return {
    name: 'move_paid_requests',
    text: `WITH moved AS (
        UPDATE paid_request r SET payment_id = c.after
        FROM (SELECT unnest($1::bytea[]) AS payee, unnest($2::bytea[]) AS request_digest,
            unnest($3::bytea[]) AS before, unnest($4::bytea[]) AS after) c
        WHERE r.payee = c.payee AND r.request_digest = c.request_digest AND r.payment_id = c.before
        RETURNING 1)
      SELECT 1 / (CASE WHEN count(*) = $5::integer THEN 1 ELSE 0 END) FROM moved`,
    values: [
      byteaColumn(paidRequests.map((request) => request.payee)),
      byteaColumn(paidRequests.map((request) => request.requestDigest)),
      byteaColumn(paidRequests.map((request) => request.before)),
      byteaColumn(paidRequests.map((request) => request.after)),
      paidRequests.length,
    ],
  };
}

/** What was paid in other currencies than the mark's: no mark would say it any more. */
function noteOutpaid(outpaid: readonly OutpaidRequest[]): Statement {
  return {
    name: 'note_outpaid_requests',
    text: `INSERT INTO outpaid_request (payee, request_digest, currency, amount)
      SELECT unnest($1::bytea[]), unnest($2::bytea[]), unnest($3::integer[]), unnest($4::bigint[])
      ON CONFLICT (payee, request_digest, currency) DO UPDATE SET amount = EXCLUDED.amount`,
    values: [
      byteaColumn(outpaid.map((request) => request.payee)),
      byteaColumn(outpaid.map((request) => request.requestDigest)),
      int4Column(outpaid.map((request) => request.currency)),
      int8Column(outpaid.map((request) => request.mostMinor)),
    ],
  };
}

/**
 * Where a transaction keeps its snapshot, whoever has waited for these locks has an old one and must
 * begin again. A row that was written tells so at once; one that was only locked would not.
 */
function touchAccounts({ balances }: Changes): Statement {
  return {
    name: 'touch_accounts',
    text: 'UPDATE account SET frozen = frozen WHERE id = ANY($1::bytea[])',
    values: [byteaColumn(balances.map((change) => change.account))],
  };
}

/** Everything that the changed books say, as the statements that store it. */
export function writeChanges(client: pg.PoolClient, changes: Changes, nowS: number): Statement[] {
  const held = changes.balances.filter((change) => change.before !== null);
  const opened = changes.balances.filter((change) => change.before === null);
  const marked = changes.paidRequests.filter((change) => change.before === null);
  const moved = changes.paidRequests.filter((change) => change.before !== null);
  const statements: Statement[] = [];
  if (changes.entries.length > 0) statements.push(insertEntries(changes, nowS));
  if (marked.length > 0) statements.push(insertPaidRequests(marked));
  if (moved.length > 0) statements.push(movePaidRequests(moved));
  if (held.length > 0) statements.push(updateBalances(held));
  if (opened.length > 0) statements.push(insertBalances(opened));
  if (changes.outpaid.length > 0) statements.push(noteOutpaid(changes.outpaid));
  if (keepsSnapshot(client) && changes.balances.length > 0) statements.push(touchAccounts(changes));
  return statements;
}

export function rowsOf<Row>(result: pg.QueryResult | undefined): Row[] {
  return result?.rows ?? [];
}
