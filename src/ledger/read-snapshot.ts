/** Owns long readings: everything as of one moment, while payments go on. */
import type pg from 'pg';
import { type Database, pipeline } from './database.ts';

/** What the money path forbids. Engines that do not know these settings have no rows of them. */
const READ_WHOLE_TABLES = `SELECT set_config(name, 'on', true) FROM pg_settings
  WHERE name IN ('enable_seqscan', 'enable_hashjoin', 'enable_mergejoin')`;

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
      { text: READ_WHOLE_TABLES },
    ]);
    const value = await work(client);
    await client.query('COMMIT');
    return value;
  });
}
