/** Owns what the database itself says of our tables: their columns, their order, their sequences. */
import type { Queryable } from './database.ts';

export type Column = { readonly name: string; readonly type: string };
export type Table = { readonly name: string; readonly columns: readonly Column[] };

/** Of the schema's history, which migrations write and nothing else. */
export const HISTORY_TABLES: ReadonlySet<string> = new Set(['migration', 'migration_turn']);

/** Names come from the catalog, never from a caller; quoted all the same. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Whom rows refer to stands before them. */
function inOrder(tables: readonly Table[], parents: ReadonlyMap<string, Set<string>>): Table[] {
  const ordered: Table[] = [];
  const isPlaced = (name: string) => ordered.some((table) => table.name === name);
  while (ordered.length < tables.length) {
    const next = tables.find(
      ({ name }) => !isPlaced(name) && [...(parents.get(name) ?? [])].every(isPlaced),
    );
    if (!next) throw new Error('tables refer to each other in a circle');
    ordered.push(next);
  }
  return ordered;
}

/** All tables with rows of ours, those that others refer to first. */
export async function readTables(database: Queryable): Promise<Table[]> {
  const { rows } = await database.query<{ table: string; name: string; type: string }>(
    `SELECT c.table_name AS "table", c.column_name AS name, c.udt_name AS type
      FROM information_schema.columns c JOIN information_schema.tables t
        ON t.table_schema = c.table_schema AND t.table_name = c.table_name
      WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
      ORDER BY c.table_name, c.ordinal_position`,
  );
  const references = await database.query<{ child: string; parent: string }>(
    `SELECT c.relname AS child, p.relname AS parent
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE k.contype = 'f' AND n.nspname = current_schema() AND c.oid <> p.oid`,
  );
  const columns = new Map<string, Column[]>();
  for (const { table, name, type } of rows) {
    if (HISTORY_TABLES.has(table)) continue;
    columns.set(table, [...(columns.get(table) ?? []), { name, type }]);
  }
  const parents = new Map<string, Set<string>>();
  for (const { child, parent } of references.rows) {
    parents.set(child, (parents.get(child) ?? new Set()).add(parent));
  }
  return inOrder(
    [...columns].map(([name, its]) => ({ name, columns: its })),
    parents,
  );
}

export async function readSequenceNames(database: Queryable): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT sequence_name AS name FROM information_schema.sequences
      WHERE sequence_schema = current_schema() ORDER BY sequence_name`,
  );
  return rows.map((row) => row.name);
}
