import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cbor, decodeCbor, encodeCbor, splitCborSequence } from '#protocol/cbor.ts';

const STRICT = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  useMaps: true,
  rejectDuplicateMapKeys: true,
};

const anyKey = fc.oneof(
  fc.integer({ min: -30, max: 30 }),
  fc.integer({ min: -0xffffffff, max: 0xffffffff }),
);

const { anyItem } = fc.letrec<{ anyItem: Cbor }>((tie) => ({
  anyItem: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.bigInt({ min: -(1n << 64n), max: (1n << 64n) - 1n }),
    fc.constantFrom(0n, 23n, 24n, 255n, 256n, 65535n, 65536n, 0xffffffffn, 0x100000000n),
    fc.constantFrom((1n << 53n) - 1n, 1n << 53n, (1n << 63n) - 1n, (1n << 64n) - 1n, -(1n << 64n)),
    fc.boolean(),
    fc.constant(null),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('anyItem'), { maxLength: 30 }),
    fc
      .uniqueArray(fc.tuple(anyKey, tie('anyItem')), { selector: ([key]) => key, maxLength: 30 })
      .map((entries) => new Map(entries)),
  ),
}));

/** cborg answers small integers as numbers; ours are always bigint. */
function withBigints(value: unknown): unknown {
  if (typeof value === 'number') return BigInt(value);
  if (Array.isArray(value)) return value.map(withBigints);
  if (value instanceof Map)
    return new Map([...value].map(([key, item]) => [key, withBigints(item)]));
  return value;
}

/** What the oracle makes of bytes: their value, when they are the one deterministic form of it. */
function oracle(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    const value = decode(bytes, STRICT);
    return Buffer.compare(encode(value, rfc8949EncodeOptions), bytes) === 0
      ? { value: withBigints(value) }
      : undefined;
  } catch {
    return undefined;
  }
}

function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

const mutation = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('set', 'insert', 'drop', 'cut', 'double'),
  byte: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0x18, 0x19, 0x1b, 0x5f, 0xff)),
});

function mutate(bytes: Uint8Array, { at, kind, byte }: { at: number; kind: string; byte: number }) {
  const values = [...bytes];
  const index = at % Math.max(1, values.length);
  if (kind === 'set') values[index] = byte;
  if (kind === 'insert') values.splice(index, 0, byte);
  if (kind === 'drop') values.splice(index, 1);
  if (kind === 'cut') values.length = index;
  if (kind === 'double') values.push(...bytes);
  return Uint8Array.from(values);
}

describe('deterministic CBOR against cborg', () => {
  it('everything encoded is what cborg writes, reads and reads back the same', () => {
    fc.assert(
      fc.property(anyItem, (item) => {
        const bytes = encodeCbor(item);
        const read = decodeCbor(bytes);
        expect(read).toEqual({ ok: true, value: withBigints(item) });
        expect(oracle(bytes)?.value).toEqual(withBigints(item));
      }),
      { numRuns: 500 },
    );
  });

  it('whatever bytes are read, cborg reads the same from them and would write nothing else', () => {
    fc.assert(
      fc.property(anyItem, fc.array(mutation, { minLength: 1, maxLength: 3 }), (item, changes) => {
        const bytes = changes.reduce<Uint8Array>(mutate, encodeCbor(item));
        const read = decodeCbor(bytes);
        const expected = oracle(bytes);
        // Keys beyond 32 bits, floats and the like: cborg reads more than we do, never less.
        if (expected === undefined) expect(read.ok).toBe(false);
        if (read.ok) expect(read.value).toEqual(expected?.value);
      }),
      { numRuns: 3000 },
    );
  });

  it('random bytes are read as cborg reads them, or not at all', () => {
    const byte = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0x80, 0x81, 0xa0, 0xa1, 0x18, 0x38, 0x58, 0x78, 0xf6, 0x40, 0x60),
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 12 }), (values) => {
        const bytes = Uint8Array.from(values);
        const read = decodeCbor(bytes);
        if (read.ok) expect(read.value).toEqual(oracle(bytes)?.value);
      }),
      { numRuns: 3000 },
    );
  });

  it('what is read is written again to the same bytes', () => {
    fc.assert(
      fc.property(anyItem, fc.array(mutation, { maxLength: 2 }), (item, changes) => {
        const bytes = changes.reduce<Uint8Array>(mutate, encodeCbor(item));
        const read = decodeCbor(bytes);
        if (read.ok) expect(encodeCbor(read.value)).toEqual(bytes);
      }),
    );
  });
});

