import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_AMOUNT_MINOR } from '#protocol/amount.ts';
import { payableTotal, type TipOrFee } from '#protocol/payable-total.ts';

const percent = (feeHundredths: number): TipOrFee => ({ kind: 'percentage-fee', feeHundredths });

describe('the payer pays the amount, the fee and the tip, and nothing else', () => {
  it.each<[string, bigint, TipOrFee | undefined, bigint, bigint, bigint]>([
    ['neither fee nor tip', 1000n, undefined, 0n, 0n, 1000n],
    ['a tip that was asked for', 1000n, { kind: 'tip-prompt' }, 150n, 0n, 1150n],
    ['a fixed fee', 1000n, { kind: 'fixed-fee', feeMinor: 25n }, 0n, 25n, 1025n],
    ['half a unit goes up', 1000n, percent(525), 0n, 53n, 1053n],
    ['less than half goes down', 1000n, percent(524), 0n, 52n, 1052n],
    ['a fee too small to see', 1n, percent(1), 0n, 0n, 1n],
    ['half of the smallest unit', 1n, percent(5000), 0n, 1n, 2n],
    ['the tip bears no fee', 100n, percent(9999), 10n, 100n, 210n],
  ])('%s', (_, amount, rule, tip, fee, total) => {
    expect(payableTotal(amount, rule, tip)).toEqual({
      ok: true,
      value: { amountMinor: amount, feeMinor: fee, tipMinor: tip, totalMinor: total },
    });
  });

  it('a percentage fee is within half a minor unit of the exact one', () => {
    const amounts = fc.bigInt({ min: 1n, max: MAX_AMOUNT_MINOR / 2n });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 9999 }), (amount, hundredths) => {
        const total = payableTotal(amount, percent(hundredths));
        if (!total.ok) throw new Error(total.refusal.code);
        const doubledError = 2n * (total.value.feeMinor * 10_000n - amount * BigInt(hundredths));
        expect(doubledError > -10_000n && doubledError <= 10_000n).toBe(true);
      }),
    );
  });

  it('refuses nothing to pay, and a total that a wallet does not pay', () => {
    expect(payableTotal(0n, undefined)).toMatchObject({ refusal: { code: 'amount_zero' } });
    expect(payableTotal(MAX_AMOUNT_MINOR, percent(1))).toMatchObject({
      refusal: { code: 'amount_too_large' },
    });
    expect(() => payableTotal(1n, undefined, -1n)).toThrow();
  });
});
