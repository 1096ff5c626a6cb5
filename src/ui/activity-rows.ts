/** Owns a long list as rows of two known heights, so that only those in sight need to exist. Pure. */
import type { ActivityLine } from './activity-lines.ts';

export type ActivityRow =
  | { readonly kind: 'day'; readonly atMs: number }
  | { readonly kind: 'line'; readonly line: ActivityLine };

/** One heading for each day, before its first line; days are those of this phone's clock. */
export function rowsByDay(lines: readonly ActivityLine[]): ActivityRow[] {
  const rows: ActivityRow[] = [];
  let dayBeganMs = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    // Newest first: a line belongs to the day above it until it is older than that day's midnight.
    if (line.atMs < dayBeganMs) {
      rows.push({ kind: 'day', atMs: line.atMs });
      dayBeganMs = new Date(line.atMs).setHours(0, 0, 0, 0);
    }
    rows.push({ kind: 'line', line });
  }
  return rows;
}

export type Heights = { readonly day: number; readonly line: number };

/** Where each row begins, and at the end where the list ends. */
export function rowOffsets(rows: readonly ActivityRow[], heights: Heights): Float64Array {
  const offsets = new Float64Array(rows.length + 1);
  let at = 0;
  for (const [i, row] of rows.entries()) {
    offsets[i] = at;
    at += heights[row.kind];
  }
  offsets[rows.length] = at;
  return offsets;
}

/** The last row that begins at or before this height. */
function rowAt(offsets: Float64Array, y: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

export type Slice = {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
  /** Heights of what is left out above and below. */
  readonly above: number;
  readonly below: number;
};

/** The rows between two heights, with some more on either side for fast fingers. */
export function sliceOf(offsets: Float64Array, top: number, bottom: number, spare = 8): Slice {
  const count = offsets.length - 1;
  if (count <= 0) return { first: 0, end: 0, above: 0, below: 0 };
  const first = Math.max(0, rowAt(offsets, top) - spare);
  const end = Math.min(count, rowAt(offsets, bottom) + 1 + spare);
  return {
    first,
    end,
    above: offsets[first] ?? 0,
    below: (offsets[count] ?? 0) - (offsets[end] ?? 0),
  };
}
