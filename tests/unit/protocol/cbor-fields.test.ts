import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cbor } from '#protocol/cbor.ts';
import {
  bytesItem,
  bytesOf,
  countItem,
  countOf,
  wholeItem,
  wholeOf,
} from '#protocol/cbor-fields.ts';
import { filled } from './sample-orders.ts';

const OTHERS: readonly (readonly [string, Cbor | undefined])[] = [
  ['absent', undefined],
  ['null', null],
  ['a truth', true],
  ['text', '1'],
  ['a list', [1n]],
  ['a map', new Map([[1, 1n]])],
];

describe('a field', () => {
  it.each(OTHERS)('that is %s is neither bytes nor a whole number', (_, value) => {
    const fields = new Map(value === undefined ? [] : [[1, value]]);
    expect(bytesOf(fields, 1, 1)).toBeUndefined();
    expect(wholeOf(fields, 1, 9n)).toBeUndefined();
    expect(countOf(fields, 1, 9)).toBeUndefined();
  });

  it('of bytes has its one length', () => {
    const value = filled(4, 7);
    expect(bytesItem(value, 4)).toEqual(value);
    for (const length of [0, 3, 5]) expect(bytesItem(value, length)).toBeUndefined();
  });

  it('of a whole number is within zero and its most, the most included', () => {
    const most = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    fc.assert(
      fc.property(most, fc.bigInt({ min: -(1n << 64n), max: (1n << 64n) - 1n }), (max, value) => {
        expect(wholeItem(value, max)).toBe(value < 0n || value > max ? undefined : value);
        expect(wholeItem(max, max)).toBe(max);
        expect(wholeItem(max + 1n, max)).toBeUndefined();
      }),
    );
  });

  it('counted is a number, zero included, and none above its most', () => {
    expect(countItem(0n, 5)).toBe(0);
    expect(countItem(5n, 5)).toBe(5);
    expect(countItem(6n, 5)).toBeUndefined();
    expect(countItem(-1n, 5)).toBeUndefined();
    expect(countItem(1n << 64n, Number.MAX_SAFE_INTEGER)).toBeUndefined();
  });
});
