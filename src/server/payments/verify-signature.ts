/** Owns ES256 verification for the payment path: imported keys are kept, since importing costs more than verifying. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { assert } from '#protocol/refusals.ts';
import type { SignatureCheck } from './ports.ts';

/** About 4 kB each. */
const KEYS_MAX = 20_000;

/** What every key of P-256 begins with in this form (RFC 5480); its point follows. */
const P256_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
const Y_AT = P256_HEAD.length + 32;
const SPKI_LENGTH = Y_AT + 32;

/** By way of a JWK, which is read in little more than half the time that OpenSSL needs for DER. */
function importKey(spki: Buffer): KeyObject {
  const isP256 = spki.length === SPKI_LENGTH && spki.indexOf(P256_HEAD) === 0;
  assert(isP256, 'only passkeys of P-256 are stored');
  const x = spki.toString('base64url', P256_HEAD.length, Y_AT);
  const y = spki.toString('base64url', Y_AT);
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
}

/** Whether the signature, raw r‖s, is that key's over those bytes. Holds the thread up for a tenth of a millisecond. */
export type VerifySignature = (check: SignatureCheck) => boolean;

export function createVerifySignature(keysMax = KEYS_MAX): VerifySignature {
  // Two generations in place of an order of use: what was not asked for while the younger one
  // filled up is forgotten with the older.
  let young = new Map<string, KeyObject>();
  let old = new Map<string, KeyObject>();

  function keyOf(spki: Uint8Array): KeyObject {
    const der = Buffer.from(spki.buffer, spki.byteOffset, spki.length);
    const name = der.toString('latin1');
    const kept = young.get(name);
    if (kept) return kept;
    const key = old.get(name) ?? importKey(der);
    if (young.size >= keysMax / 2) {
      old = young;
      young = new Map();
    }
    young.set(name, key);
    return key;
  }

  return ({ spki, signed, signature }) =>
    verify('sha256', signed, { key: keyOf(spki), dsaEncoding: 'ieee-p1363' }, signature);
}
