/** Owns carrying the outbox to the server: one function for page and worker, safe to call at any time. */
import type { Authorization } from '#protocol/authorization.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import type { PaymentAnswer } from '#protocol/payments-answer.ts';
import type { Receipt } from '#protocol/receipt.ts';
import { assert, type RefusalCode } from '#protocol/refusals.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import { authorizationWithId, checkReceipt, matchReceipt } from './check-receipt.ts';
import { classifyUpload, meaningOfRefusal } from './classify.ts';
import {
  type Clock,
  type Notice,
  type OutboxLock,
  type Random,
  type Store,
  StoreFault,
  type Transport,
  type VerifyEs256,
} from './ports.ts';
import { promisedPayment } from './promised-payment.ts';
import type { OutboxEntry } from './records.ts';
import { createPace, isDue, type Pace, QUARANTINE_PERIOD_MS } from './relay-pace.ts';

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

/** Why something is still waiting; for people to see, never a verdict. */
export type Trouble = {
  /**
   * silence: no answer · busy: asked to wait · strange: not our server's answer · unjudged: it would
   * not judge · forged: a receipt that proves nothing · store: the phone's own storage.
   */
  readonly kind: 'silence' | 'busy' | 'strange' | 'unjudged' | 'forged' | 'store';
  readonly atMs: number;
  readonly code?: RefusalCode;
  readonly detail?: string;
};

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
};

export type RelayParts = {
  readonly store: Store;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly verify: VerifyEs256;
  readonly notice: Notice;
  readonly lock: OutboxLock;
};

export type Relay = {
  /**
   * Sends what waits until nothing more can be done now. Never throws for a fault of the world. A
   * call during a drain makes that drain look again before it ends, and shares its report.
   */
  drain(reason: DrainReason): Promise<RelayReport>;
};

type Offered = { readonly entry: OutboxEntry; readonly authorization: Authorization };

const STORE_RETRY_MS = 5_000;

class OutboxRelay implements Relay {
  private readonly parts: RelayParts;
  private readonly pace: Pace;
  private running: Promise<RelayReport> | undefined;
  private wanted: DrainReason | undefined;
  private lastTrouble: Trouble | undefined;
  private heardAtMs: number | undefined;
  private settled = 0;
  private identityAsked = false;

  constructor(parts: RelayParts) {
    this.parts = parts;
    this.pace = createPace(() => parts.random.fraction());
  }

  drain(reason: DrainReason): Promise<RelayReport> {
    // A waiting timer must not make a stronger reason patient.
    if (this.wanted === undefined || this.wanted === 'timer') this.wanted = reason;
    this.running ??= this.drainWanted();
    return this.running;
  }

  /** Level-triggered: whoever calls while this runs sets `wanted`, and the loop goes round again (F9). */
  private async drainWanted(): Promise<RelayReport> {
    this.settled = 0;
    try {
      let report: RelayReport | undefined;
      // No await between the last look at `wanted` and giving up `running`: no call can be missed.
      while (this.wanted !== undefined || report === undefined) {
        const reason = this.wanted ?? 'timer';
        this.wanted = undefined;
        report = await this.pass(reason);
      }
      return report;
    } finally {
      this.running = undefined;
    }
  }

  private async pass(reason: DrainReason): Promise<RelayReport> {
    try {
      if (this.pace.waitMs(this.now(), reason === 'timer') === 0) {
        this.identityAsked = false;
        await this.parts.lock.run(() => this.carry(reason));
      }
      return this.report(await this.parts.store.readOutbox());
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      this.trouble('store', error.code, error.message);
      return this.report('unknown');
    }
  }

  private async carry(reason: DrainReason): Promise<void> {
    const offered = new Set<string>();
    for (;;) {
      const entries = await this.parts.store.readOutbox();
      const now = this.now();
      const due = entries.filter(
        (entry) => !offered.has(entry.id) && (reason === 'person' || isDue(entry, now)),
      );
      const batch = this.pace.nextBatch(due);
      if (batch.length === 0) return;
      for (const { id } of batch) offered.add(id);
      const sendable = await this.prepare(batch);
      if (sendable.length === 0) continue;
      const verdict = await this.offer(sendable);
      if (verdict === 'stop') return;
      if (verdict === 'again') for (const { id } of batch) offered.delete(id);
    }
  }

