/** Owns what a payer pays in all: amount, the fee that the code sets, and a tip; whole numbers throughout. */
import { checkAmount } from './amount.ts';
import { accept, assert, type Outcome } from './refusals.ts';

/** EMVCo objects 55 to 57. */
export type TipOrFee =
  | { readonly kind: 'tip-prompt' }
  | { readonly kind: 'fixed-fee'; readonly feeMinor: bigint }
  /** Hundredths of a percent: 5.25 % is 525. */
  | { readonly kind: 'percentage-fee'; readonly feeHundredths: number };

export type PayableTotal = {
  readonly amountMinor: bigint;
  readonly feeMinor: bigint;
  readonly tipMinor: bigint;
  readonly totalMinor: bigint;
};

/** Half a minor unit is rounded up, as a till does. */
function feeOn(amountMinor: bigint, tipOrFee: TipOrFee | undefined): bigint {
  if (tipOrFee?.kind === 'fixed-fee') return tipOrFee.feeMinor;
  if (tipOrFee?.kind !== 'percentage-fee') return 0n;
  return (amountMinor * BigInt(tipOrFee.feeHundredths) + 5_000n) / 10_000n;
}

/** The tip is the payer's own wish; no fee is taken on it. Refusals: amount_zero, amount_too_large. */
export function payableTotal(
  amountMinor: bigint,
  tipOrFee: TipOrFee | undefined,
  tipMinor = 0n,
): Outcome<PayableTotal> {
  assert(tipMinor >= 0n, 'a tip is not negative');
  const amount = checkAmount(amountMinor);
  if (!amount.ok) return amount;
  const feeMinor = feeOn(amountMinor, tipOrFee);
  const total = checkAmount(amountMinor + feeMinor + tipMinor);
  return total.ok ? accept({ amountMinor, feeMinor, tipMinor, totalMinor: total.value }) : total;
}
