/** Owns the limit of each payer's account: so many new verdicts a minute, and what is more waits. */
import { keyOf } from '#ledger/books.ts';
import type { Bytes } from '#protocol/bytes.ts';
import type { Clock } from '../ports.ts';
import { createTokenBuckets } from '../token-buckets.ts';
import type { VerifiedPayment } from './ports.ts';

export type AccountLimit = {
  /** How many milliseconds until a payment of this payer is looked at; 0 when it may be at once. */
  waitMs(payer: Bytes): number;
  /**
   * To be told of payments whose signature verified and whose verdict is new, and of nothing else:
   * who sends false signatures, or a true one again, must not use up another's minute.
   */
  charge(payments: readonly Pick<VerifiedPayment, 'order'>[]): void;
};

export function createAccountLimit(perMinute: number, clock: Clock): AccountLimit {
  const buckets = createTokenBuckets(perMinute);
  return {
    waitMs: (payer) => buckets.waitMs(keyOf(payer), clock.nowMs(), 1),
    charge(payments) {
      const nowMs = clock.nowMs();
      for (const { order } of payments) buckets.spend(keyOf(order.payer), nowMs, 1);
    },
  };
}
