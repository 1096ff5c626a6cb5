/** Owns what the engine needs from the world: time, chance, storage, the way to the server. */
import type { Bytes } from '#protocol/bytes.ts';
import type { PaymentAnswer } from '#protocol/payments-answer.ts';
import type { Outcome, Refusal, RefusalCode } from '#protocol/refusals.ts';
import type { ServerIdentity, StatementEntry } from '#protocol/wire.ts';
import type { Payment } from './payment.ts';

export type Clock = { nowMs(): number };

export type Random = {
  bytes(length: number): Bytes;
  /** Uniform in [0, 1). */
  fraction(): number;
};

/** Verifies a raw r‖s ES256 signature under a raw P-256 point (x ‖ y). */
export type VerifyEs256 = (point: Bytes, signed: Bytes, signature: Bytes) => Promise<boolean>;

/** One authorization without a receipt; `seq` orders the outbox. */
export type OutboxEntry = {
  readonly id: string;
  readonly seq: number;
  readonly authorization: Bytes;
  /** Set before the first byte leaves: from then on the promise cannot be withdrawn. */
  readonly sentAtMs?: number;
  /** Why the server would not judge it; such an entry waits apart and is offered again rarely. */
  readonly quarantine?: { readonly code: RefusalCode; readonly sinceMs: number };
};

/** What the server said, or did not say, to one upload. Silence proves nothing. */
export type UploadAnswer =
  | { readonly kind: 'answers'; readonly answers: readonly PaymentAnswer[] }
  | { readonly kind: 'silence'; readonly why: string }
  /** 429 or 503: come back later. */
  | { readonly kind: 'busy'; readonly retryAfterMs?: number }
  /** Something answered, but not our server as we know it (HTML, 404, 3xx, unsigned 4xx…). */
  | { readonly kind: 'strange'; readonly status: number; readonly refusal?: Refusal };

export type Transport = {
  postPayments(authorizations: readonly Bytes[], timeoutMs: number): Promise<UploadAnswer>;
  fetchIdentity(timeoutMs: number): Promise<Outcome<ServerIdentity>>;
};

/**
 * The truth on the phone. Every method is one strict transaction (or one read); a failed one
 * throws `StoreFault`, and "could not read" is never "empty".
 */
export type Store = {
  readIdentity(): Promise<ServerIdentity | undefined>;
  writeIdentity(identity: ServerIdentity): Promise<void>;
  /** Adds payment and outbox entry and moves the device's seq; refuses when another tab was first. */
  promise(payment: Payment, entry: OutboxEntry): Promise<Outcome<undefined>>;
  /** In seq order. */
  readOutbox(): Promise<OutboxEntry[]>;
  readPayment(id: string): Promise<Payment | undefined>;
  /** Marks entries as sent; those withdrawn meanwhile are not in the answer. */
  claim(ids: readonly string[], nowMs: number): Promise<OutboxEntry[]>;
  /** Stores the verified receipt and deletes the outbox entry, both or neither. */
  settle(payment: Payment): Promise<void>;
  quarantine(id: string, code: RefusalCode, nowMs: number): Promise<void>;
  /** Withdraws a promise that nobody else has seen. */
  cancel(id: string, nowMs: number): Promise<Outcome<undefined>>;
  writeEntries(entries: readonly StatementEntry[], version: number): Promise<void>;
};

export type Notice = { changed(): void };

/** Runs `work` under the Web Lock `outbox`, or without it after a bounded wait (safe by dedupe). */
export type OutboxLock = { run<T>(work: () => Promise<T>): Promise<T> };
