/** Owns the pace of the relay: how much at once, in which order, how long to wait. Forgotten with the process. */
import { BATCH_BYTES_MAX, BATCH_ITEMS_MAX } from '#protocol/payments-answer.ts';
import { RETRY_AFTER_MS_MAX } from './classify.ts';
import type { OutboxEntry } from './records.ts';

/** By failures in a row: a link that is alive but slow gets more patience each time (F38). */
const TIMEOUTS_MS = [10_000, 20_000, 30_000] as const;
const BACKOFF_FIRST_MS = 2_000;
const BACKOFF_MAX_MS = 5 * 60 * 1000;
const DOUBLINGS_MAX = 8;
/** How often the server is asked again about what it would not judge. */
export const QUARANTINE_PERIOD_MS = 24 * 60 * 60 * 1000;

export function lesser(a: number, b: number): number {
  if (a < b) return a;
  return b;
}

/** Time left until then; a moment too far off is a clock that was moved, not a wait (F64). */
export function leftMs(untilMs: number, nowMs: number): number {
  const left = untilMs - nowMs;
  return left > 0 && left <= RETRY_AFTER_MS_MAX ? left : 0;
}

export function isDue(entry: OutboxEntry, nowMs: number): boolean {
  if (!entry.quarantine) return true;
  const elapsed = nowMs - entry.quarantine.offeredAtMs;
  return elapsed >= QUARANTINE_PERIOD_MS || elapsed < 0;
}

export type Pace = {
  timeoutMs(): number;
  /** What the server asked for binds every reason; our own back-off only the timer. */
  waitMs(nowMs: number, patient: boolean): number;
  nextAttemptAtMs(nowMs: number): number;
  /** The next entries to offer together, or none. */
  nextBatch(entries: readonly OutboxEntry[]): OutboxEntry[];
  answered(): void;
  /** Nothing useful came back: try later, with less at once, and behind the others what failed alone. */
  failed(batch: readonly OutboxEntry[], nowMs: number): void;
  busy(retryAfterMs: number | undefined, nowMs: number): void;
  /** The batch was refused as a whole: halve it. False when it was one item already. */
  halve(batch: readonly OutboxEntry[]): boolean;
};

/**
 * What has failed alone. A suspect is offered alone and behind the others, for its bytes may be to
 * blame; but it may have been the network. So the next answer to anything lets it off, back among the
 * others though still behind them: what waited through an outage must not leave one by one. Failing
 * alone once more is proof enough.
 */
type Mark = 'suspect' | 'let-off' | 'convicted';

const RANK: { readonly [mark in Mark]: number } = { 'let-off': 1, suspect: 2, convicted: 2 };
const RANK_QUARANTINE = 3;

export function createPace(fraction: () => number): Pace {
  let failures = 0;
  let itemsMax = BATCH_ITEMS_MAX;
  let busyUntilMs = 0;
  let retryAtMs = 0;
  const marked = new Map<string, Mark>();

  /** Full jitter: phones that lost the network together must not come back together (F48). */
  function backoffMs(): number {
    const ceiling = BACKOFF_FIRST_MS * 2 ** lesser(failures, DOUBLINGS_MAX);
    return fraction() * lesser(ceiling, BACKOFF_MAX_MS);
  }

  function rank({ id, quarantine }: OutboxEntry): number {
    if (quarantine) return RANK_QUARANTINE;
    const mark = marked.get(id);
    return mark ? RANK[mark] : 0;
  }

  function halve(batch: readonly OutboxEntry[]): boolean {
    if (batch.length <= 1) return false;
    itemsMax = batch.length >> 1;
    return true;
  }

  return {
    timeoutMs: () => TIMEOUTS_MS[failures] ?? TIMEOUTS_MS[2],
    waitMs(nowMs, patient) {
      const busyMs = leftMs(busyUntilMs, nowMs);
      const retryMs = patient ? leftMs(retryAtMs, nowMs) : 0;
      if (retryMs > busyMs) return retryMs;
      return busyMs;
    },
    nextAttemptAtMs(nowMs) {
      return nowMs + this.waitMs(nowMs, true);
    },
    nextBatch(entries) {
      const lowest = entries.reduce((least, entry) => lesser(least, rank(entry)), RANK_QUARANTINE);
      // What failed alone or waits apart is offered alone, so that it can hurt nobody else.
      const limit = lowest < RANK.suspect ? itemsMax : 1;
      const batch: OutboxEntry[] = [];
      let bytes = 0;
      for (const entry of entries) {
        if (rank(entry) !== lowest) continue;
        bytes += entry.authorization.length;
        if (batch.length === limit || (batch.length > 0 && bytes > BATCH_BYTES_MAX)) break;
        batch.push(entry);
      }
      return batch;
    },
    answered() {
      failures = 0;
      retryAtMs = 0;
      itemsMax = lesser(itemsMax * 2, BATCH_ITEMS_MAX);
      for (const [id, mark] of marked) if (mark === 'suspect') marked.set(id, 'let-off');
    },
    failed(batch, nowMs) {
      const [only] = batch;
      if (!halve(batch) && only) {
        const mark = marked.get(only.id) ?? 'suspect';
        marked.set(only.id, mark === 'suspect' ? mark : 'convicted');
      }
      retryAtMs = nowMs + backoffMs();
      failures++;
    },
    busy(retryAfterMs, nowMs) {
      busyUntilMs = nowMs + (retryAfterMs ?? backoffMs());
      failures++;
    },
    halve,
  };
}
