/** Owns accounts in the ledger: opening, freezing, and what they hold. Who they are is the server's. */
import type { Bytes } from '#protocol/bytes.ts';
import { type AccountRow, keyOf } from './books.ts';
import { byteaColumn } from './column.ts';
import type { Queryable } from './database.ts';

/** Where money comes from. It was made with the schema; its text form is all zeroes. */
export const ISSUER_ACCOUNT: Bytes = new Uint8Array(16);

/** Who pays in the place of a person that promised more than it had. Made with the schema, too. */
export const GUARANTEE_ACCOUNT: Bytes = new Uint8Array(16).fill(1, 15);

/** False when the id is taken. Takes a transaction too, so that it can be part of an enrolment. */
export async function openAccount(database: Queryable, id: Bytes): Promise<boolean> {
  const { rowCount } = await database.query(
    `INSERT INTO account (id, kind) VALUES ($1, 'person') ON CONFLICT DO NOTHING`,
    [id],
  );
  return rowCount === 1;
}

/** A frozen account neither pays nor is paid. False when there is no such person. */
export async function setFrozen(database: Queryable, id: Bytes, frozen: boolean): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE account SET frozen = $2 WHERE id = $1 AND kind = 'person'`,
    [id, frozen],
  );
  return rowCount === 1;
}

export async function readAccount(
  database: Queryable,
  id: Bytes,
): Promise<(AccountRow & { readonly version: bigint }) | undefined> {
  const { rows } = await database.query<AccountRow & { readonly version: bigint }>(
    `SELECT id, kind, frozen,
        (SELECT coalesce(max(version), 0) FROM balance WHERE account = id) AS version
      FROM account WHERE id = $1`,
    [id],
  );
  return rows[0];
}

/** The newest version of each account that exists: whether a cursor has anything to fetch. */
export async function readVersions(
  database: Queryable,
  ids: readonly Bytes[],
): Promise<(bigint | null)[]> {
  const { rows } = await database.query<{ id: Bytes; version: bigint }>({
    name: 'read_versions',
    text: `SELECT a.id, coalesce(max(b.version), 0) AS version
      FROM account a LEFT JOIN balance b ON b.account = a.id
      WHERE a.id = ANY($1::bytea[]) GROUP BY a.id`,
    values: [byteaColumn(ids)],
  });
  const versions = new Map(rows.map((row) => [keyOf(row.id), row.version]));
  return ids.map((id) => versions.get(keyOf(id)) ?? null);
}

export type Balance = {
  readonly currency: number;
  readonly balanceMinor: bigint;
  readonly heldMinor: bigint;
  readonly owedMinor: bigint;
};

type BalanceRow = { currency: number; balance: bigint; held: bigint; owed: bigint };

export async function readBalances(database: Queryable, account: Bytes): Promise<Balance[]> {
  const { rows } = await database.query<BalanceRow>({
    name: 'read_balances_of_account',
    text: 'SELECT currency, balance, held, owed FROM balance WHERE account = $1 ORDER BY currency',
    values: [account],
  });
  return rows.map(({ currency, balance, held, owed }) => ({
    currency,
    balanceMinor: balance,
    heldMinor: held,
    owedMinor: owed,
  }));
}