  /** Claims the batch, so that nothing leaves that could still be withdrawn, and sets damage apart. */
  private async prepare(batch: readonly OutboxEntry[]): Promise<Offered[]> {
    const { store } = this.parts;
    const ids = batch.map(({ id }) => id);
    const sendable: Offered[] = [];
    for (const entry of await store.claim(ids, this.now())) {
      const whole = await this.wholeBytes(entry);
      if (whole) sendable.push(whole);
      else await this.quarantine(entry.id, 'bytes_malformed', 'damaged in storage');
    }
    return sendable;
  }

  /** The payment keeps a second copy of the signed bytes; either will do. */
  private async wholeBytes(entry: OutboxEntry): Promise<Offered | undefined> {
    const own = authorizationWithId(entry.authorization, entry.id);
    if (own) return { entry, authorization: own };
    const bytes = (await this.parts.store.readPayment(entry.id))?.authorization;
    const spare = bytes && authorizationWithId(bytes, entry.id);
    return spare && { entry: { ...entry, authorization: bytes }, authorization: spare };
  }

  /** `again`: offer the same items anew, in smaller batches. */
  private async offer(batch: readonly Offered[]): Promise<'on' | 'again' | 'stop'> {
    const entries = batch.map(({ entry }) => entry);
    const bytes = entries.map(({ authorization }) => authorization);
    const answer = await this.parts.transport.postPayments(bytes, this.pace.timeoutMs);
    if (answer.kind === 'silence') return this.failed(entries, 'silence', undefined, answer.why);
    const upload = classifyUpload(answer);
    switch (upload.kind) {
      case 'answers':
        return this.judge(batch, upload.answers);
      case 'busy':
        this.pace.busy(upload.retryAfterMs, this.now());
        this.trouble('busy', upload.code);
        return 'stop';
      case 'strange':
        return this.failed(entries, 'strange', upload.code, `HTTP ${upload.status}`);
      case 'refused':
        this.heard(this.lastTrouble);
        if (this.pace.halve(entries)) return 'again';
        for (const { id } of entries) await this.quarantine(id, upload.code);
        return 'on';
    }
  }

  private async judge(
    batch: readonly Offered[],
    answers: readonly PaymentAnswer[],
  ): Promise<'on' | 'stop'> {
    // Receipts name their payment; a refusal is known by its place alone.
    const placed = answers.length === batch.length;
    const before = this.lastTrouble;
    let judged = 0;
    for (const [place, answer] of answers.entries()) {
      if (answer.kind === 'receipt') {
        if (await this.takeReceipt(answer.receipt, batch)) judged++;
        continue;
      }
      const item = placed ? batch[place] : undefined;
      if (item && (await this.takeRefusal(item.entry, answer.code, answer.detail))) judged++;
    }
    if (judged === 0) {
      this.pace.failed(
        batch.map(({ entry }) => entry),
        this.now(),
      );
      return 'stop';
    }
    this.heard(before);
    return 'on';
  }

  /** True when the receipt is believed and stored. A forged or foreign one is worth as much as silence. */
  private async takeReceipt(bytes: Bytes, batch: readonly Offered[]): Promise<boolean> {
    const receipt = await this.believe(bytes);
    if (!receipt) return false;
    const id = toBase64url(receipt.paymentId);
    const item = batch.find(({ entry }) => entry.id === id);
    if (!item || !matchReceipt(receipt, item.authorization).ok) {
      this.trouble('forged', 'receipt_other_payment');
      return false;
    }
    const createdAtMs = item.authorization.order.authorizedAtS * 1000;
    const words = { requestText: '', payeeName: '', createdAtMs };
    const signed = promisedPayment(item.entry.authorization, words);
    assert(signed.ok, 'what was sent can be read');
    const settled = await this.parts.store.settle(signed.value, receipt, bytes);
    if (settled === 'settled') this.settled++;
    if (settled !== 'known') this.parts.notice.changed('payments');
    return true;
  }

