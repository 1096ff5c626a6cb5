/** Owns the statements that lock, read and write the books: set-based, each with one plan. */
import type pg from 'pg';
import type { Bytes } from '#protocol/bytes.ts';
import type { BalanceChange, Changes, Funds, PaidRequest } from './books.ts';
import { byteaColumn, int4Column, int8Column } from './column.ts';
import type { Statement } from './database.ts';

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
    text: `SELECT id, kind, frozen, version FROM account
      WHERE id = ANY($1::bytea[]) ORDER BY id FOR UPDATE`,
    values: [byteaColumn(ids)],
  };
}

export function readBalancesOf(
  wanted: readonly { readonly account: Bytes; readonly currency: number }[],
): Statement {
  return {
    name: 'read_balances',
    text: `SELECT b.account, b.currency, b.balance, b.held, b.owed
      FROM unnest($1::bytea[], $2::integer[]) AS w (account, currency)
      JOIN balance b ON b.account = w.account AND b.currency = w.currency`,
    values: [
      byteaColumn(wanted.map((want) => want.account)),
      int4Column(wanted.map((want) => want.currency)),
    ],
  };
}

/** In all their currencies. */
export function readAllBalancesOf(accounts: readonly Bytes[]): Statement {
  return {
    name: 'read_all_balances',
    text: `SELECT account, currency, balance, held, owed FROM balance
      WHERE account = ANY($1::bytea[])`,
    values: [byteaColumn(accounts)],
  };
}

/** Gaps are fine: numbers of payments that were refused are never used. */
export function drawTransferNumbers(count: number): Statement {
  return {
    name: 'draw_transfer_numbers',
    text: `SELECT nextval('transfer_number') AS number FROM generate_series(1, $1::integer)`,
    values: [count],
  };
}

function insertEntries({ entries }: Changes, nowS: number): Statement {
  return {
    name: 'insert_entries',
    text: `INSERT INTO entry (account, version, currency, amount, balance_after, transfer_id,
        payment_id, counterparty, posted_at)
      SELECT e.*, to_timestamp($9::bigint)
      FROM unnest($1::bytea[], $2::bigint[], $3::integer[], $4::bigint[], $5::bigint[],
        $6::bigint[], $7::bytea[], $8::bytea[]) AS e`,
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
  const columns = (pick: (change: BalanceChange) => Funds | null) => [
    int8Column(changes.map((change) => pick(change)?.balance ?? null)),
    int8Column(changes.map((change) => pick(change)?.held ?? null)),
    int8Column(changes.map((change) => pick(change)?.owed ?? null)),
  ];
  return {
    name: 'update_balances',
    text: `WITH moved AS (
        UPDATE balance b SET balance = c.balance, held = c.held, owed = c.owed
        FROM unnest($1::bytea[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[],
            $6::bigint[], $7::bigint[], $8::bigint[])
          AS c (account, currency, was_balance, was_held, was_owed, balance, held, owed)
        WHERE b.account = c.account AND b.currency = c.currency
          AND b.balance = c.was_balance AND b.held = c.was_held AND b.owed = c.was_owed
        RETURNING 1)
      SELECT 1 / (CASE WHEN count(*) = $9::integer THEN 1 ELSE 0 END) FROM moved`,
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
    text: `INSERT INTO balance (account, currency, balance, held, owed, may_go_negative)
      SELECT c.account, c.currency, c.balance, c.held, c.owed, a.kind <> 'person'
      FROM unnest($1::bytea[], $2::integer[], $3::bigint[], $4::bigint[], $5::bigint[])
        AS c (account, currency, balance, held, owed)
      JOIN account a ON a.id = c.account`,
    values: [
      byteaColumn(changes.map((change) => change.account)),
      int4Column(changes.map((change) => change.currency)),
      int8Column(changes.map((change) => change.after.balance)),
      int8Column(changes.map((change) => change.after.held)),
      int8Column(changes.map((change) => change.after.owed)),
    ],
  };
}

function updateVersions({ versions }: Changes): Statement {
  return {
    name: 'update_versions',
    text: `WITH counted AS (
        UPDATE account a SET version = c.after
        FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS c (account, before, after)
        WHERE a.id = c.account AND a.version = c.before
        RETURNING 1)
      SELECT 1 / (CASE WHEN count(*) = $4::integer THEN 1 ELSE 0 END) FROM counted`,
    values: [
      byteaColumn(versions.map((change) => change.account)),
      int8Column(versions.map((change) => change.before)),
      int8Column(versions.map((change) => change.after)),
      versions.length,
    ],
  };
}

function insertPaidRequests(paidRequests: readonly PaidRequest[]): Statement {
  return {
    name: 'insert_paid_requests',
    text: `INSERT INTO paid_request (payee, request_digest, payment_id)
      SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[])`,
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
        FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[])
          AS c (payee, request_digest, before, after)
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

/** Everything that the changed books say, as the statements that store it. */
export function writeChanges(changes: Changes, nowS: number): Statement[] {
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
  if (changes.versions.length > 0) statements.push(updateVersions(changes));
  return statements;
}

export function rowsOf<Row>(result: pg.QueryResult | undefined): Row[] {
  return result?.rows ?? [];
}
