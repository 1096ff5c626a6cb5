import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createVerifySignature } from '#server/payments/verify-signature.ts';

const signed = new Uint8Array(100).fill(7);

function keyOn(namedCurve: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  const signature = sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return { spki, signature: new Uint8Array(signature) };
}

describe('signatures of passkeys', () => {
  test('are good under the key that made them, and no other', () => {
    const verify = createVerifySignature();
    for (let i = 0; i < 20; i++) {
      const [mine, other] = [keyOn('P-256'), keyOn('P-256')];
      expect(verify({ ...mine, signed })).toBe(true);
      expect(verify({ ...mine, signed, spki: other.spki })).toBe(false);
      expect(verify({ ...mine, signed: signed.toReversed().fill(6, 0, 1) })).toBe(false);
    }
  });

  test('stay so when more keys come than are kept', () => {
    const verify = createVerifySignature(4);
    const keys = Array.from({ length: 12 }, () => keyOn('P-256'));
    for (const key of [...keys, ...keys.toReversed()]) {
      expect(verify({ ...key, signed })).toBe(true);
    }
  });

  test('of another curve, or with a key that is cut off or off the curve, are a bug', () => {
    const verify = createVerifySignature();
    const { spki, signature } = keyOn('P-256');
    const offCurve = spki.slice();
    offCurve[spki.length - 1] = (offCurve[spki.length - 1] ?? 0) ^ 1;
    for (const wrong of [keyOn('P-384').spki, spki.subarray(0, -1), offCurve]) {
      expect(() => verify({ spki: wrong, signed, signature })).toThrow();
    }
  });
});
