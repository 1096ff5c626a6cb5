/** Owns putting a backup into an empty database: all of it, or nothing. */
import type { BackupHeader, BackupPart, BackupRow, BackupSequence } from './backup-format.ts';
import { textColumn } from './column.ts';
import type { Database, Queryable } from './database.ts';
import { migrate, migrationsOf, readApplied } from './migrate.ts';
import { HISTORY_TABLES, quoted, readSequenceNames, readTables, type Table } from './tables.ts';

const BATCH_ROWS = 500;
const BATCH_TIMEOUT_MS = 10 * 60_000;

/** The target is not one that a backup may be put into, in words for people. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
}

/** Empty: no tables at all, or those that an earlier attempt has made and not filled. */
async function assertEmpty(database: Queryable, header: BackupHeader): Promise<void> {
  const tables = (await readTables(database)).map((table) => table.name);
  const applied = await readApplied(database);
  if (tables.length === 0 && applied.length === 0) return;
  const advice = 'Name an empty one; nothing was changed.';
  if (applied.length === 0) {
    throw new TargetRefused(`The database has tables already (${tables.join(', ')}). ${advice}`);
  }
  const { rowCount } = tables.includes('server_state')
    ? await database.query('SELECT 1 FROM server_state')
    : { rowCount: 0 };
  if (rowCount !== 0) throw new TargetRefused(`The database is in use already. ${advice}`);
  if (applied.length > header.migrations.length) {
    throw new TargetRefused(`The database is empty, but newer than the backup. ${advice}`);
  }
}

type Batch = { readonly table: Table; readonly rows: BackupRow[] };

async function insert(transaction: Queryable, { table, rows }: Batch): Promise<void> {
  const { columns } = table;
  const names = columns.map((column) => quoted(column.name)).join(', ');
  const arrays = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const places = columns.map((_, index) => `c${index}`).join(', ');
  const values = columns.map((column, index) => `c${index}::${quoted(column.type)}`).join(', ');
  await transaction.query({
    text: `INSERT INTO ${quoted(table.name)} (${names})
      SELECT ${values} FROM unnest(${arrays}) AS r (${places})`,
    values: columns.map((_, index) => textColumn(rows.map((row) => row[index] ?? null))),
    query_timeout: BATCH_TIMEOUT_MS,
  });
}

/** As this database has it: its types, with the backup's columns in their order. */
function matching(tables: readonly Table[], name: string, columns: readonly string[]): Table {
  const own = tables.find((table) => table.name === name)?.columns ?? [];
  const found = columns.flatMap(
    (column) => own.find((candidate) => candidate.name === column) ?? [],
  );
  if (own.length === 0 || found.length !== columns.length || own.length !== columns.length) {
    throw new Error(`The backup’s table ${name} is not that of its release.`);
  }
  return { name, columns: found };
}

async function setSequences(transaction: Queryable, sequences: readonly BackupSequence[]) {
  const known = await readSequenceNames(transaction);
  for (const { name, lastValue, isCalled } of sequences) {
    if (!known.includes(name)) throw new Error(`There is no sequence ${name} in this release.`);
    await transaction.query('SELECT setval($1::text::regclass, $2::bigint, $3)', [
      quoted(name),
      lastValue,
      isCalled,
    ]);
  }
}

async function load(transaction: Queryable, parts: AsyncIterable<BackupPart>): Promise<void> {
  const tables = await readTables(transaction);
  // Rows that migrations wrote: the backup has its own of them.
  for (const { name } of tables.toReversed()) {
    await transaction.query(`DELETE FROM ${quoted(name)}`);
  }
  let batch: Batch | undefined;
  const flush = async () => {
    if (batch && batch.rows.length > 0) await insert(transaction, batch);
    batch?.rows.splice(0);
  };
  for await (const part of parts) {
    if (part.kind === 'row') {
      batch?.rows.push(part.row);
      if (batch?.rows.length === BATCH_ROWS) await flush();
    } else if (part.kind === 'table') {
      await flush();
      const { name, columns } = part.table;
      if (HISTORY_TABLES.has(name)) throw new Error(`No backup has rows of ${name}.`);
      batch = { table: matching(tables, name, columns), rows: [] };
    } else if (part.kind === 'end') {
      await flush();
      await setSequences(transaction, part.end.sequences);
    }
  }
}

/**
 * Makes the schema as it was, loads every row, and in the same transaction does what makes a new
 * server of it (`begin`): there is no moment in which the old one could be started. Then brings the
 * schema up to date. `open` begins to read the backup, again after a conflict.
 */
export async function loadBackup<T>(
  database: Database,
  header: BackupHeader,
  open: () => AsyncIterable<BackupPart>,
  begin: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  const migrations = migrationsOf(header.migrations);
  await assertEmpty(database, header);
  await migrate(database, migrations);
  const begun = await database.transaction(async (transaction) => {
    await transaction.query('SET LOCAL statement_timeout = 0');
    await transaction.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    // Of two restores at once the second waits here, and then finds that it is too late.
    await transaction.query('SELECT 1 FROM migration_turn FOR UPDATE');
    await assertEmpty(transaction, header);
    await load(transaction, open());
    return begin(transaction);
  });
  await migrate(database);
  return begun;
}
