// Owns ES256 signatures that anybody can make again: RFC 6979 on P-256. For test keys alone, it is not constant-time.
import { createECDH, createHash, createHmac } from 'node:crypto';

const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function to32(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}

function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value % N, N, 1n, 0n];
  while (a > 1n) {
    const quotient = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % N) + N) % N;
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  return createHmac('sha256', key).update(Buffer.concat(parts)).digest();
}

/** RFC 6979 §3.2 with SHA-256, whose output is as long as the order of the curve. */
function nonceOf(secret: bigint, hash: bigint): bigint {
  const seed = Buffer.concat([to32(secret), to32(hash % N)]);
  let value: Buffer = Buffer.alloc(32, 1);
  let key: Buffer = Buffer.alloc(32, 0);
  for (const step of [0, 1]) {
    key = hmac(key, value, Uint8Array.of(step), seed);
    value = hmac(key, value);
  }
  for (;;) {
    value = hmac(key, value);
    const nonce = toNumber(value);
    if (nonce >= 1n && nonce < N) return nonce;
    key = hmac(key, value, Uint8Array.of(0));
    value = hmac(key, value);
  }
}

/** The point x ‖ y, 64 bytes. */
export function pointOf(secret: Uint8Array): Uint8Array<ArrayBuffer> {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(secret);
  return Uint8Array.from(ecdh.getPublicKey().subarray(1));
}

/** Raw r ‖ s. */
export function signEs256(secret: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const hash = toNumber(createHash('sha256').update(message).digest());
  const d = toNumber(secret);
  const nonce = nonceOf(d, hash);
  const r = toNumber(pointOf(to32(nonce)).subarray(0, 32)) % N;
  const s = (inverse(nonce) * (hash + d * r)) % N;
  return Uint8Array.from(Buffer.concat([to32(r), to32(s)]));
}

/** The other signature that verifies as well: r, n − s. */
export function mirrored(signature: Uint8Array): Uint8Array<ArrayBuffer> {
  const s = toNumber(signature.subarray(32));
  return Uint8Array.from(Buffer.concat([signature.subarray(0, 32), to32(N - s)]));
}
