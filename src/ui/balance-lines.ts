/** Owns what stands as balances: what the server last said, what is promised of it, what is left. */
import type { HomeView } from '#wallet/records.ts';

export type BalanceLine = {
  readonly currency: number;
  /** As the server last said it, less what was settled since. */
  readonly balanceMinor: bigint;
  /** Signed away and not settled yet. */
  readonly promisedMinor: bigint;
  /** The operator paid it in this account's place; it cannot be spent. */
  readonly owedMinor: bigint;
  /** What may still be promised; never below zero. */
  readonly leftMinor: bigint;
  /** Promised to this account by others and not settled: never part of what is left. */
  readonly comingMinor: bigint;
};

function sumTaken(home: HomeView): ReadonlyMap<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const { currency, amountMinor } of home.taken) {
    sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  }
  return sums;
}

/** One line a currency, the server's order kept; a currency that only promises know comes last. */
export function balanceLines(home: HomeView): BalanceLine[] {
  const balances = home.wallet?.account.balances ?? [];
  const coming = sumTaken(home);
  const held = new Set(balances.map(({ currency }) => currency));
  const others = [...new Set([...home.promisedMinor.keys(), ...coming.keys()])]
    .filter((currency) => !held.has(currency))
    .map((currency) => ({ currency, amountMinor: 0n, owedMinor: 0n }));
  return [...balances, ...others].map(({ currency, amountMinor, owedMinor }) => {
    const promisedMinor = home.promisedMinor.get(currency) ?? 0n;
    const leftMinor = amountMinor - owedMinor - promisedMinor;
    return {
      currency,
      balanceMinor: amountMinor,
      promisedMinor,
      owedMinor,
      leftMinor: leftMinor < 0n ? 0n : leftMinor,
      comingMinor: coming.get(currency) ?? 0n,
    };
  });
}
