/** Owns what settlement tells about itself: counts and times for whoever watches the server, never who paid whom. */
import type { Verdict } from '#protocol/receipt.ts';
import type { RefusalCode } from '#protocol/refusals.ts';

/** Called on the hot path: an implementation only adds numbers, and never throws. */
export type SettlementMeter = {
  /** Payments that began (+) or ceased (−) to wait for their group: read and verified, not being posted. */
  waiting(change: number): void;
  /**
   * A group was posted, or the attempt failed: how many payments, how long its oldest waited, and
   * from the first statement to the answer to COMMIT, tries again included.
   */
  group(size: number, queueWaitMs: number, commitMs: number): void;
  /** So many signatures were checked in this time, as one waited for them: valid or not. */
  verified(count: number, durationMs: number): void;
  /** Committed for the first time, as its receipt says; `code` only of a refusal. */
  settled(verdict: Verdict, code?: RefusalCode): void;
  /** A repeat: answered with the receipt that was there. */
  known(count: number): void;
  /** Refused without a verdict: nothing was stored under its id. */
  refused(code: RefusalCode): void;
};

/** For whoever does not look: tests, simulations, the operator's programs. */
export const NO_METER: SettlementMeter = {
  waiting: () => undefined,
  group: () => undefined,
  verified: () => undefined,
  settled: () => undefined,
  known: () => undefined,
  refused: () => undefined,
};
