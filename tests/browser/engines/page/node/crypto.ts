// Node's crypto as far as the suites use it: SHA-256 and ES256, answered at once.
import { concatBytes, toHex, toUtf8 } from '#protocol/bytes.ts';
import { sha256 } from '#protocol/sha256.ts';
import { PageBuffer, type PageBytes } from './buffer.ts';
import { N, type Point, publicPoint, signHash, verifyHash } from './p256.ts';

const SPKI = PageBuffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');

const toNumber = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`);
const to32 = (value: bigint) => PageBuffer.from(value.toString(16).padStart(64, '0'), 'hex');
const pointOf = (bytes: Uint8Array): Point => [
  toNumber(bytes.subarray(0, 32)),
  toNumber(bytes.subarray(32, 64)),
];

function randomNumber(): bigint {
  return (toNumber(crypto.getRandomValues(new Uint8Array(32))) % (N - 1n)) + 1n;
}

function hashing(finish: (message: Uint8Array) => Uint8Array) {
  const parts: Uint8Array[] = [];
  const hash = {
    update(part: Uint8Array | string) {
      parts.push(typeof part === 'string' ? toUtf8(part) : part);
      return hash;
    },
    digest(encoding?: 'hex') {
      const bytes = PageBuffer.from(finish(concatBytes(...parts)));
      return encoding === undefined ? bytes : bytes.toString(encoding);
    },
  };
  return hash;
}

export const createHash = (_algorithm: 'sha256') => hashing(sha256);

export function createHmac(_algorithm: 'sha256', key: Uint8Array) {
  const padded = (fill: number) => {
    const block = new Uint8Array(64).fill(fill);
    for (const [at, byte] of key.entries()) block[at] = byte ^ fill;
    return block;
  };
  const outer = (inner: Uint8Array) => sha256(concatBytes(padded(0x5c), inner));
  return hashing((message) => outer(sha256(concatBytes(padded(0x36), message))));
}

/** Of a key pair, either half: what signs has both. */
class PageKey {
  readonly point: Point;
  readonly secret: bigint | undefined;

  constructor(point: Point, secret?: bigint) {
    this.point = point;
    this.secret = secret;
  }

  export({ format }: { format: 'jwk' | 'der' | 'pem' }) {
    const [x, y] = this.point.map(to32);
    if (format === 'jwk') {
      const coordinates = { x: x?.toString('base64url'), y: y?.toString('base64url') };
      return { kty: 'EC', crv: 'P-256', ...coordinates };
    }
    const der = PageBuffer.concat([SPKI, ...this.point.map(to32)]);
    return format === 'der' ? der : der.toString('base64');
  }
}

export function generateKeyPairSync(_type: 'ec', _options: object) {
  const secret = randomNumber();
  const point = publicPoint(secret);
  return { privateKey: new PageKey(point, secret), publicKey: new PageKey(point) };
}

type Jwk = { readonly x: string; readonly y: string };
type Options = { readonly key: PageKey | Jwk; readonly dsaEncoding?: string };
type KeySource = string | Options | PageKey;

function keyOf(source: KeySource): PageKey {
  if (source instanceof PageKey) return source;
  if (typeof source === 'string') {
    return new PageKey(pointOf(PageBuffer.from(source, 'base64').subarray(SPKI.length)));
  }
  if (source.key instanceof PageKey) return source.key;
  const [x, y] = [source.key.x, source.key.y].map((text) => PageBuffer.from(text, 'base64url'));
  return new PageKey([toNumber(x ?? SPKI), toNumber(y ?? SPKI)]);
}

export const createPublicKey = keyOf;

function derNumber(value: bigint): PageBytes {
  const hex = value.toString(16);
  const bytes = PageBuffer.from(hex.padStart(hex.length + (hex.length & 1), '0'), 'hex');
  const signed = (bytes[0] ?? 0) > 127 ? PageBuffer.concat([Uint8Array.of(0), bytes]) : bytes;
  return PageBuffer.concat([Uint8Array.of(2, signed.length), signed]);
}

export function sign(_algorithm: 'sha256', message: Uint8Array, source: KeySource): PageBytes {
  const { secret } = keyOf(source);
  if (secret === undefined) throw new TypeError('a public key signs nothing');
  const numbers = signHash(secret, toNumber(sha256(message)), randomNumber());
  if ('dsaEncoding' in Object(source)) return PageBuffer.concat(numbers.map(to32));
  const body = PageBuffer.concat(numbers.map(derNumber));
  return PageBuffer.concat([Uint8Array.of(0x30, body.length), body]);
}

export function verify(
  _algorithm: 'sha256',
  message: Uint8Array,
  source: KeySource,
  signature: Uint8Array,
): boolean {
  if (signature.length !== 64) return false;
  return verifyHash(keyOf(source).point, toNumber(sha256(message)), pointOf(signature));
}

export function createECDH(_curve: 'prime256v1') {
  let point: Point | undefined;
  return {
    setPrivateKey(secret: Uint8Array) {
      point = publicPoint(toNumber(secret));
    },
    getPublicKey() {
      return PageBuffer.concat([Uint8Array.of(4), ...(point ?? []).map(to32)]);
    },
  };
}
