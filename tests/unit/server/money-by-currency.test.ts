import { expect, test } from 'vitest';
import { minorIn, readMoneyByCurrency } from '#server/money-by-currency.ts';

test('one number stands for every currency, in whole units of each', () => {
  const money = readMoneyByCurrency('200');
  if (!money) throw new Error('200 is an amount');
  expect([978, 392, 48].map((currency) => minorIn(money, currency))).toEqual([
    20_000n,
    200n,
    200_000n,
  ]);
});

test('exceptions are named by their letters', () => {
  const money = readMoneyByCurrency('200, XOF=100000, KES=20000');
  if (!money) throw new Error('that is an amount with exceptions');
  expect([978, 952, 404].map((currency) => minorIn(money, currency))).toEqual([
    20_000n,
    100_000n,
    2_000_000n,
  ]);
});

test('of a currency that nobody knows there is none', () => {
  const money = readMoneyByCurrency('200');
  expect(money && minorIn(money, 5)).toBe(0n);
});

test.each(['', 'XOF=1', '200,', '200,XXX=1', '200,xof=1', '-1', '1.5', '007', '200,XOF=1=2'])(
  '%j is no such amount',
  (text) => {
    expect(readMoneyByCurrency(text)).toBeUndefined();
  },
);
