/** Owns the numbers that name transfers: drawn from the database in blocks, handed out one by one here. */
import type pg from 'pg';
import { type Database, pipeline, type Statement } from './database.ts';

/** The sequence counts in steps of this. */
const BLOCK = 1024n;

export type BlockRow = { readonly first: bigint };

export type Reservation = {
  /** What has to be asked first: mostly nothing. */
  readonly ask: readonly Statement[];
  /** The reserved numbers, given what was answered. Those of an attempt that failed are never used. */
  take(drawn: readonly BlockRow[]): bigint[];
};

/** Drawn and not handed out yet. They are lost with the process: gaps mean nothing. */
const left = new WeakMap<Database, bigint[]>();

export function reserveNumbers(database: Database, count: number): Reservation {
  const free = left.get(database) ?? [];
  left.set(database, free);
  const numbers = free.splice(0, count);
  const missing = count - numbers.length;
  const draw: Statement = {
    name: 'draw_transfer_numbers',
    text: `SELECT nextval('transfer_number') AS first FROM generate_series(1, $1::integer)`,
    values: [Math.ceil(missing / Number(BLOCK))],
  };
  return {
    ask: missing > 0 ? [draw] : [],
    take(drawn) {
      for (const { first } of drawn) {
        for (let number = first; number < first + BLOCK; number++) {
          (numbers.length < count ? numbers : free).push(number);
        }
      }
      return numbers;
    },
  };
}

/** In a trip of its own, when one is needed. */
export async function drawNumbers(
  database: Database,
  client: pg.PoolClient,
  count: number,
): Promise<bigint[]> {
  const reservation = reserveNumbers(database, count);
  const [drawn] = await pipeline(client, reservation.ask);
  return reservation.take(drawn?.rows ?? []);
}
