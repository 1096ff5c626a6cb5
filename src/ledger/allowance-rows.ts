/** Owns the allowance table's statements: reading what a group may be covered by, storing what became of it. */
import type pg from 'pg';
import type { Bytes } from '#protocol/bytes.ts';
import type { AllowanceChange, AllowanceRow } from './allowance-book.ts';
import { byteaColumn, int8Column, textColumn } from './column.ts';
import type { Statement } from './database.ts';

export type StoredAllowanceRow = {
  readonly account: Bytes;
  readonly id: Bytes;
  readonly device: number;
  readonly credential: Bytes;
  readonly currency: number;
  readonly total: bigint;
  readonly cap: bigint;
  readonly count_max: number;
  readonly first_seq: bigint;
  readonly valid_from_s: bigint;
  readonly valid_until_s: bigint;
  readonly spent: bigint;
  readonly drawn: bigint;
  readonly is_open: boolean;
};

export const ALLOWANCE_COLUMNS = `a.account, a.id, a.device, a.credential, a.currency, a.total, a.cap, a.count_max,
  a.first_seq, extract(epoch FROM a.valid_from)::bigint AS valid_from_s,
  extract(epoch FROM a.valid_until)::bigint AS valid_until_s,
  a.spent, a.drawn, a.state = 'open' AS is_open`;

export function allowanceOf(row: StoredAllowanceRow): AllowanceRow {
  return {
    account: row.account,
    id: row.id,
    device: row.device,
    credential: row.credential,
    currency: row.currency,
    totalMinor: row.total,
    capMinor: row.cap,
    countMax: row.count_max,
    firstSeq: Number(row.first_seq),
    validFromS: Number(row.valid_from_s),
    hours: Number(row.valid_until_s - row.valid_from_s) / 3600,
    spentMinor: row.spent,
    drawnMinor: row.drawn,
    isOpen: row.is_open,
  };
}

export function allowancesOf(...results: readonly (pg.QueryResult | undefined)[]): AllowanceRow[] {
  return results.flatMap((result) => (result?.rows ?? []).map(allowanceOf));
}

/** Open or closed: what orders of these accounts name. */
export function findAllowances(
  named: readonly { readonly account: Bytes; readonly id: Bytes }[],
): Statement {
  return {
    name: 'find_allowances',
    text: `SELECT ${ALLOWANCE_COLUMNS}
      FROM unnest($1::bytea[], $2::bytea[]) AS w (account, id)
      JOIN allowance a ON a.account = w.account AND a.id = w.id`,
    values: [
      byteaColumn(named.map((name) => name.account)),
      byteaColumn(named.map(({ id }) => id)),
    ],
  };
}

export function findOpenAllowances(accounts: readonly Bytes[]): Statement {
  return {
    name: 'find_open_allowances',
    text: `SELECT ${ALLOWANCE_COLUMNS} FROM allowance a
      WHERE a.account = ANY($1::bytea[]) AND a.state = 'open'`,
    values: [byteaColumn(accounts)],
  };
}

export type NewAllowance = {
  readonly limits: Omit<AllowanceRow, 'credential' | 'spentMinor' | 'drawnMinor' | 'isOpen'>;
  /** The passkey's id. */
  readonly credential: Bytes;
  /** COSE_Sign1. */
  readonly signed: Bytes;
};

export function insertAllowance({ limits, credential, signed }: NewAllowance): Statement {
  return {
    name: 'insert_allowance',
    text: `INSERT INTO allowance (account, id, device, credential, currency, total, cap, count_max,
        first_seq, valid_from, valid_until, signed, created_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10::bigint),
        to_timestamp($10::bigint + $11::bigint * 3600), $12, to_timestamp($10::bigint))`,
    values: [
      limits.account,
      limits.id,
      limits.device,
      credential,
      limits.currency,
      limits.totalMinor,
      limits.capMinor,
      limits.countMax,
      limits.firstSeq,
      limits.validFromS,
      limits.hours,
      signed,
    ],
  };
}

/** Divides by zero when a row is not as it was read: see posting.ts. */
export function updateAllowances(changes: readonly AllowanceChange[], nowS: number): Statement {
  return {
    name: 'update_allowances',
    text: `WITH changed AS (
        UPDATE allowance a SET spent = c.spent, drawn = c.drawn,
          state = CASE WHEN c.reason IS NULL THEN a.state ELSE 'closed' END,
          closed_reason = coalesce(c.reason, a.closed_reason),
          closed_at = CASE WHEN c.reason IS NULL THEN a.closed_at ELSE to_timestamp($9::bigint) END
        FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bigint[], $5::text[],
            $6::bigint[], $7::bigint[], $8::text[])
          AS c (account, id, was_spent, was_drawn, was_state, spent, drawn, reason)
        WHERE a.account = c.account AND a.id = c.id
          AND a.spent = c.was_spent AND a.drawn = c.was_drawn AND a.state = c.was_state
        RETURNING 1)
      SELECT 1 / (CASE WHEN count(*) = $10::integer THEN 1 ELSE 0 END) FROM changed`,
    values: [
      byteaColumn(changes.map(({ before }) => before.account)),
      byteaColumn(changes.map(({ before }) => before.id)),
      int8Column(changes.map(({ before }) => before.spentMinor)),
      int8Column(changes.map(({ before }) => before.drawnMinor)),
      textColumn(changes.map(({ before }) => (before.isOpen ? 'open' : 'closed'))),
      int8Column(changes.map(({ after }) => after.spentMinor)),
      int8Column(changes.map(({ after }) => after.drawnMinor)),
      textColumn(changes.map(({ closed }) => closed ?? null)),
      nowS,
      changes.length,
    ],
  };
}
