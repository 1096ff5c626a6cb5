import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBase32 } from '#protocol/base32.ts';
import { toBase64url } from '#protocol/bytes.ts';
import {
  accountId,
  amount,
  binary,
  binaryText,
  currency,
  decodeWith,
  deviceNumber,
  type Fields,
  list,
  record,
  text,
  truth,
  whole,
} from '#protocol/json-fields.ts';
import { WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import { anyBytes, filled } from './sample-orders.ts';

/** The value as it was read, or undefined when the whole was refused. */
function reading<T>(value: unknown, read: (fields: Fields) => T): T | undefined {
  const outcome = decodeWith({ field: value }, 'a thing', read);
  if (outcome.ok) return outcome.value;
  expect(outcome.refusal).toEqual({ code: 'bytes_malformed', detail: expect.any(String) });
  return undefined;
}

const READERS: readonly (readonly [string, (fields: Fields) => unknown, readonly unknown[]])[] = [
  ['a text', (fields) => text(fields, 'field'), ['', 'a']],
  ['a truth', (fields) => truth(fields, 'field'), [true, false]],
  ['a whole number', (fields) => whole(fields, 'field'), [0, 1, Number.MAX_SAFE_INTEGER]],
  ['a list', (fields) => list(fields, 'field', () => 1), [[], [{}]]],
];

const VALUES: readonly unknown[] = [
  undefined,
  null,
  '',
  'a',
  true,
  false,
  0,
  1,
  -1,
  0.5,
  Number.NaN,
  2 ** 53,
  Number.MAX_SAFE_INTEGER,
  [],
  [{}],
  [1],
  [null],
  {},
];

describe('a member of a JSON object', () => {
  it.each(READERS)('that is %s is nothing else', (_, read, fitting) => {
    for (const value of VALUES) {
      const fits = fitting.some((each) => JSON.stringify(each) === JSON.stringify(value));
      expect(reading(value, read) !== undefined, JSON.stringify(value)).toBe(fits);
    }
  });

  it('that is a whole number is at most its most', () => {
    expect(reading(9, (fields) => whole(fields, 'field', 9))).toBe(9);
    expect(reading(10, (fields) => whole(fields, 'field', 9))).toBeUndefined();
  });

  it('that is an amount is decimal text of one form, to 2^63 − 1 either way', () => {
    const read = (value: unknown) => reading(value, (fields) => amount(fields, 'field'));
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 65n), max: 1n << 65n }), (minor) => {
        const fits = minor <= WIRE_AMOUNT_MAX && minor >= -WIRE_AMOUNT_MAX;
        expect(read(String(minor))).toBe(fits ? minor : undefined);
      }),
    );
    for (const other of ['', '-0', '00', '01', '+1', '1.0', ' 1', '1e3', '0x1', '١', 1, null]) {
      expect(read(other), String(other)).toBeUndefined();
    }
    expect(reading('-1', (fields) => amount(fields, 'field', 0n))).toBeUndefined();
    expect(reading('0', (fields) => amount(fields, 'field', 0n))).toBe(0n);
  });

  it('that is an account id has one text', () => {
    const read = (value: unknown) => reading(value, (fields) => accountId(fields, 'field'));
    const id = toBase32(filled(16, 0xab));
    expect(read(id)).toBe(id);
    for (const other of [id.toLowerCase(), id.slice(1), `${id}0`, '', 0]) {
      expect(read(other)).toBeUndefined();
    }
  });

  it('that is bytes is base64url of one form, never empty, of its length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }).chain(anyBytes), (bytes) => {
        const value = toBase64url(bytes);
        expect(reading(value, (fields) => binary(fields, 'field'))).toEqual(bytes);
        expect(reading(value, (fields) => binaryText(fields, 'field', bytes.length))).toBe(value);
        const longer = (fields: Fields) => binaryText(fields, 'field', bytes.length + 1);
        expect(reading(value, longer)).toBeUndefined();
      }),
    );
    for (const other of ['', 'A', 'AB=', 'AB==', 'AA+A', 'AB']) {
      expect(
        reading(other, (fields) => binary(fields, 'field')),
        other,
      ).toBeUndefined();
    }
  });

  it('that is a currency has three digits, that is a device is counted from 1', () => {
    const one = (member: object, read: (fields: Fields) => number) => {
      const outcome = decodeWith(member, 'a thing', read);
      return outcome.ok ? outcome.value : undefined;
    };
    expect(one({ currency: 999 }, currency)).toBe(999);
    expect(one({ currency: 1000 }, currency)).toBeUndefined();
    expect(one({ device: 1 }, deviceNumber)).toBe(1);
    expect(one({ device: 0 }, deviceNumber)).toBeUndefined();
    expect(one({ device: 0x80000000 }, deviceNumber)).toBeUndefined();
  });
});

describe('the whole', () => {
  it.each([undefined, null, [], 'text', 1, true])('is an object, not %j', (value) => {
    expect(decodeWith(value, 'a thing', () => 1)).toEqual({
      ok: false,
      refusal: { code: 'bytes_malformed', detail: 'a thing: a thing' },
    });
  });

  it('is refused when one member inside it is', () => {
    const read = (fields: Fields) => text(record(fields.inner, 'inner'), 'field');
    expect(decodeWith({ inner: { field: 'a' } }, 'a thing', read)).toEqual({
      ok: true,
      value: 'a',
    });
    expect(decodeWith({ inner: {} }, 'a thing', read).ok).toBe(false);
    expect(decodeWith({}, 'a thing', read).ok).toBe(false);
  });

  it('does not hide a bug of its reader', () => {
    const broken = () => {
      throw new TypeError('a bug');
    };
    expect(() => decodeWith({}, 'a thing', broken)).toThrow('a bug');
  });
});
