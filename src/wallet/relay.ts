/** Owns carrying the outbox to the server: one function for page and worker, safe to call at any time. */
import type { RefusalCode } from '#protocol/refusals.ts';
import type { Clock, Notice, OutboxLock, Random, Store, Transport, VerifyEs256 } from './ports.ts';

/** What asked for a drain. All but `timer` say that the world may have changed, so they do not wait for the back-off. */
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
  /** No answer · asked to wait · not our server's answer · not judged (quarantine) · a receipt that proves nothing · storage. */
  readonly kind: 'silence' | 'busy' | 'strange' | 'unjudged' | 'forged' | 'store';
  readonly atMs: number;
  readonly code?: RefusalCode;
  readonly detail?: string;
};

export type RelayReport = {
  /** Receipts stored by this drain. */
  readonly settled: number;
  /** Still without a receipt, quarantined ones not counted. */
  readonly waiting: number;
  readonly quarantined: number;
  /** When to try again; absent when nothing waits. */
  readonly nextAttemptAtMs?: number;
  /** The last trouble since the server last answered as it should. */
  readonly lastTrouble?: Trouble;
  /** When a receipt or refusal of our server last came, by this relay. */
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
  /** Sends what waits until nothing more can be done now. Never throws for a fault of the world. */
  drain(reason: DrainReason): Promise<RelayReport>;
};

export function createRelay(parts: RelayParts): Relay {
  throw new Error(`not built yet ${parts.clock.nowMs()}`);
}
