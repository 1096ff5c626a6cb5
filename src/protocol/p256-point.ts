/** Owns points of P-256 in their two forms: x ‖ y, 64 bytes, and compressed, 33 bytes (SEC 1 §2.3.3). */
import { type Bytes, concatBytes } from './bytes.ts';

export const POINT_LENGTH = 64;
export const COMPRESSED_POINT_LENGTH = 33;

// FIPS 186-4 D.1.2.3: y² = x³ − 3x + b (mod p).
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

function integerOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function bytesOf(value: bigint): Bytes {
  const bytes = new Uint8Array(32);
  for (let i = 31, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

/** p ≡ 3 (mod 4), so a root, where there is one, is the (p + 1)/4-th power. All values are public. */
function squareRoot(value: bigint): bigint | null {
  let root = 1n;
  let base = value;
  for (let exponent = (P + 1n) >> 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) root = (root * base) % P;
    base = (base * base) % P;
  }
  return (root * root) % P === value ? root : null;
}

export function compressPoint(point: Uint8Array): Bytes {
  const isOdd = (point[POINT_LENGTH - 1] ?? 0) & 1;
  return concatBytes(Uint8Array.of(2 | isOdd), point.subarray(0, 32));
}

/** Null when it is no point of the curve, or not in this form. */
export function decompressPoint(bytes: Uint8Array): Bytes | null {
  const [sign = 0] = bytes;
  if (bytes.length !== COMPRESSED_POINT_LENGTH || sign >> 1 !== 1) return null;
  const x = integerOf(bytes.subarray(1));
  if (x >= P) return null;
  const root = squareRoot((((x * x + P - 3n) % P) * x + B) % P);
  if (root === null) return null;
  const y = (root & 1n) === BigInt(sign & 1) ? root : P - root;
  return concatBytes(bytes.subarray(1), bytesOf(y));
}
