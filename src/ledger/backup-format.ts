/**
 * Owns the form of a backup: lines of JSON. First who and when, then each table's head and its rows, then
 * how many rows there were and where the sequences stood. Every value is PostgreSQL's own text for it.
 */
import {
  decodeWith,
  type Fields,
  list,
  record,
  text,
  truth,
  whole,
} from '#protocol/json-fields.ts';
import type { Applied } from './migrate.ts';

export const BACKUP_FORMAT = 'counterfoil-backup';
const BACKUP_VERSION = 1;

export type BackupHeader = {
  readonly takenAt: string;
  readonly migrations: readonly Applied[];
};

export type BackupTable = { readonly name: string; readonly columns: readonly string[] };
export type BackupRow = readonly (string | null)[];
export type BackupSequence = {
  readonly name: string;
  readonly lastValue: string;
  readonly isCalled: boolean;
};

export type BackupEnd = {
  /** How many, by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly sequences: readonly BackupSequence[];
};

export type BackupPart =
  | { readonly kind: 'header'; readonly header: BackupHeader }
  | { readonly kind: 'table'; readonly table: BackupTable }
  | { readonly kind: 'row'; readonly row: BackupRow }
  | { readonly kind: 'end'; readonly end: BackupEnd };

/** The file is not what a backup was: cut short, changed, or something else altogether. */
export class BackupDamaged extends Error {
  override readonly name = 'BackupDamaged';

  constructor(reason: string, options?: ErrorOptions) {
    super(`This is not a whole backup: ${reason}.`, options);
  }
}

export function lineOf(part: BackupPart): string {
  switch (part.kind) {
    case 'header':
      return JSON.stringify({ format: BACKUP_FORMAT, version: BACKUP_VERSION, ...part.header });
    case 'table':
      return JSON.stringify({ table: part.table.name, columns: part.table.columns });
    case 'row':
      return JSON.stringify(part.row);
    case 'end':
      return JSON.stringify({ end: part.end });
  }
}

type Line = readonly unknown[] | Fields;

function parse(line: string): Line {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Line;
  } catch {
    // Said below.
  }
  throw new BackupDamaged('a line of it cannot be read');
}

/** Throws `BackupDamaged` for what has another shape than `lineOf` writes. */
function shaped<T>(line: Fields, what: string, read: (fields: Fields) => T): T {
  const outcome = decodeWith(line, what, read);
  if (!outcome.ok) throw new BackupDamaged(`its ${what} cannot be read`);
  return outcome.value;
}

function headerOf(line: Fields): BackupHeader {
  if (line.format !== BACKUP_FORMAT) throw new BackupDamaged('it is no backup of Counterfoil');
  if (line.version !== BACKUP_VERSION) {
    throw new BackupDamaged(
      `it is a backup of form ${line.version}, which this release cannot read`,
    );
  }
  return shaped(line, 'header', (fields) => ({
    takenAt: text(fields, 'takenAt'),
    migrations: list(fields, 'migrations', (migration) => ({
      number: whole(migration, 'number'),
      name: text(migration, 'name'),
      digest: text(migration, 'digest'),
    })),
  }));
}

function isTexts(values: unknown): values is readonly string[] {
  return Array.isArray(values) && values.every((value) => typeof value === 'string');
}

function tableOf({ table: name, columns }: Fields): BackupTable {
  if (typeof name !== 'string' || !isTexts(columns)) {
    throw new BackupDamaged('a table of it cannot be read');
  }
  return { name, columns };
}

function rowOf(line: readonly unknown[], table: BackupTable | undefined): BackupRow {
  const isRow = line.every((value) => value === null || typeof value === 'string');
  if (!isRow || table?.columns.length !== line.length) {
    throw new BackupDamaged('a row is out of place');
  }
  return line as BackupRow;
}

function endOf(line: Fields): BackupEnd {
  return shaped(line, 'end', (fields) => {
    const end = record(fields.end, 'end');
    const rows = record(end.rows, 'rows');
    return {
      rows: Object.fromEntries(Object.keys(rows).map((name) => [name, whole(rows, name)])),
      sequences: list(end, 'sequences', (sequence) => ({
        name: text(sequence, 'name'),
        lastValue: text(sequence, 'lastValue'),
        isCalled: truth(sequence, 'isCalled'),
      })),
    };
  });
}

const isList = (line: Line): line is readonly unknown[] => Array.isArray(line);

function counted(rows: ReadonlyMap<string, number>, { rows: said }: BackupEnd): boolean {
  const names = new Set([...rows.keys(), ...Object.keys(said)]);
  return [...names].every((name) => rows.get(name) === said[name]);
}

/** Reads the lines in their order, and throws `BackupDamaged` unless they are a whole backup. */
export async function* partsOf(lines: AsyncIterable<string>): AsyncGenerator<BackupPart> {
  const rows = new Map<string, number>();
  let table: BackupTable | undefined;
  let stage: 'start' | 'tables' | 'end' = 'start';
  for await (const written of lines) {
    const line = parse(written);
    if (stage === 'end') throw new BackupDamaged('it goes on behind its end');
    if (isList(line)) {
      const row = rowOf(line, table);
      if (table) rows.set(table.name, (rows.get(table.name) ?? 0) + 1);
      yield { kind: 'row', row };
    } else if (stage === 'start') {
      stage = 'tables';
      yield { kind: 'header', header: headerOf(line) };
    } else if (typeof line.table === 'string' && !rows.has(line.table)) {
      table = tableOf(line);
      rows.set(table.name, 0);
      yield { kind: 'table', table };
    } else {
      const end = endOf(line);
      if (!counted(rows, end)) throw new BackupDamaged('its rows are not those it counts');
      stage = 'end';
      yield { kind: 'end', end };
    }
  }
  if (stage !== 'end') throw new BackupDamaged('it has no end');
}
