// Finds the few steps of a run that are enough to break it: leaves out ever smaller pieces while the same rule breaks.

export type Shrinking = {
  /** Steps of the run that broke, in their order. */
  readonly steps: readonly number[];
  /** Whether it breaks in the same way when these alone happen. */
  readonly breaks: (kept: readonly number[]) => Promise<boolean>;
  /** Asked before every try. */
  readonly mayGoOn: () => boolean;
};

const without = (list: readonly number[], from: number, count: number): number[] => [
  ...list.slice(0, from),
  ...list.slice(from + count),
];

/** As few as were found in time; all of them at worst. */
export async function shrink({ steps, breaks, mayGoOn }: Shrinking): Promise<readonly number[]> {
  let kept = steps;
  let size = Math.max(1, kept.length >> 1);
  while (mayGoOn()) {
    const before = kept.length;
    // From the end: what happened last is most of the time what is needed least.
    for (let end = kept.length; end > 0 && mayGoOn(); end -= size) {
      const from = Math.max(0, end - size);
      const rest = without(kept, from, end - from);
      if (await breaks(rest)) kept = rest;
    }
    if (size === 1 && kept.length === before) break;
    size = Math.max(1, size >> 1);
  }
  return kept;
}
