/** Owns the schema's history: numbered plain-SQL files, each applied once, in order, never edited after. */
import { createHash } from 'node:crypto';
import type { Database, Queryable } from './database.ts';

export type Migration = {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly digest: string;
};

export function readMigrations(files: Readonly<Record<string, string>>): Migration[] {
  const migrations = Object.entries(files).map(([path, sql]): Migration => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(number)) throw new Error(`${name} is not called like 0001-what-it-adds.sql`);
    return { number, name, sql, digest: createHash('sha256').update(sql).digest('hex') };
  });
  migrations.sort((a, b) => a.number - b.number);
  migrations.forEach(({ number, name }, index) => {
    if (number !== index + 1) throw new Error(`${name} should have number ${index + 1}`);
  });
  return migrations;
}

const SHIPPED = readMigrations(
  import.meta.glob('./sql/*.sql', { query: '?raw', import: 'default', eager: true }),
);

/** A migration may rewrite a large table, and others wait for their turn meanwhile. */
const LONGEST_MS = 30 * 60_000;

export type Applied = Pick<Migration, 'number' | 'name' | 'digest'>;

/** Tables that the history itself needs. Two creations at once may collide: the loser looks again. */
async function createHistory(database: Database): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await database.query(`CREATE TABLE IF NOT EXISTS migration (
        number integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now())`);
      await database.query(`CREATE TABLE IF NOT EXISTS migration_turn (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton))`);
      await database.query('INSERT INTO migration_turn VALUES (true) ON CONFLICT DO NOTHING');
      return;
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

function assertHistory(applied: readonly Applied[], migrations: readonly Migration[]): void {
  for (const { number, name, digest } of applied) {
    const known = migrations[number - 1];
    if (!known) {
      throw new Error(
        `The database has been changed by a newer release (${name}). Start that release instead.`,
      );
    }
    if (known.digest !== digest) {
      throw new Error(
        `${known.name} has been edited after it was applied to this database (as ${name}). Put it back and add a new file.`,
      );
    }
  }
}

/** Nothing of a database that has no history yet. */
export async function readApplied(database: Queryable): Promise<Applied[]> {
  const { rows: found } = await database.query<{ migrated: boolean }>(
    `SELECT count(*) > 0 AS migrated FROM information_schema.tables
      WHERE table_schema = current_schema() AND table_name = 'migration'`,
  );
  if (!found[0]?.migrated) return [];
  const { rows } = await database.query<Applied>(
    'SELECT number, name, digest FROM migration ORDER BY number',
  );
  return rows;
}

/** The files that were applied there. Throws when they are not those of this release. */
export function migrationsOf(applied: readonly Applied[]): Migration[] {
  assertHistory(applied, SHIPPED);
  return SHIPPED.slice(0, applied.length);
}

/** Applies the next missing file, if any, while holding the turn: other processes wait for it. */
async function applyNext(
  transaction: Queryable,
  migrations: readonly Migration[],
): Promise<Migration | undefined> {
  // After the wait the history is read anew, which a snapshot from before the wait would hide.
  await transaction.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
  await transaction.query(`SET LOCAL lock_timeout = ${LONGEST_MS}`);
  await transaction.query(`SET LOCAL statement_timeout = ${LONGEST_MS}`);
  const turn = { text: 'SELECT 1 FROM migration_turn FOR UPDATE', query_timeout: LONGEST_MS };
  await transaction.query(turn);
  const { rows } = await transaction.query<Applied>(
    'SELECT number, name, digest FROM migration ORDER BY number',
  );
  assertHistory(rows, migrations);
  const next = migrations[rows.length];
  if (!next) return undefined;
  await transaction.query({ text: next.sql, query_timeout: LONGEST_MS });
  await transaction.query('INSERT INTO migration (number, name, digest) VALUES ($1, $2, $3)', [
    next.number,
    next.name,
    next.digest,
  ]);
  return next;
}

/** Brings the schema up to date; any number of processes may do so at once. Answers what it applied. */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = SHIPPED,
): Promise<string[]> {
  await createHistory(database);
  const applied: string[] = [];
  for (;;) {
    const next = await database.transaction((transaction) => applyNext(transaction, migrations));
    if (!next) return applied;
    applied.push(next.name);
  }
}
