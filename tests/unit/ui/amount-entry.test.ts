/** What is typed stays a readable amount after every key. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_AMOUNT_MINOR } from '#protocol/amount.ts';
import { type EntryKey, entryMinor, keyOf, pressKey } from '#ui/amount-entry.ts';

const typed = (keys: string, exponent: number) =>
  [...keys].reduce(
    (text, key) => pressKey(text, key === '<' ? 'erase' : (key as EntryKey), exponent),
    '',
  );

test.each([
  ['125', 2, '125', 12500n],
  ['1.25', 2, '1.25', 125n],
  ['1.259', 2, '1.25', 125n],
  ['007', 2, '7', 700n],
  ['.5', 2, '0.5', 50n],
  ['1..5', 2, '1.5', 150n],
  ['1.5', 0, '15', 15n],
  ['12<', 2, '1', 100n],
  ['<', 2, '', 0n],
  ['1.', 2, '1.', 100n],
  ['1.2345', 3, '1.234', 1234n],
])('%s with %i decimals gives %s', (keys, exponent, text, minor) => {
  expect(typed(keys, exponent)).toBe(text);
  expect(entryMinor(text, exponent)).toBe(minor);
});

test('never more than a wallet can pay, whatever is pressed', () => {
  const keys = fc.array(
    fc.constantFrom<EntryKey>(...'0123456789.'.split('').map((k) => k as EntryKey), 'erase'),
  );
  fc.assert(
    fc.property(keys, fc.constantFrom(0, 2, 3, 4), (pressed, exponent) => {
      const text = pressed.reduce((before, key) => pressKey(before, key, exponent), '');
      expect(entryMinor(text, exponent) <= MAX_AMOUNT_MINOR).toBe(true);
      expect(text).toMatch(/^(\d+(\.\d*)?)?$/);
    }),
  );
});

test('keyboards of other languages are understood', () => {
  expect(keyOf('٣')).toBe('3');
  expect(keyOf(',')).toBe('.');
  expect(keyOf('Backspace')).toBe('erase');
  expect(keyOf('a')).toBeUndefined();
  expect(keyOf('Enter')).toBeUndefined();
});
