/** Owns long readings: everything as of one moment, while payments go on. */
import type pg from 'pg';
import { type Database, pipeline } from './database.ts';

/** Changes nothing, and may take as long as the tables are large. */
export function readSnapshot<T>(
  database: Database,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return database.borrow(async (client) => {
    await pipeline(client, [
      { text: 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY' },
      { text: 'SET LOCAL statement_timeout = 0' },
      { text: 'SET LOCAL idle_in_transaction_session_timeout = 0' },
      // Whole tables are read here, which the settings of the money path forbid.
      { text: 'SET LOCAL enable_seqscan = on' },
      { text: 'SET LOCAL enable_hashjoin = on' },
      { text: 'SET LOCAL enable_mergejoin = on' },
    ]);
    const value = await work(client);
    await client.query('COMMIT');
    return value;
  });
}
