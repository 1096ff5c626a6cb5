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
  /** Set aside for payments without a network, on whichever phone: a part of what is left. */
  readonly heldMinor: bigint;
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

const within = (minor: bigint, mostMinor: bigint) => {
  if (minor < 0n) return 0n;
  return minor < mostMinor ? minor : mostMinor;
};

/** One line a currency, the server's order kept; a currency that only promises know comes last. */
export function balanceLines(home: HomeView): BalanceLine[] {
  const balances = home.wallet?.account.balances ?? [];
  const coming = sumTaken(home);
  const held = new Set(balances.map(({ currency }) => currency));
  const others = [...new Set([...home.promisedMinor.keys(), ...coming.keys()])]
    .filter((currency) => !held.has(currency))
    .map((currency) => ({ currency, amountMinor: 0n, heldMinor: 0n, owedMinor: 0n }));
  return [...balances, ...others].map(({ currency, amountMinor, heldMinor, owedMinor }) => {
    const promisedMinor = home.promisedMinor.get(currency) ?? 0n;
    const leftMinor = within(amountMinor - owedMinor - promisedMinor, amountMinor);
    const coveredMinor = home.coveredMinor.get(currency) ?? 0n;
    return {
      currency,
      balanceMinor: amountMinor,
      promisedMinor,
      owedMinor,
      heldMinor: within(heldMinor - coveredMinor, leftMinor),
      leftMinor,
      comingMinor: coming.get(currency) ?? 0n,
    };
  });
}
