import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { es256Point, signatureFromDer } from '#protocol/assertion.ts';
import { type Bytes, concatBytes } from '#protocol/bytes.ts';
import { encodeCbor } from '#protocol/cbor.ts';
import { anyBytes, filled, hex } from './sample-orders.ts';

/** DER of a positive integer (X.690 §8.3). */
function derInteger(magnitude: Uint8Array): number[] {
  const first = magnitude.findIndex((byte) => byte !== 0);
  const short = first < 0 ? [0] : [...magnitude.subarray(first)];
  const value = (short[0] ?? 0) >= 0x80 ? [0, ...short] : short;
  return [2, value.length, ...value];
}

function der(...integers: readonly number[][]): Bytes {
  const body = integers.flat();
  return Uint8Array.of(0x30, body.length, ...body);
}

describe('a signature in DER', () => {
  it('becomes the raw r‖s that it says', () => {
    const half = fc.oneof(
      anyBytes(32),
      anyBytes(4).map((tail) => concatBytes(filled(28, 0), tail)),
    );
    fc.assert(
      fc.property(half, half, (r, s) => {
        expect(signatureFromDer(der(derInteger(r), derInteger(s)))).toEqual(concatBytes(r, s));
      }),
    );
  });

  it('has one form: whatever is read would be written the same', () => {
    const byte = fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 8, 0x30, 0x7f, 0x80, 0xff), fc.nat(255));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 14 }), (values) => {
        const bytes = Uint8Array.of(0x30, values.length, ...values);
        const raw = signatureFromDer(bytes);
        if (!raw) return;
        expect(der(derInteger(raw.subarray(0, 32)), derInteger(raw.subarray(32)))).toEqual(bytes);
      }),
      { numRuns: 5000 },
    );
  });

  const ONE = [2, 1, 1];
  it.each<[string, Uint8Array]>([
    ['nothing', Uint8Array.of()],
    ['a lone head', Uint8Array.of(0x30, 0)],
    ['another tag', Uint8Array.of(0x31, 6, ...ONE, ...ONE)],
    ['one integer', der(ONE)],
    ['three integers', der(ONE, ONE, ONE)],
    ['a length too long', Uint8Array.of(0x30, 7, ...ONE, ...ONE)],
    ['a length too short', Uint8Array.of(0x30, 5, ...ONE, ...ONE)],
    ['a length in long form', Uint8Array.of(0x30, 0x81, 6, ...ONE, ...ONE)],
    ['an indefinite length', Uint8Array.of(0x30, 0x80, ...ONE, ...ONE, 0, 0)],
    ['a byte behind it', Uint8Array.of(0x30, 6, ...ONE, ...ONE, 0)],
    ['an integer of no bytes', der([2, 0], ONE)],
    ['a negative integer', der([2, 1, 0x80], ONE)],
    ['a padded integer', der([2, 2, 0, 1], ONE)],
    ['an integer of 33 bytes', der([2, 33, 1, ...filled(32, 0)], ONE)],
    ['an integer of 34 bytes', der([2, 34, 0, 0x80, ...filled(32, 0)], ONE)],
    ['an integer’s length in long form', der([2, 0x81, 1, 1], ONE)],
    ['an integer that runs over the end', der(ONE, [2, 3, 1])],
    ['a bit string', der([3, 1, 1], ONE)],
  ])('is refused: %s', (_, bytes) => {
    expect(signatureFromDer(bytes)).toBeNull();
  });
});

describe('a passkey’s public key', () => {
  const [x, y] = [filled(32, 1), filled(32, 2)];
  const key = (changes: Readonly<Record<number, number | Uint8Array>>) =>
    encodeCbor(
      new Map<number, number | Uint8Array>(
        Object.entries({ 1: 2, 3: -7, [-1]: 1, [-2]: x, [-3]: y, ...changes }).map(
          ([label, value]) => [Number(label), value],
        ),
      ),
    );

  it('is its point, x ‖ y', () => {
    expect(es256Point(key({}))).toEqual({ ok: true, value: concatBytes(x, y) });
  });

  it.each<[string, Uint8Array]>([
    ['another algorithm', key({ 3: -35 })],
    ['another type', key({ 1: 1 })],
    ['another curve', key({ [-1]: 2 })],
  ])('of %s is refused as such', (_, cose) => {
    const point = es256Point(cose);
    expect(point.ok ? undefined : point.refusal.code).toBe('assertion_algorithm');
  });

  it.each<[string, Uint8Array]>([
    ['a compressed point', key({ [-3]: 1 })],
    ['a short coordinate', key({ [-2]: filled(31, 1) })],
    ['no CBOR', hex('ff')],
    ['no map', hex('80')],
  ])('with %s cannot be read', (_, cose) => {
    const point = es256Point(cose);
    expect(point.ok ? undefined : point.refusal.code).toBe('bytes_malformed');
  });
});
