import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, toHex, toUtf8 } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import {
  decodeOrder,
  encodeOrder,
  noteOf,
  ORDER_BYTES_MAX,
  type Order,
  paymentId,
  requestDigest,
  WIRE_AMOUNT_MAX,
} from '#protocol/order.ts';
import { anyOrder, filled, oneByteOff, SAMPLE_ORDER } from './sample-orders.ts';

/** The sample's map, with some fields changed (or, as undefined, left out). */
function withFields(changes: Readonly<Record<number, Cbor | undefined>>): Uint8Array {
  const read = decodeCbor(encodeOrder(SAMPLE_ORDER));
  const fields = new Map((read.ok ? read.value : undefined) as ReadonlyMap<number, Cbor>);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) fields.delete(Number(key));
    else fields.set(Number(key), value);
  }
  return encodeCbor(fields);
}

function refusalOf(bytes: Uint8Array): string | undefined {
  const order = decodeOrder(bytes);
  return order.ok ? undefined : order.refusal.code;
}

describe('an order', () => {
  it('comes back as it was encoded, with amounts to 2^63 − 1', () => {
    fc.assert(
      fc.property(anyOrder, (order) => {
        expect(decodeOrder(encodeOrder(order))).toEqual({ ok: true, value: order });
      }),
      { numRuns: 500 },
    );
  });

  it('that is read is encoded again to the very same bytes', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(anyOrder, fc.array(change, { maxLength: 2 }), (order, changes) => {
        const bytes = encodeOrder(order);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const read = decodeOrder(bytes);
        if (read.ok) expect(encodeOrder(read.value)).toEqual(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  it('with any one byte changed or dropped is refused, or is another order with another id', () => {
    const bytes = encodeOrder({ ...SAMPLE_ORDER, note: 'Tomatoes, 2 kg', tipMinor: 50n });
    const id = paymentId(bytes);
    // Thousands of them: only what breaks the rule is worth an assertion's time.
    const broken = [...oneByteOff(bytes, 256)].filter((changed) => {
      const read = decodeOrder(changed);
      if (!read.ok) return false;
      const same = equalBytes(paymentId(changed), id);
      return same || !equalBytes(encodeOrder(read.value), changed);
    });
    expect(broken.map(toHex)).toEqual([]);
  });

  it('is refused when a byte stands before or behind it', () => {
    const bytes = encodeOrder(SAMPLE_ORDER);
    expect(refusalOf(Uint8Array.from([...bytes, 0]))).toBe('bytes_malformed');
    expect(refusalOf(Uint8Array.from([0, ...bytes]))).toBe('bytes_malformed');
  });

  it('fits its limit with every field at its largest, and nothing longer is looked at', () => {
    const largest: Order = {
      ...SAMPLE_ORDER,
      amountMinor: WIRE_AMOUNT_MAX,
      currency: 999,
      device: 0x7fffffff,
      seq: 0xffffffff,
      authorizedAtS: 0xffffffffff,
      validUntilS: 0xffffffffff,
      allowance: filled(8, 0xee),
      spentBeforeMinor: WIRE_AMOUNT_MAX,
      note: '😀'.repeat(40),
      tipMinor: WIRE_AMOUNT_MAX / 2n,
      feeMinor: WIRE_AMOUNT_MAX / 2n,
    };
    const bytes = encodeOrder(largest);
    expect(bytes.length).toBeLessThanOrEqual(ORDER_BYTES_MAX);
    expect(decodeOrder(bytes)).toEqual({ ok: true, value: largest });
    expect(refusalOf(new Uint8Array(ORDER_BYTES_MAX + 1))).toBe('bytes_too_long');
  });

  it('that is not of its shape is a bug of ours, and throws', () => {
    for (const wrong of [
      { amountMinor: -1n },
      { amountMinor: WIRE_AMOUNT_MAX + 1n },
      { seq: 0 },
      { device: 0 },
      { nonce: filled(15, 1) },
      { note: 'x'.repeat(41) },
      { validUntilS: SAMPLE_ORDER.authorizedAtS - 1 },
    ] satisfies Partial<Order>[]) {
      expect(() => encodeOrder({ ...SAMPLE_ORDER, ...wrong })).toThrow();
    }
  });
});

describe('one order, one encoding: refused is', () => {
  it.each<[string, Record<number, Cbor | undefined>]>([
    ['no version', { 1: undefined }],
    ['a version that is text', { 1: '1' }],
    ['a missing field', { 5: undefined }],
    ['a server id of 4 bytes', { 2: filled(4, 1) }],
    ['a server id of 6 bytes', { 2: filled(6, 1) }],
    ['a payer of 15 bytes', { 3: filled(15, 1) }],
    ['a payee that is text', { 4: 'payee' }],
    ['an amount below zero', { 5: -1 }],
    ['an amount of 2^63', { 5: 1n << 63n }],
    ['an amount that is text', { 5: '12.50' }],
    ['a currency of four digits', { 6: 1000 }],
    ['a digest of 9 bytes', { 7: filled(9, 1) }],
    ['a nonce of 15 bytes', { 8: filled(15, 1) }],
    ['device 0', { 9: 0 }],
    ['device 2^31', { 9: 0x80000000 }],
    ['seq 0', { 10: 0 }],
    ['seq 2^32', { 10: 0x100000000 }],
    ['a time below zero', { 11: -1 }],
    ['a time beyond five bytes', { 12: 0x10000000000 }],
    ['an end before its beginning', { 12: SAMPLE_ORDER.authorizedAtS - 1 }],
    ['once: false, which is said by silence', { 13: false }],
    ['once: 1', { 13: 1 }],
    ['an allowance of 7 bytes', { 14: filled(7, 1) }],
    ['spent-before below zero', { 15: -1 }],
    ['an empty note, which is said by silence', { 16: '' }],
    ['a note of 41 characters', { 16: 'x'.repeat(41) }],
    ['a note of bytes', { 16: filled(3, 65) }],
    ['a note with NUL, which no database text holds', { 16: 'a\u0000b' }],
    ['a note with a line end', { 16: 'a\nb' }],
    ['a note with a line separator', { 16: 'a\u2028b' }],
    ['a note with an escape', { 16: 'a\u001b[2Jb' }],
    ['a note that turns the reading direction', { 16: 'paid \u202e005' }],
    ['a tip of zero, which is said by silence', { 17: 0 }],
    ['a fee of zero, which is said by silence', { 18: 0 }],
    ['a tip above the amount', { 17: 1251 }],
    ['tip and fee above the amount', { 17: 1000, 18: 251 }],
    ['a key that this version does not know', { 19: 0 }],
    ['a negative key', { [-1]: 0 }],
    ['null for a field', { 13: null }],
  ])('%s', (_, changes) => {
    expect(refusalOf(withFields(changes))).toBe('bytes_malformed');
  });

  it('another version, under its own code, so that people are told to update', () => {
    expect(refusalOf(withFields({ 1: 2 }))).toBe('version_unknown');
    expect(refusalOf(withFields({ 1: 2, 99: 'new' }))).toBe('version_unknown');
    expect(refusalOf(withFields({ 1: 0 }))).toBe('version_unknown');
  });

  it('another form of the same map, under its own code', () => {
    const bytes = encodeOrder(SAMPLE_ORDER);
    expect(toHex(bytes.subarray(1, 3))).toBe('0101');
    const widened = Uint8Array.from([bytes[0] ?? 0, 0x18, 1, ...bytes.subarray(2)]);
    expect(refusalOf(widened)).toBe('bytes_not_canonical');
    const indefinite = Uint8Array.from([0xbf, ...bytes.subarray(1), 0xff]);
    expect(refusalOf(indefinite)).toBe('bytes_not_canonical');
    const version = bytes.subarray(1, 3);
    const turned = [bytes[0] ?? 0, ...bytes.subarray(3), ...version];
    expect(refusalOf(Uint8Array.from(turned))).toBe('bytes_not_canonical');
  });

  it.each<[string, Cbor]>([
    ['an array', [1]],
    ['text', 'order'],
    ['null', null],
    ['a number', 1],
    ['an empty map', new Map()],
  ])('%s', (_, item) => {
    expect(refusalOf(encodeCbor(item))).toBe('bytes_malformed');
  });

  it('whatever is not an order, without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(decodeOrder(bytes).ok).toBe(false);
      }),
    );
  });
});