describe('one form only', () => {
  it.each([
    // RFC 8949 appendix A, the values we use, in their preferred form.
    ['00', 0n],
    ['17', 23n],
    ['1818', 24n],
    ['1903e8', 1000n],
    ['1a000f4240', 1_000_000n],
    ['1b000000e8d4a51000', 1_000_000_000_000n],
    ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
    ['3bffffffffffffffff', -18_446_744_073_709_551_616n],
    ['20', -1n],
    ['3903e7', -1000n],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['40', new Uint8Array(0)],
    ['4401020304', Uint8Array.of(1, 2, 3, 4)],
    ['60', ''],
    ['62c3bc', 'ü'],
    ['64f0908591', '𐅑'],
    ['80', []],
    ['8301820203820405', [1n, [2n, 3n], [4n, 5n]]],
    ['a0', new Map()],
    [
      'a201020304',
      new Map([
        [1, 2n],
        [3, 4n],
      ]),
    ],
  ])('%s is read', (text, value) => {
    expect(decodeCbor(hex(text))).toEqual({ ok: true, value });
    expect(encodeCbor(value)).toEqual(hex(text));
  });

  it.each([
    ['1817', '23 in two bytes'],
    ['190018', '24 in three bytes'],
    ['1900ff', '255 in three bytes'],
    ['1a0000ffff', '65535 in five bytes'],
    ['1b00000000ffffffff', '2^32 − 1 in nine bytes'],
    ['3800', '−1 in two bytes'],
    ['580100', 'a byte string’s length in two bytes'],
    ['780161', 'a text’s length in two bytes'],
    ['9800', 'an array’s length in two bytes'],
    ['b800', 'a map’s length in two bytes'],
    ['5f40ff', 'a byte string in pieces'],
    ['7f60ff', 'a text in pieces'],
    ['9fff', 'an array without a length'],
    ['bfff', 'a map without a length'],
    ['a203040102', 'keys out of order'],
    ['a2200001 00', 'negative keys before positive ones'],
    ['a218180017 00', 'keys out of order across their lengths'],
    ['a201020103', 'a key twice'],
    ['a2010201 02', 'an entry twice'],
    ['a118010 2', 'a key in two bytes'],
  ])('%s is refused as not canonical: %s', (text) => {
    expect(decodeCbor(hex(text.replaceAll(' ', '')))).toEqual({
      ok: false,
      fault: 'not-canonical',
    });
  });

  it.each([
    ['', 'nothing'],
    ['0000', 'two items'],
    ['18', 'a cut integer'],
    ['1b00000000', 'a cut integer'],
    ['4101 00', 'a byte too many'],
    ['4201', 'a cut byte string'],
    ['6261', 'a cut text'],
    ['81', 'a cut array'],
    ['a101', 'a cut map'],
    ['ff', 'a break'],
    ['1c', 'a reserved length'],
    ['3d', 'a reserved length'],
    ['fe', 'a reserved simple value'],
    ['f7', 'undefined'],
    ['f0', 'an unassigned simple value'],
    ['f814', 'false in two bytes'],
    ['f8ff', 'an unassigned simple value'],
    ['f90000', 'a half float'],
    ['fa00000000', 'a float'],
    ['fb0000000000000000', 'a double'],
    ['c000', 'a tag'],
    ['c24101', 'a big number'],
    ['d28443a10126a0f640', 'a tagged COSE_Sign1'],
    ['61ff', 'text that is not UTF-8'],
    ['62c080', 'text in overlong UTF-8'],
    ['63eda080', 'text with a surrogate'],
    ['a1616100', 'a text as key'],
    ['a1410000', 'a byte string as key'],
    ['a1f500', 'true as key'],
    ['a18000', 'an array as key'],
    ['a11b000000010000000000', 'a key beyond 32 bits'],
    ['5bffffffffffffffff', 'a byte string of 2^64 − 1 bytes'],
    ['7b7fffffffffffffff', 'a text of 2^63 − 1 bytes'],
    ['9bffffffffffffffff', 'an array of 2^64 − 1 items'],
    ['9a7fffffff00', 'an array of 2^31 − 1 items'],
    ['bb8000000000000000', 'a map of 2^63 entries'],
    ['ba7fffffff0000', 'a map of 2^31 − 1 entries'],
  ])('%s is refused as malformed: %s', (text) => {
    expect(decodeCbor(hex(text.replaceAll(' ', '')))).toEqual({ ok: false, fault: 'malformed' });
  });

  it('is read to eight levels, and a million opened brackets cost nothing', () => {
    expect(decodeCbor(hex(`${'81'.repeat(8)}00`)).ok).toBe(true);
    expect(decodeCbor(hex(`${'81'.repeat(9)}00`)).ok).toBe(false);
    expect(decodeCbor(new Uint8Array(1_000_000).fill(0x81)).ok).toBe(false);
    expect(decodeCbor(new Uint8Array(1_000_000).fill(0xa1)).ok).toBe(false);
    expect(decodeCbor(hex(`a1${'81'.repeat(8)}00`)).ok).toBe(false);
  });

  it('numbers that are not whole, and integers beyond 64 bits, are never written', () => {
    for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1n << 64n]) {
      expect(() => encodeCbor(value)).toThrow(RangeError);
    }
    expect(encodeCbor(-0)).toEqual(hex('00'));
  });

  it('what was read does not change with the buffer that it was read from', () => {
    for (const buffer of [Buffer.from('82420102410a', 'hex'), hex('82420102410a')]) {
      const read = decodeCbor(buffer);
      buffer.fill(0xee);
      expect(read).toEqual({ ok: true, value: [Uint8Array.of(1, 2), Uint8Array.of(10)] });
      const items = read.ok ? (read.value as Uint8Array[]) : [];
      for (const item of items) expect(item.buffer.byteLength).toBe(item.length);
    }
  });
});