  private async takeRefusal(
    entry: OutboxEntry,
    code: RefusalCode,
    detail: string | undefined,
  ): Promise<boolean> {
    if (meaningOfRefusal(code) === 'wait') {
      this.trouble('busy', code, detail);
      return false;
    }
    await this.quarantine(entry.id, code, detail);
    return true;
  }

  private async believe(bytes: Bytes): Promise<Receipt | undefined> {
    const { store, verify } = this.parts;
    let identity = (await store.readIdentity()) ?? (await this.askIdentity(undefined));
    while (identity) {
      const checked = await checkReceipt(bytes, identity, verify);
      if (checked.ok) return checked.value;
      if (checked.refusal !== 'key_unknown') {
        this.trouble('forged', checked.refusal.code);
        return undefined;
      }
      identity = await this.askIdentity(identity);
    }
    this.trouble('forged', 'receipt_not_this_server', 'no such key');
    return undefined;
  }

  /** Once per pass: the server may have a new key. It may not become another server. */
  private async askIdentity(
    known: ServerIdentity | undefined,
  ): Promise<ServerIdentity | undefined> {
    if (this.identityAsked) return undefined;
    this.identityAsked = true;
    const answer = await this.parts.transport.readIdentity(this.pace.timeoutMs);
    if (!answer.ok) return undefined;
    if (known && !equalBytes(known.server, answer.value.server)) return undefined;
    await this.parts.store.writeIdentity(answer.value);
    return answer.value;
  }

  private async quarantine(id: string, code: RefusalCode, detail?: string): Promise<void> {
    await this.parts.store.quarantine(id, code, this.now());
    this.trouble('unjudged', code, detail);
    this.parts.notice.changed('payments');
  }

  private failed(
    entries: readonly OutboxEntry[],
    kind: 'silence' | 'strange',
    code: RefusalCode | undefined,
    detail: string,
  ): 'stop' {
    this.pace.failed(entries, this.now());
    this.trouble(kind, code, detail);
    return 'stop';
  }

  /** Our server spoke: whatever was the trouble before this exchange is over. */
  private heard(before: Trouble | undefined): void {
    this.pace.answered();
    this.heardAtMs = this.now();
    if (this.lastTrouble === before) this.lastTrouble = undefined;
  }

  private trouble(kind: Trouble['kind'], code?: RefusalCode, detail?: string): void {
    this.lastTrouble = {
      kind,
      atMs: this.now(),
      ...(code !== undefined && { code }),
      ...(detail !== undefined && { detail }),
    };
  }

  private now(): number {
    return this.parts.clock.nowMs();
  }

  private report(outbox: readonly OutboxEntry[] | 'unknown'): RelayReport {
    const now = this.now();
    const { lastTrouble, heardAtMs, settled } = this;
    const shared = {
      settled,
      ...(lastTrouble && { lastTrouble }),
      ...(heardAtMs !== undefined && { heardAtMs }),
    };
    if (outbox === 'unknown') {
      return {
        ...shared,
        waiting: 'unknown',
        quarantined: 0,
        nextAttemptAtMs: now + STORE_RETRY_MS,
      };
    }
    const waiting = outbox.filter((entry) => !entry.quarantine).length;
    const [first] = outbox;
    if (waiting > 0) {
      const nextAttemptAtMs = this.pace.nextAttemptAtMs(now);
      return { ...shared, waiting, quarantined: outbox.length - waiting, nextAttemptAtMs };
    }
    return {
      ...shared,
      waiting,
      quarantined: outbox.length,
      ...(first && { nextAttemptAtMs: now + QUARANTINE_PERIOD_MS }),
    };
  }
}

export function createRelay(parts: RelayParts): Relay {
  return new OutboxRelay(parts);
}
