// P-256 in plain numbers, for test keys alone: Node's crypto answers at once, and WebCrypto cannot.
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
export const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const G: Point = [
  0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
];

export type Point = readonly [x: bigint, y: bigint];
/** x = X/Z², y = Y/Z³; Z = 0 is the point at infinity. */
type Jacobian = readonly [X: bigint, Y: bigint, Z: bigint];

const INFINITY: Jacobian = [1n, 1n, 0n];

function mod(value: bigint, by = P): bigint {
  const rest = value % by;
  return rest < 0n ? rest + by : rest;
}

export function inverse(value: bigint, by = N): bigint {
  let [a, b, x, y] = [mod(value, by), by, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b - quotient * a, a, y - quotient * x, x];
  }
  return mod(x, by);
}

function double([x, y, z]: Jacobian): Jacobian {
  const yy = mod(y * y);
  const s = mod(4n * x * yy);
  const zz = mod(z * z);
  const m = mod(3n * (x - zz) * (x + zz));
  const nextX = mod(m * m - 2n * s);
  return [nextX, mod(m * (s - nextX) - 8n * yy * yy), mod(2n * y * z)];
}

function add(a: Jacobian, b: Jacobian): Jacobian {
  if (a[2] === 0n) return b;
  if (b[2] === 0n) return a;
  const [aa, bb] = [mod(a[2] * a[2]), mod(b[2] * b[2])];
  const [u1, u2] = [mod(a[0] * bb), mod(b[0] * aa)];
  const [s1, s2] = [mod(a[1] * bb * b[2]), mod(b[1] * aa * a[2])];
  if (u1 === u2) return s1 === s2 ? double(a) : INFINITY;
  const h = mod(u2 - u1);
  const r = mod(s2 - s1);
  const [hh, uhh] = [mod(h * h), mod(u1 * h * h)];
  const x = mod(r * r - h * hh - 2n * uhh);
  return [x, mod(r * (uhh - x) - s1 * h * hh), mod(h * a[2] * b[2])];
}

function times(factor: bigint, [x, y]: Point): Jacobian {
  let sum = INFINITY;
  for (const bit of factor.toString(2)) {
    sum = double(sum);
    if (bit === '1') sum = add(sum, [x, y, 1n]);
  }
  return sum;
}

function affine([x, y, z]: Jacobian): Point | undefined {
  if (z === 0n) return undefined;
  const inverted = inverse(z, P);
  const squared = mod(inverted * inverted);
  return [mod(x * squared), mod(y * squared * inverted)];
}

/** Row by row of four bits: 1…15 times 16^row of the base point. */
function multiplesOfBase(): (readonly Jacobian[])[] {
  let base: Jacobian = [...G, 1n];
  return Array.from({ length: 64 }, () => {
    const row = [INFINITY];
    for (let i = 1; i < 16; i++) row.push(add(row[i - 1] ?? INFINITY, base));
    base = add(row[15] ?? INFINITY, base);
    return row;
  });
}

const BASE = multiplesOfBase();

function timesBase(factor: bigint): Jacobian {
  let sum = INFINITY;
  for (const [row, multiples] of BASE.entries()) {
    sum = add(sum, multiples[Number((factor >> BigInt(4 * row)) & 15n)] ?? INFINITY);
  }
  return sum;
}

export function publicPoint(secret: bigint): Point {
  const point = affine(timesBase(secret));
  if (!point) throw new RangeError('not a secret');
  return point;
}

export function isOnCurve([x, y]: Point): boolean {
  return x < P && y < P && mod(y * y) === mod(x * x * x - 3n * x + B);
}

export function signHash(secret: bigint, hash: bigint, nonce: bigint): Point {
  const r = publicPoint(nonce)[0] % N;
  return [r, mod(inverse(nonce) * (hash + r * secret), N)];
}

export function verifyHash(point: Point, hash: bigint, [r, s]: Point): boolean {
  if (r < 1n || r >= N || s < 1n || s >= N || !isOnCurve(point)) return false;
  const inverted = inverse(s);
  const sum = add(timesBase(mod(hash * inverted, N)), times(mod(r * inverted, N), point));
  return (affine(sum)?.[0] ?? 0n) % N === r;
}
