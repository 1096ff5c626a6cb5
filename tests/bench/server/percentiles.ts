/** Owns the percentiles of measured times. Pure. */

/** Nearest rank: a value that was measured. Null when nothing was. */
export function percentile(values: ArrayLike<number>, percent: number): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? null;
}

export const median = (values: ArrayLike<number>): number | null => percentile(values, 50);
