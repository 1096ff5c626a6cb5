/** Owns SHA-256 (FIPS 180-4), synchronous and small: the generic library is three times its size. */
import { type Bytes, toUtf8 } from './bytes.ts';

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}

/** The first 32 bits of a fraction (§4.2.2, §5.3.3); a double holds 18 bits more than are asked for. */
function fractionBits(value: number): number {
  return ((value % 1) * 2 ** 32) >>> 0;
}

const PRIMES = firstPrimes(64);
const ROUND = Int32Array.from(PRIMES, (prime) => fractionBits(prime ** (1 / 3)));
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fractionBits(prime ** 0.5));

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

/** §5.1.1: a one bit, zeros, and the length in bits, up to whole blocks of 64 bytes. */
function pad(message: Uint8Array): DataView {
  const padded = new Uint8Array(((message.length + 72) >> 6) << 6);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, (message.length / 2 ** 29) >>> 0);
  view.setUint32(padded.length - 4, message.length << 3);
  return view;
}

/** §6.2.2 */
function compress(state: Int32Array, view: DataView, offset: number, schedule: Int32Array): void {
  for (let t = 0; t < 16; t++) schedule[t] = view.getInt32(offset + t * 4);
  for (let t = 16; t < 64; t++) {
    const early = schedule[t - 15] ?? 0;
    const late = schedule[t - 2] ?? 0;
    const sigma0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const sigma1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    schedule[t] = (sigma1 + (schedule[t - 7] ?? 0) + sigma0 + (schedule[t - 16] ?? 0)) | 0;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let t = 0; t < 64; t++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + sum1 + choice + (ROUND[t] ?? 0) + (schedule[t] ?? 0)) | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + sum0 + majority) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    state[i] = (state[i] ?? 0) + word;
  });
}

type Sha256 = (message: Uint8Array | string) => Bytes;

let ofRuntime: Sha256 | undefined;

/** For a runtime that has the same function, synchronous and faster, as Node has. Texts are UTF-8. */
export function useSha256(hash: Sha256): void {
  ofRuntime = hash;
}

/** 32 bytes. */
export function sha256(message: Uint8Array): Bytes {
  if (ofRuntime) return ofRuntime(message);
  const view = pad(message);
  const state = START.slice();
  const schedule = new Int32Array(64);
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    compress(state, view, offset, schedule);
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => {
    digest.setInt32(i * 4, word);
  });
  return new Uint8Array(digest.buffer);
}

/** Of the text's UTF-8. */
export function sha256OfText(text: string): Bytes {
  return ofRuntime ? ofRuntime(text) : sha256(toUtf8(text));
}