describe('what binds an order', () => {
  it('its id is SHA-256 over a tag and its bytes', () => {
    const bytes = encodeOrder(SAMPLE_ORDER);
    const hash = createHash('sha256').update('counterfoil/order/1\n').update(bytes).digest('hex');
    expect(toHex(paymentId(bytes))).toBe(hash);
  });

  it('the digest of the scanned text is the first 8 bytes of its SHA-256 in UTF-8', () => {
    const text = '000201…Bogotá😀';
    const hash = createHash('sha256').update(Buffer.from(text)).digest('hex');
    expect(toHex(requestDigest(text))).toBe(hash.slice(0, 16));
  });
});

describe('a note', () => {
  it.each([
    ['  Tomatoes,\n2 kg\t ', 'Tomatoes, 2 kg'],
    ['\u202eabc\u2069', 'abc'],
    ['a\u0000b', 'a b'],
    ['', undefined],
    [' \n ', undefined],
    ['😀'.repeat(41), '😀'.repeat(40)],
    [`${'x'.repeat(39)}  y`, `${'x'.repeat(39)}`],
    ['עגבניות', 'עגבניות'],
  ])('%j is carried as %j', (typed, note) => {
    expect(noteOf(typed)).toBe(note);
  });

  it('made of whatever is typed can be encoded, and stays as it is when made again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (typed) => {
        const note = noteOf(typed);
        if (note === undefined) return;
        expect(noteOf(note)).toBe(note);
        const read = decodeOrder(encodeOrder({ ...SAMPLE_ORDER, note }));
        expect(read.ok && read.value.note).toBe(note);
      }),
      { numRuns: 1000 },
    );
  });

  it('with half a character is still a note', () => {
    const note = noteOf('a\ud83d') ?? '';
    expect(toUtf8(note)).toEqual(toUtf8('a\uFFFD'));
    expect(decodeOrder(encodeOrder({ ...SAMPLE_ORDER, note })).ok).toBe(true);
  });
});
