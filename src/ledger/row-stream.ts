/** Owns reading a large result row by row in constant memory, through a cursor of an open transaction. */
import type pg from 'pg';

const FETCH_ROWS = 1000;
/** The first fetch may sort a whole table. */
const FETCH_TIMEOUT_MS = 60 * 60_000;

export type RowStream<Row> = {
  /** The row that comes next, without taking it; undefined at the end. */
  peek(): Promise<Row | undefined>;
  take(): Promise<Row | undefined>;
};

/** `name` is the cursor's, unique within the transaction; `select` is SQL of ours, never of a caller. */
export async function openRowStream<Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  name: string,
  select: string,
): Promise<RowStream<Row>> {
  await client.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${select}`);
  let rows: Row[] = [];
  let next = 0;
  let ended = false;

  async function peek(): Promise<Row | undefined> {
    if (next < rows.length || ended) return rows[next];
    const fetch = { text: `FETCH ${FETCH_ROWS} FROM ${name}`, query_timeout: FETCH_TIMEOUT_MS };
    rows = (await client.query<Row>(fetch)).rows;
    next = 0;
    ended = rows.length < FETCH_ROWS;
    return rows[0];
  }

  return {
    peek,
    async take() {
      const row = await peek();
      if (row !== undefined) next++;
      return row;
    },
  };
}
