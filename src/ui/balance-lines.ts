/** Owns what stands as balances: what the server last said, what is promised of it, what is left. */
import type { HomeView } from '#wallet/records.ts';

export type BalanceLine = {
  readonly currency: number;
  /** As the server last said it. */
  readonly balanceMinor: bigint;
  /** Signed away and not settled yet. */
  readonly promisedMinor: bigint;
  /** What may still be promised; never below zero. */
  readonly leftMinor: bigint;
};

/** One line a currency, the server's order kept; a currency that only promises know comes last. */
export function balanceLines(home: HomeView): BalanceLine[] {
  const balances = home.wallet?.account.balances ?? [];
  const held = new Set(balances.map(({ currency }) => currency));
  const others = [...home.promisedMinor.keys()]
    .filter((currency) => !held.has(currency))
    .map((currency) => ({ currency, amountMinor: 0n }));
  return [...balances, ...others].map(({ currency, amountMinor }) => {
    const promisedMinor = home.promisedMinor.get(currency) ?? 0n;
    const leftMinor = amountMinor - promisedMinor;
    return {
      currency,
      balanceMinor: amountMinor,
      promisedMinor,
      leftMinor: leftMinor < 0n ? 0n : leftMinor,
    };
  });
}
