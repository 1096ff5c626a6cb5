import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { verifyEs256 } from '#device/verify-es256.ts';
import { type Bytes, concatBytes, toUtf8 } from '#protocol/bytes.ts';

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = concatBytes(Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url'));
  const signed = (bytes: Bytes): Bytes =>
    new Uint8Array(sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  return { point, sign: signed };
}

describe('ES256 by WebCrypto', () => {
  test('agrees with Node, and with nothing that was changed', async () => {
    const { point, sign: signed } = newKey();
    const bytes = toUtf8('a receipt');
    const signature = signed(bytes);
    expect(await verifyEs256(point, bytes, signature)).toBe(true);
    for (let at = 0; at < 64; at++) {
      const bent = signature.slice();
      bent[at] = (bent[at] ?? 0) ^ 1;
      expect(await verifyEs256(point, bytes, bent), `byte ${at}`).toBe(false);
    }
    expect(await verifyEs256(point, toUtf8('another'), signature)).toBe(false);
  });

  test('more keys than are kept still verify', async () => {
    const keys = Array.from({ length: 20 }, newKey);
    for (const key of [...keys, ...keys]) {
      const bytes = toUtf8('x');
      expect(await verifyEs256(key.point, bytes, key.sign(bytes))).toBe(true);
    }
  });

  test.each([
    ['a point off the curve', new Uint8Array(64).fill(1)],
    ['no point at all', new Uint8Array(0)],
  ])('%s verifies nothing and throws nothing', async (_name, point) => {
    expect(await verifyEs256(point, toUtf8('x'), new Uint8Array(64))).toBe(false);
  });
});
