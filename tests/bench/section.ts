// What a benchmark says: the one form in which measured numbers meet their goals.

export interface BenchLine {
  readonly what: string;
  /** Null when it was not reached at all. */
  readonly measured: number | null;
  readonly unit: 'ms' | 'µs' | 'kB' | 'MB' | 'B' | '1/s' | '×' | '';
  /** Without a goal the number is reported and never fails. */
  readonly goal?: number;
  readonly goalIs?: 'at most' | 'at least';
}

export interface BenchSection {
  readonly title: string;
  readonly lines: readonly BenchLine[];
}

/** What every `tests/bench/*.bench.ts` exports as `measure`. */
export type Measure = (options: { readonly runs: number }) => Promise<BenchSection>;

export function isMissed(line: BenchLine): boolean {
  if (line.goal === undefined) return false;
  if (line.measured === null) return true;
  return line.goalIs === 'at least' ? line.measured < line.goal : line.measured > line.goal;
}

function digits(value: number, unit: BenchLine['unit']): string {
  if (unit === '×') return value.toFixed(2);
  const isFine = unit === 'kB' || unit === 'µs' || (unit === 'ms' && value < 100);
  return isFine ? value.toFixed(1) : String(Math.round(value));
}

/** A table for people. */
export function formatSection(section: BenchSection): string {
  const rows = section.lines.map((line) => {
    const { goal, unit, measured } = line;
    const number = (value: number) => `${digits(value, unit)} ${unit}`.trim();
    const sign = line.goalIs === 'at least' ? '≥' : '≤';
    const verdict = isMissed(line) ? 'MISSED' : 'ok';
    return [
      line.what,
      measured === null ? 'not reached' : number(measured),
      goal === undefined ? '' : `${sign} ${number(goal)}`,
      goal === undefined ? '' : verdict,
    ];
  });
  const table = [['', 'measured', 'goal', ''], ...rows];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const printed = table.map(([what = '', measured = '', goal = '', verdict = '']) =>
    [
      what.padEnd(widths[0] ?? 0),
      measured.padStart(widths[1] ?? 0),
      goal.padStart(widths[2] ?? 0),
      verdict,
    ]
      .join('  ')
      .trimEnd(),
  );
  return [`## ${section.title}`, ...printed].join('\n');
}
