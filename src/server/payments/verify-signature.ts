/** Owns ES256 verification for the payment path: imported keys are kept, since importing costs more than verifying. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { toBase64url } from '#protocol/bytes.ts';
import type { VerifySignature } from './ports.ts';

/** About 4 kB each. */
const KEYS_MAX = 10_000;

/** Verification runs in the thread pool, so that a large upload does not hold up everybody else. */
export function createVerifySignature(keysMax = KEYS_MAX): VerifySignature {
  // A map remembers the order of insertion: taken out and put in again, the first is the oldest.
  const keys = new Map<string, KeyObject>();
  return ({ id, spki }, { signed, signature }) => {
    const name = toBase64url(id);
    const key =
      keys.get(name) ?? createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    keys.delete(name);
    keys.set(name, key);
    if (keys.size > keysMax) keys.delete(keys.keys().next().value ?? '');
    return new Promise((resolve, reject) => {
      verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature, (error, valid) =>
        error ? reject(error) : resolve(valid),
      );
    });
  };
}
