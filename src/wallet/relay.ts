/** Owns carrying the outbox to the server: one function for page and worker, safe to call at any time. */
import { FIRST_EPOCH } from '#protocol/epoch.ts';
import { createHoldBack, type HoldBack } from './hold-back.ts';
import {
  type Clock,
  type Notice,
  type OutboxLock,
  type OutboxStore,
  type Random,
  StoreFault,
  type Transport,
  type VerifyEs256,
} from './ports.ts';
import { openReceiptDesk, type ReceiptDesk } from './receipt-desk.ts';
import type { OutboxEntry } from './records.ts';
import { createPace, isDue, type Pace, QUARANTINE_PERIOD_MS } from './relay-pace.ts';
import { type Memory, offer, remember, type Trouble } from './relay-upload.ts';
import { type ReofferMemory, reoffer } from './reoffer.ts';

/**
 * What asked for a drain. All but `timer` say that the world may have changed, so they do not wait
 * for our own back-off; what the server asked for they respect. `person` also offers again what the
 * server would not judge.
 */
export type DrainReason =
  | 'start'
  | 'enqueue'
  | 'visible'
  | 'online'
  | 'notice'
  | 'sync'
  | 'push'
  | 'person'
  | 'timer';

export type RelayReport = {
  /** Receipts stored by this drain. */
  readonly settled: number;
  /** Still without a receipt, quarantined ones not counted. Unknown when the storage cannot be read. */
  readonly waiting: number | 'unknown';
  readonly quarantined: number;
  /** When to try again; absent when nothing is left to try. */
  readonly nextAttemptAtMs?: number;
  /** The last trouble since the server last answered as it should. */
  readonly lastTrouble?: Trouble;
  /** When this relay last heard the server answer as it should. */
  readonly heardAtMs?: number;
  /** The epoch, if not the first, in which it has brought back once what the server may have forgotten. */
  readonly reofferedEpoch?: number;
};

export type RelayParts = {
  readonly store: OutboxStore;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly verify: VerifyEs256;
  readonly notice: Notice;
  readonly lock: OutboxLock;
  /** The phone's own word, a hint: while it says so, what is new stays here and can be withdrawn. */
  readonly hasNoNetwork?: () => boolean;
};

export type Relay = {
  /**
   * Sends what waits until nothing more can be done now. Never throws for a fault of the world. A
   * call during a drain makes that drain look again before it ends, and shares its report.
   */
  drain(reason: DrainReason): Promise<RelayReport>;
};

const STORE_RETRY_MS = 5_000;

/** These say that the outbox has grown, not that the world is better: what has just failed rests. */
const ONLY_NEWS: ReadonlySet<DrainReason> = new Set(['enqueue', 'notice']);

/** Signs that there is a network after all, whatever the phone says. */
const KNOWS_BETTER: ReadonlySet<DrainReason> = new Set(['online', 'sync', 'push']);

type Running = RelayParts & {
  readonly pace: Pace;
  readonly memory: Memory;
  readonly holdBack: HoldBack;
  readonly reoffers: ReofferMemory;
};

/**
 * A person may know better than the phone, so the server is asked, which promises nothing: a payment
 * that was tried in vain could not be withdrawn any more.
 */
async function mayHold(parts: Running, reason: DrainReason): Promise<boolean> {
  if (parts.hasNoNetwork?.() !== true || KNOWS_BETTER.has(reason)) return false;
  if (reason !== 'person') return true;
  const { ok } = await parts.transport.readIdentity(parts.pace.timeoutMs());
  if (!ok) remember(parts, 'silence');
  return !ok;
}

/** Batch after batch, each payment once, until nothing is left or the world stops answering. */
async function carry(parts: Running, desk: ReceiptDesk, reason: DrainReason): Promise<void> {
  const { store, clock, pace, holdBack } = parts;
  const isHolding = await mayHold(parts, reason);
  const isResting = ONLY_NEWS.has(reason) && pace.waitMs(clock.nowMs(), true) > 0;
  const offered = new Set<string>();
  for (;;) {
    const waiting = await store.readOutbox();
    const nowMs = clock.nowMs();
    const entries = holdBack.release(waiting, nowMs, isHolding);
    const due = entries.filter(
      (entry) =>
        !offered.has(entry.id) &&
        !(isResting && entry.sentAtMs !== undefined) &&
        (reason === 'person' || isDue(entry, nowMs)),
    );
    const ids = pace.nextBatch(due).map(({ id }) => id);
    if (ids.length === 0) return;
    for (const id of ids) offered.add(id);
    // Claimed first, so that nothing leaves that could still be withdrawn.
    const batch = await store.claim(ids, nowMs);
    const isNew = entries.some(({ id, sentAtMs }) => sentAtMs === undefined && ids.includes(id));
    if (isNew) parts.notice.changed('payments');
    const end = batch.length === 0 ? 'on' : await offer({ ...parts, desk }, batch);
    if (end === 'stop') return;
    if (end === 'again') for (const id of ids) offered.delete(id);
  }
}

