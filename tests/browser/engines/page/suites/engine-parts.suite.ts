// What the wallet takes from its engine, held against what it makes of it: hashes, signatures, durability, pictures.
import { describe, expect, test } from 'vitest';
import { verifyEs256 } from '#device/verify-es256.ts';
import { toHex } from '#protocol/bytes.ts';
import { sha256 } from '#protocol/sha256.ts';
import { createScannerClient } from '#ui/scanner-client.ts';
import { filled } from '../../../../unit/wallet/samples.ts';
import { drawCode, type Picture } from '../../../workers/code-pictures.ts';

test.each([0, 1, 55, 56, 63, 64, 65, 1000])(
  'SHA-256 of %i bytes is that of WebCrypto',
  async (length) => {
    const message = crypto.getRandomValues(new Uint8Array(length));
    const theirs = new Uint8Array(await crypto.subtle.digest('SHA-256', message));
    expect(toHex(sha256(message))).toBe(toHex(theirs));
  },
);

test('a signature of WebCrypto’s own key verifies, and no other', async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)).slice(1);
  const signed = filled(100, 5);
  const hash = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = new Uint8Array(await crypto.subtle.sign(hash, pair.privateKey, signed));
  expect(await verifyEs256(point, signed, signature)).toBe(true);
  expect(await verifyEs256(point, filled(100, 6), signature)).toBe(false);
  expect(await verifyEs256(filled(64, 1), signed, signature)).toBe(false);
});

test('a transaction says that it is strict', async () => {
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open('strict', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('money');
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  expect(db.transaction('money', 'readwrite', { durability: 'strict' }).durability).toBe('strict');
  db.close();
});

function bitmapOf({ luma, width, height }: Picture): Promise<ImageBitmap> {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (const [at, value] of luma.entries()) pixels.set([value, value, value, 255], at * 4);
  return createImageBitmap(new ImageData(pixels, width, height));
}

describe('the scanner’s thread', () => {
  const TEXT = '00020101021126610015APP.COUNTERFOIL';

  test.each([
    ['straight', { scale: 5 }],
    ['turned', { scale: 5, degrees: 30 }],
    ['dim and noisy', { scale: 6, dark: 40, light: 90, around: 60, noise: 8 }],
    ['light on dark', { scale: 5, inverted: true, around: 10 }],
  ])('reads a code that is %s', async (_name, scene) => {
    const client = createScannerClient();
    const answer = await client.read(await bitmapOf(drawCode(TEXT, scene)), 'photo');
    client.stop();
    expect(answer).toEqual({ kind: 'text', text: TEXT });
  });
});
