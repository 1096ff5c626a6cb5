/** Owns ES256 verification by WebCrypto, with keys imported once. */
import { type Bytes, concatBytes, toBase64url } from '#protocol/bytes.ts';
import type { VerifyEs256 } from '#wallet/ports.ts';

const KEYS_MAX = 16;
const UNCOMPRESSED = Uint8Array.of(4);
const importing = new Map<string, Promise<CryptoKey>>();

function importKey(point: Bytes): Promise<CryptoKey> {
  const name = toBase64url(point);
  const known = importing.get(name);
  if (known) return known;
  if (importing.size >= KEYS_MAX) importing.clear();
  const key = crypto.subtle.importKey(
    'raw',
    concatBytes(UNCOMPRESSED, point),
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['verify'],
  );
  importing.set(name, key);
  return key;
}

/** A point that is not on the curve verifies nothing: false, not an error. */
export const verifyEs256: VerifyEs256 = async (point, signed, signature) => {
  try {
    const key = await importKey(point);
    return await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, signed);
  } catch {
    return false;
  }
};
