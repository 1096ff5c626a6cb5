import { ECDH } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, toHex } from '#protocol/bytes.ts';
import { compressPoint, decompressPoint } from '#protocol/p256-point.ts';
import { anyPoint } from './sample-allowances.ts';
import { anyBytes, filled, hex } from './sample-orders.ts';

const CURVE = 'prime256v1';
const P = 'ffffffff00000001000000000000000000000000ffffffffffffffffffffffff';

/** What OpenSSL makes of a compressed point; null when it is none. */
function byOpenSsl(compressed: Uint8Array): string | null {
  try {
    const raw = ECDH.convertKey(compressed, CURVE, undefined, 'hex', 'uncompressed');
    return String(raw).slice(2);
  } catch {
    return null;
  }
}

describe('a point of P-256', () => {
  it('is compressed as OpenSSL does it, and comes back whole', () => {
    fc.assert(
      fc.property(anyPoint, (point) => {
        const compressed = compressPoint(point);
        const raw = concatBytes(Uint8Array.of(4), point);
        expect(toHex(compressed)).toBe(ECDH.convertKey(raw, CURVE, undefined, 'hex', 'compressed'));
        expect(decompressPoint(compressed)).toEqual(point);
      }),
      { numRuns: 300 },
    );
  });

  it('has two y for its x, told apart by one bit', () => {
    fc.assert(
      fc.property(anyPoint, (point) => {
        const compressed = compressPoint(point);
        compressed[0] = (compressed[0] ?? 0) ^ 1;
        const other = decompressPoint(compressed);
        expect(other && toHex(other)).toBe(byOpenSsl(compressed));
        expect(other?.subarray(0, 32)).toEqual(point.subarray(0, 32));
        expect(other).not.toEqual(point);
      }),
    );
  });

  it('is one exactly when OpenSSL says so: half of all x have no y', () => {
    let points = 0;
    fc.assert(
      fc.property(fc.constantFrom(2, 3), anyBytes(32), (sign, x) => {
        const compressed = concatBytes(Uint8Array.of(sign), x);
        const point = decompressPoint(compressed);
        expect(point && toHex(point)).toBe(byOpenSsl(compressed));
        if (point) points += 1;
      }),
      { numRuns: 400, seed: 1 },
    );
    expect(points).toBeGreaterThan(100);
    expect(points).toBeLessThan(300);
  });

  it.each([
    ['x = 0', '00'.repeat(32)],
    ['x = 1', `${'00'.repeat(31)}01`],
    ['x = p − 1', `${P.slice(0, -1)}e`],
    ['x = p', P],
    [
      'x = p + 5, which is 5 again',
      'ffffffff00000001000000000000000000000001000000000000000000000004',
    ],
    ['x = 2^256 − 1', 'ff'.repeat(32)],
  ])('at the edge %s is judged as OpenSSL judges it', (_, x) => {
    for (const sign of ['02', '03']) {
      const point = decompressPoint(hex(sign + x));
      expect(point && toHex(point)).toBe(byOpenSsl(hex(sign + x)));
    }
  });

  it.each<[string, Uint8Array]>([
    ['nothing', hex('')],
    ['the point at infinity', hex('00')],
    ['32 bytes', filled(32, 2)],
    ['34 bytes', concatBytes(hex('02'), filled(33, 0))],
    ['another sign', concatBytes(hex('01'), filled(32, 0))],
    ['the uncompressed form', concatBytes(hex('04'), filled(64, 1))],
    ['a hybrid sign', concatBytes(hex('06'), filled(32, 0))],
  ])('has one form: %s is refused', (_, bytes) => {
    expect(decompressPoint(bytes)).toBeNull();
  });
});
