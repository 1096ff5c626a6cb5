/** Owns taking a backup: every table of one moment, row by row in constant memory. */
import type pg from 'pg';
import type { BackupPart, BackupRow, BackupSequence } from './backup-format.ts';
import type { Database } from './database.ts';
import { readApplied } from './migrate.ts';
import { readSnapshot } from './read-snapshot.ts';
import { openRowStream } from './row-stream.ts';
import { quoted, readSequenceNames, readTables, type Table } from './tables.ts';

/** Text that reads back as the very same value, whatever the server or the role is set to. */
const EXACT_TEXT = [
  "SET LOCAL datestyle = 'ISO'",
  "SET LOCAL timezone = 'UTC'",
  "SET LOCAL bytea_output = 'hex'",
];

type Deliver = (part: BackupPart) => Promise<void>;

async function deliverRows(client: pg.PoolClient, table: Table, deliver: Deliver): Promise<number> {
  const names = table.columns.map((column) => column.name);
  await deliver({ kind: 'table', table: { name: table.name, columns: names } });
  const texts = names.map((name, index) => `${quoted(name)}::text AS c${index}`);
  const rows = await openRowStream<Record<string, string | null>>(
    client,
    `backup_${table.name}`,
    `SELECT ${texts.join(', ')} FROM ${quoted(table.name)}`,
  );
  let count = 0;
  for (let row = await rows.take(); row; row = await rows.take()) {
    const values: BackupRow = Object.values(row);
    await deliver({ kind: 'row', row: values });
    count++;
  }
  return count;
}

/** Sequences belong to no snapshot: read after the rows, they are beyond every number in them. */
async function readSequences(client: pg.PoolClient): Promise<BackupSequence[]> {
  const sequences: BackupSequence[] = [];
  for (const name of await readSequenceNames(client)) {
    const { rows } = await client.query<Omit<BackupSequence, 'name'>>(
      `SELECT last_value::text AS "lastValue", is_called AS "isCalled" FROM ${quoted(name)}`,
    );
    if (rows[0]) sequences.push({ name, ...rows[0] });
  }
  return sequences;
}

/** Works while the server runs. Throws when there is no schema. */
export function takeBackup(database: Database, takenAt: Date, deliver: Deliver): Promise<void> {
  return readSnapshot(database, async (client) => {
    for (const setting of EXACT_TEXT) await client.query(setting);
    const migrations = await readApplied(client);
    if (migrations.length === 0) throw new Error('There is nothing in this database to back up.');
    await deliver({ kind: 'header', header: { takenAt: takenAt.toISOString(), migrations } });
    const rows: Record<string, number> = {};
    for (const table of await readTables(client)) {
      rows[table.name] = await deliverRows(client, table, deliver);
    }
    await deliver({ kind: 'end', end: { rows, sequences: await readSequences(client) } });
  });
}
