/** Owns ES256 verification for the payment path: imported keys are kept, since importing costs more than verifying. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { SignatureCheck } from './ports.ts';

/** About 4 kB each. */
const KEYS_MAX = 20_000;

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
    const key = old.get(name) ?? createPublicKey({ key: der, format: 'der', type: 'spki' });
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
