/** Owns reading what is set aside, and the evidence of promises that were made twice. */
import type { Bytes } from '#protocol/bytes.ts';
import type { AllowanceRow } from './allowance-book.ts';
import { allowanceOf, findOpenAllowances, type StoredAllowanceRow } from './allowance-rows.ts';
import type { Queryable } from './database.ts';
import type { DoublePromise } from './decide-group.ts';

export async function readOpenAllowances(
  database: Queryable,
  account: Bytes,
): Promise<AllowanceRow[]> {
  const { rows } = await database.query<StoredAllowanceRow>(findOpenAllowances([account]));
  return rows.map(allowanceOf);
}

export type OpenAllowances = {
  readonly currency: number;
  readonly count: bigint;
  readonly unspentMinor: bigint;
};

/** Of all accounts together. Costs as much as there are open allowances, however many have ended. */
export async function sumOpenAllowances(database: Queryable): Promise<OpenAllowances[]> {
  const { rows } = await database.query<{ currency: number; count: bigint; unspent: bigint }>({
    name: 'sum_open_allowances',
    text: `SELECT currency, count(*) AS count, sum(total - spent)::bigint AS unspent FROM allowance
      WHERE state = 'open' GROUP BY currency ORDER BY currency`,
  });
  return rows.map(({ currency, count, unspent }) => ({ currency, count, unspentMinor: unspent }));
}

/** Whether the account gets no new allowances. */
export async function areAllowancesStopped(database: Queryable, account: Bytes): Promise<boolean> {
  const { rows } = await database.query<{ stopped: boolean }>({
    name: 'read_allowances_stopped',
    text: 'SELECT allowances_stopped AS stopped FROM account WHERE id = $1',
    values: [account],
  });
  return rows[0]?.stopped === true;
}

export type FoundDoublePromise = DoublePromise & { readonly foundAtS: number };

type DoublePromiseRow = {
  readonly account: Bytes;
  readonly device: number;
  readonly allowance_id: Bytes;
  readonly kind: DoublePromise['kind'];
  readonly first_payment: Bytes | null;
  readonly second_payment: Bytes;
  readonly found_at_s: bigint;
};

/** Newest first. */
export async function readDoublePromises(
  database: Queryable,
  limit: number,
): Promise<FoundDoublePromise[]> {
  const { rows } = await database.query<DoublePromiseRow>(
    `SELECT account, device, allowance_id, kind, first_payment, second_payment,
        extract(epoch FROM found_at)::bigint AS found_at_s
      FROM double_promise ORDER BY found_at DESC, second_payment, kind LIMIT $1`,
    [limit],
  );
  return rows.map((row) => ({
    account: row.account,
    device: row.device,
    allowance: row.allowance_id,
    kind: row.kind,
    first: row.first_payment,
    second: row.second_payment,
    foundAtS: Number(row.found_at_s),
  }));
}
