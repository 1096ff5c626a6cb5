/**
 * Owns the form of a backup: lines of JSON. First who and when, then each table's head and its rows, then
 * how many rows there were and where the sequences stood. Every value is PostgreSQL's own text for it.
 */
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

type Line = BackupRow | Readonly<Record<string, unknown>>;

function parse(line: string): Line {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Line;
  } catch {
    // Said below.
  }
  throw new BackupDamaged('a line of it cannot be read');
}

function headerOf(line: Readonly<Record<string, unknown>>): BackupHeader {
  if (line.format !== BACKUP_FORMAT) throw new BackupDamaged('it is no backup of Counterfoil');
  if (line.version !== BACKUP_VERSION) {
    throw new BackupDamaged(
      `it is a backup of form ${line.version}, which this release cannot read`,
    );
  }
  return line as unknown as BackupHeader;
}

function counted(rows: ReadonlyMap<string, number>, { rows: said }: BackupEnd): boolean {
  const names = new Set([...rows.keys(), ...Object.keys(said)]);
  return [...names].every((name) => rows.get(name) === said[name]);
}

/** Reads the lines in their order, and throws `BackupDamaged` unless they are a whole backup. */
export async function* partsOf(lines: AsyncIterable<string>): AsyncGenerator<BackupPart> {
  const rows = new Map<string, number>();
  let table: BackupTable | undefined;
  let stage: 'start' | 'tables' | 'end' = 'start';
  for await (const text of lines) {
    const line = parse(text);
    if (stage === 'end') throw new BackupDamaged('it goes on behind its end');
    if (Array.isArray(line)) {
      if (table?.columns.length !== line.length) throw new BackupDamaged('a row is out of place');
      rows.set(table.name, (rows.get(table.name) ?? 0) + 1);
      yield { kind: 'row', row: line as BackupRow };
      continue;
    }
    const object = line as Readonly<Record<string, unknown>>;
    if (stage === 'start') {
      stage = 'tables';
      yield { kind: 'header', header: headerOf(object) };
    } else if (typeof object.table === 'string' && !rows.has(object.table)) {
      table = { name: object.table, columns: object.columns as string[] };
      rows.set(table.name, 0);
      yield { kind: 'table', table };
    } else {
      const end = object.end as BackupEnd | undefined;
      if (!end || !counted(rows, end)) throw new BackupDamaged('its rows are not those it counts');
      stage = 'end';
      yield { kind: 'end', end };
    }
  }
  if (stage !== 'end') throw new BackupDamaged('it has no end');
}
