/** Owns keeping a new promise here for a moment while the phone itself says that it has no network. */
import type { OutboxEntry } from './records.ts';

/**
 * So long it can be withdrawn. What a phone says of its network may be wrong, so this must stay short
 * enough for somebody who waits at a counter.
 */
const HOLD_MS = 60_000;

export type HoldBack = {
  /** Those that may leave now. An attempt marks them as seen by others, even one that must fail. */
  release(entries: readonly OutboxEntry[], nowMs: number, mayHold: boolean): OutboxEntry[];
  /** When the first of those held back is let go. */
  untilMs(): number | undefined;
};

export function createHoldBack(): HoldBack {
  const sinceMs = new Map<string, number>();
  let firstMs: number | undefined;

  function isHeld({ id, sentAtMs, quarantine, carried }: OutboxEntry, nowMs: number): boolean {
    // Somebody else's promise cannot be withdrawn here.
    if (sentAtMs !== undefined || quarantine || carried) return false;
    const since = sinceMs.get(id) ?? nowMs;
    sinceMs.set(id, since);
    const endMs = since + HOLD_MS;
    // A clock that was set back must not hold it for longer (F64).
    if (nowMs >= endMs || nowMs < since) return false;
    if (firstMs === undefined || endMs < firstMs) firstMs = endMs;
    return true;
  }

  return {
    release(entries, nowMs, mayHold) {
      firstMs = undefined;
      return entries.filter((entry) => !(mayHold && isHeld(entry, nowMs)));
    },
    untilMs: () => firstMs,
  };
}
