/** Owns what can be paid without a network and be guaranteed: what is set aside, less what was drawn on it. Pure. */
import { decodeAllowance, validUntilS } from '#protocol/allowance.ts';
import type { OfflinePurse } from '#wallet/offline-records.ts';
import { presentMs } from '#wallet/present.ts';
import type { KnownIdentity } from '#wallet/records.ts';

export type OfflineFunds = {
  readonly currency: number;
  readonly leftMinor: bigint;
  readonly totalMinor: bigint;
  /** Most for one payment. */
  readonly capMinor: bigint;
  readonly untilMs: number;
  readonly countMax: number;
  readonly countSoft: number;
};

/** Of one purse; undefined where nothing is set aside, or its time is over. */
function fundsOf(purse: OfflinePurse, present: number): OfflineFunds | undefined {
  const { currency, granted } = purse;
  const read = granted && decodeAllowance(granted.bytes);
  if (!granted || !read?.ok) return undefined;
  const { allowance } = read.value;
  const untilMs = validUntilS(allowance) * 1000;
  if (untilMs <= present) return undefined;
  const { totalMinor, capMinor, countMax } = allowance;
  const leftMinor = totalMinor - granted.spentMinor;
  const { countSoft } = granted;
  return {
    currency,
    leftMinor: leftMinor < 0n ? 0n : leftMinor,
    totalMinor,
    capMinor,
    untilMs,
    countMax,
    countSoft,
  };
}

export function offlineFunds(
  purses: readonly OfflinePurse[],
  moment: { readonly nowMs: number; readonly identity: KnownIdentity },
): OfflineFunds[] {
  const present = presentMs(moment);
  return purses.map((purse) => fundsOf(purse, present)).filter((funds) => funds !== undefined);
}
