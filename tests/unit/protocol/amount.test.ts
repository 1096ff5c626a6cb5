import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAmount, formatMinor, MAX_AMOUNT_MINOR, parseAmountText } from '#protocol/amount.ts';

describe('an amount is read as text, never as a float', () => {
  it.each([
    ['98.73', 2, 9873n],
    ['98', 2, 9800n],
    ['98.', 2, 9800n],
    ['98.7', 2, 9870n],
    ['0.01', 2, 1n],
    ['007.50', 2, 750n],
    ['5.00', 0, 5n],
    ['50000.0', 2, 5_000_000n],
    ['1.250000', 3, 1250n],
    ['1', 4, 10_000n],
    ['90071992547409.91', 2, MAX_AMOUNT_MINOR],
  ])('%s with %i decimals is %s minor units', (text, exponent, minor) => {
    expect(parseAmountText(text, exponent)).toEqual({ ok: true, value: minor });
  });

  it.each([
    ['98,73', 2, 'amount_malformed'],
    ['3 705', 2, 'amount_malformed'],
    ['1R3.45', 2, 'amount_malformed'],
    ['', 2, 'amount_malformed'],
    ['.', 2, 'amount_malformed'],
    ['.5', 2, 'amount_malformed'],
    ['1.2.3', 2, 'amount_malformed'],
    ['-1', 2, 'amount_malformed'],
    ['+1', 2, 'amount_malformed'],
    ['1e3', 2, 'amount_malformed'],
    ['١٢', 2, 'amount_malformed'],
    ['1\n', 2, 'amount_malformed'],
    ['9'.repeat(33), 2, 'amount_malformed'],
    ['1.005', 2, 'amount_decimals'],
    ['1000.5', 0, 'amount_decimals'],
    ['0', 2, 'amount_zero'],
    ['0.00', 2, 'amount_zero'],
    ['0.000', 0, 'amount_zero'],
    ['90071992547409.92', 2, 'amount_too_large'],
    ['9'.repeat(32), 4, 'amount_too_large'],
  ])('%j with %i decimals is refused: %s', (text, exponent, code) => {
    const read = parseAmountText(text, exponent);
    expect(read.ok || read.refusal.code).toBe(code);
  });

  it('takes a zero where zero means that the payer is asked', () => {
    expect(parseAmountText('0.00', 2, { zeroAllowed: true })).toEqual({ ok: true, value: 0n });
  });

  it('refuses a text longer than the field that it stands in', () => {
    expect(parseAmountText('12345678901.23', 2, { charactersMax: 13 }).ok).toBe(false);
  });

  it('reads back whatever is written, in every exponent', () => {
    const minor = fc.bigInt({ min: 1n, max: MAX_AMOUNT_MINOR });
    fc.assert(
      fc.property(minor, fc.constantFrom(0, 2, 3, 4), (amount, exponent) => {
        const text = formatMinor(amount, exponent);
        expect(parseAmountText(text, exponent)).toEqual({ ok: true, value: amount });
      }),
    );
  });

  it('never throws, whatever the text', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    fc.assert(fc.property(text, (each) => typeof parseAmountText(each, 2).ok === 'boolean'));
  });
});

describe('the plain text of minor units has all the decimals of its currency', () => {
  it.each([
    [2372n, 2, '23.72'],
    [5n, 2, '0.05'],
    [0n, 3, '0.000'],
    [1000n, 0, '1000'],
    [-5n, 2, '-0.05'],
    [-1234567n, 4, '-123.4567'],
  ])('%s with %i decimals is %s', (minor, exponent, text) => {
    expect(formatMinor(minor, exponent)).toBe(text);
  });
});

describe('an amount lies between one minor unit and 2^53 − 1', () => {
  it('refuses zero and what is above', () => {
    expect(checkAmount(0n)).toMatchObject({ refusal: { code: 'amount_zero' } });
    expect(checkAmount(MAX_AMOUNT_MINOR + 1n)).toMatchObject({
      refusal: { code: 'amount_too_large' },
    });
    expect(checkAmount(MAX_AMOUNT_MINOR)).toEqual({ ok: true, value: MAX_AMOUNT_MINOR });
  });

  it('a negative amount is a bug, not a refusal', () => {
    expect(() => checkAmount(-1n)).toThrow();
  });
});