const anyForeign = fc.constantFrom(
  '1817',
  '9f00ff',
  '5f4100ff',
  'bf0000ff',
  'c000',
  'd9d9f700',
  'f93c00',
  'fb3ff199999999999a',
  'f7',
  'f8ff',
  'a1616100',
  'a200000000',
  '61ff',
  'a201000100',
);

describe('a CBOR sequence is split into its items', () => {
  const anyPart = fc.oneof(
    anyItem.map((item) => encodeCbor(item)),
    anyForeign.map((text) => hex(text)),
  );

  it('whatever they mean and however they are written: a bad one leaves its neighbours alone', () => {
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 12 }), (parts) => {
        const split = splitCborSequence(Uint8Array.from(Buffer.concat(parts)), 12);
        expect(split).toEqual({ ok: true, value: parts });
      }),
    );
  });

  it('and nothing is lost: what cannot be delimited is the last item', () => {
    const tail = fc.constantFrom('ff', '1c', '4200', '81', '5f00ff', 'bf00ff', '5f', '9f', 'c1');
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 6 }), tail, (parts, text) => {
        const bad = hex(text);
        const split = splitCborSequence(Uint8Array.from(Buffer.concat([...parts, bad])), 12);
        expect(split).toEqual({ ok: true, value: [...parts, bad] });
      }),
    );
  });

  it('any bytes are split without a throw, and joined again they are the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const split = splitCborSequence(bytes, 60);
        expect(split.ok && Buffer.concat(split.value)).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  it('more items than asked for are refused', () => {
    expect(splitCborSequence(hex('000000'), 3).ok).toBe(true);
    expect(splitCborSequence(hex('00000000'), 3).ok).toBe(false);
    expect(splitCborSequence(hex(''), 0)).toEqual({ ok: true, value: [] });
  });

  it('a million opened brackets are one bad item', () => {
    for (const byte of [0x81, 0x9f, 0xa1, 0xc1]) {
      const split = splitCborSequence(new Uint8Array(1_000_000).fill(byte), 20);
      expect(split.ok && split.value.length).toBe(1);
    }
  });
});
