/** Owns the numbers that name transfers: drawn in blocks, and handed out by the connection that drew them. */
import type pg from 'pg';
import type { Statement } from './database.ts';

/** The sequence counts in steps of this. */
const BLOCK = 1024n;

export type NumberRow = { readonly first: bigint };

/** Not handed out yet. With the connection they are lost: gaps mean nothing. */
const left = new WeakMap<pg.PoolClient, bigint[]>();

/** What has to be asked before `count` of them can be taken: mostly nothing. */
export function drawTransferNumbers(client: pg.PoolClient, count: number): Statement[] {
  const missing = count - (left.get(client)?.length ?? 0);
  if (missing <= 0) return [];
  return [
    {
      name: 'draw_transfer_numbers',
      text: `SELECT nextval('transfer_number') AS first FROM generate_series(1, $1::integer)`,
      values: [Math.ceil(missing / Number(BLOCK))],
    },
  ];
}

/** `drawn` answers the statement, if one was needed. None is ever given twice. */
export function takeTransferNumbers(
  client: pg.PoolClient,
  count: number,
  drawn: readonly NumberRow[],
): bigint[] {
  const numbers = left.get(client) ?? [];
  left.set(client, numbers);
  for (const { first } of drawn) {
    for (let number = first; number < first + BLOCK; number++) numbers.push(number);
  }
  return numbers.splice(0, count);
}