/** What is carried may tell of a restore, so what is to be brought back is asked before and after. */
async function carryBoth(parts: Running, reason: DrainReason): Promise<void> {
  const desk = openReceiptDesk(parts, parts.pace.timeoutMs());
  await reoffer({ ...parts, desk });
  await carry(parts, desk, reason);
  if (parts.memory.settled > 0) await reoffer({ ...parts, desk });
}

function countsOf(outbox: readonly OutboxEntry[]): Pick<RelayReport, 'waiting' | 'quarantined'> {
  const waiting = outbox.filter((entry) => !entry.quarantine).length;
  return { waiting, quarantined: outbox.length - waiting };
}

function nextAttemptAtMs(
  { pace, clock, holdBack, reoffers }: Running,
  { waiting, quarantined }: Pick<RelayReport, 'waiting' | 'quarantined'>,
): Pick<RelayReport, 'nextAttemptAtMs'> {
  const nowMs = clock.nowMs();
  if (waiting === 'unknown') return { nextAttemptAtMs: nowMs + STORE_RETRY_MS };
  const heldUntilMs = holdBack.untilMs() ?? nowMs;
  if (waiting > 0) {
    const triedAtMs = pace.nextAttemptAtMs(nowMs);
    return { nextAttemptAtMs: triedAtMs > heldUntilMs ? triedAtMs : heldUntilMs };
  }
  if (reoffers.retryAtMs > nowMs) return { nextAttemptAtMs: reoffers.retryAtMs };
  return quarantined > 0 ? { nextAttemptAtMs: nowMs + QUARANTINE_PERIOD_MS } : {};
}

function reportOf(parts: Running, outbox: readonly OutboxEntry[] | 'unknown'): RelayReport {
  const { settled, lastTrouble, heardAtMs } = parts.memory;
  const { offeredEpoch: reofferedEpoch } = parts.reoffers;
  const counts =
    outbox === 'unknown' ? ({ waiting: 'unknown', quarantined: 0 } as const) : countsOf(outbox);
  return {
    settled,
    ...counts,
    ...nextAttemptAtMs(parts, counts),
    ...(lastTrouble && { lastTrouble }),
    ...(heardAtMs !== undefined && { heardAtMs }),
    ...(reofferedEpoch !== FIRST_EPOCH && { reofferedEpoch }),
  };
}

async function pass(parts: Running, reason: DrainReason): Promise<RelayReport> {
  const { store, clock, pace, lock } = parts;
  try {
    if (pace.waitMs(clock.nowMs(), reason === 'timer') === 0) {
      await lock.run(() => carryBoth(parts, reason));
    }
    return reportOf(parts, await store.readOutbox());
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    remember(parts, 'store', error.code, error.message);
    return reportOf(parts, 'unknown');
  }
}

export function createRelay(relayParts: RelayParts): Relay {
  const { random } = relayParts;
  const memory: Memory = { settled: 0 };
  const pace = createPace(() => random.fraction());
  const reoffers: ReofferMemory = {
    epoch: FIRST_EPOCH,
    offeredEpoch: FIRST_EPOCH,
    failures: 0,
    retryAtMs: 0,
  };
  const parts: Running = { ...relayParts, memory, pace, holdBack: createHoldBack(), reoffers };
  let running: Promise<RelayReport> | undefined;
  let wanted: DrainReason | undefined;

  /** Level-triggered: whoever calls while this runs sets `wanted`, and the loop goes round again (F9). */
  async function drainWanted(): Promise<RelayReport> {
    memory.settled = 0;
    try {
      for (;;) {
        const reason = wanted ?? 'timer';
        wanted = undefined;
        const report = await pass(parts, reason);
        // No await between this look and giving up `running`: no call can be missed.
        if (wanted === undefined) return report;
      }
    } finally {
      running = undefined;
    }
  }

  return {
    drain(reason) {
      // A waiting timer must not make a stronger reason patient, nor mere news hide one.
      const isWeaker =
        wanted === 'timer' || (wanted && ONLY_NEWS.has(wanted) && reason !== 'timer');
      if (wanted === undefined || isWeaker) wanted = reason;
      running ??= drainWanted();
      return running;
    },
  };
}
