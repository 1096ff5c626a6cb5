/** Owns deterministic CBOR (RFC 8949 §4.2.1), the part we use: what is signed has one encoding only. */
import { type Bytes, concatBytes, fromUtf8, toUtf8 } from './bytes.ts';

/** Integers are bigint or safe number when encoded; decoded integers are always bigint. */
export type Cbor =
  | bigint
  | number
  | boolean
  | null
  | string
  | Uint8Array
  | readonly Cbor[]
  | CborMap;

/** Keys are small integers, which is all that our objects and COSE headers use. */
export type CborMap = ReadonlyMap<number, Cbor>;

const DEPTH_MAX = 8;

function head(major: number, value: bigint): Bytes {
  const size =
    value < 24n ? 0 : value < 0x100n ? 1 : value < 0x10000n ? 2 : value < 0x100000000n ? 4 : 8;
  const bytes = new Uint8Array(1 + size);
  const info = size === 0 ? Number(value) : [0, 24, 25, 0, 26, 0, 0, 0, 27][size];
  bytes[0] = (major << 5) | (info ?? 0);
  for (let i = size, rest = value; i > 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

function integer(value: bigint): Bytes {
  if (value < -(1n << 64n) || value >= 1n << 64n) throw new RangeError('integer beyond 64 bits');
  return value < 0n ? head(1, -1n - value) : head(0, value);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function encodeCbor(value: Cbor): Bytes {
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === 'bigint') return integer(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError('only whole numbers are encoded');
    return integer(BigInt(value));
  }
  if (typeof value === 'string') {
    const text = toUtf8(value);
    return concatBytes(head(3, BigInt(text.length)), text);
  }
  if (value instanceof Uint8Array) return concatBytes(head(2, BigInt(value.length)), value);
  if (value instanceof Map) {
    const pairs = [...(value as CborMap)].map(([key, item]) => ({
      key: encodeCbor(key),
      item: encodeCbor(item),
    }));
    pairs.sort((a, b) => compareBytes(a.key, b.key));
    return concatBytes(
      head(5, BigInt(pairs.length)),
      ...pairs.flatMap((pair) => [pair.key, pair.item]),
    );
  }
  const items = value as readonly Cbor[];
  return concatBytes(head(4, BigInt(items.length)), ...items.map(encodeCbor));
}

/** Why bytes were not read: not CBOR of ours at all, or CBOR in another than its canonical form. */
export type CborFault = 'malformed' | 'not-canonical';

class Fault extends Error {
  readonly fault: CborFault;
  constructor(fault: CborFault) {
    super(fault);
    this.fault = fault;
  }
}

/** `left`: how many more items, nested ones included, may be looked at. */
type Reader = { readonly bytes: Uint8Array; offset: number; left: number };

function take(reader: Reader, length: number): Uint8Array {
  const start = reader.offset;
  reader.offset += length;
  return reader.bytes.subarray(start, reader.offset);
}

/** An argument in any of its sizes (RFC 8949 §3). */
function anyArgument(reader: Reader, info: number): bigint {
  if (info < 24) return BigInt(info);
  if (info > 27) throw new Fault('malformed'); // 28–30 are reserved
  const size = 1 << (info - 24);
  if (reader.offset + size > reader.bytes.length) throw new Fault('malformed');
  let value = 0n;
  for (let i = 0; i < size; i++) value = (value << 8n) | BigInt(reader.bytes[reader.offset++] ?? 0);
  return value;
}

function readArgument(reader: Reader, info: number): bigint {
  // 31 is an indefinite length, which deterministic CBOR never has.
  if (info === 31) throw new Fault('not-canonical');
  const value = anyArgument(reader, info);
  const least = info < 24 ? 0n : info === 24 ? 24n : 1n << BigInt(4 << (info - 24));
  if (value < least) throw new Fault('not-canonical');
  return value;
}

/** A huge announced length costs nothing: it is held against the bytes that are really there. */
function fitting(reader: Reader, length: bigint, bytesPerItem: number): number {
  if (length * BigInt(bytesPerItem) > BigInt(reader.bytes.length - reader.offset)) {
    throw new Fault('malformed');
  }
  return Number(length);
}

function readLength(reader: Reader, info: number, bytesPerItem: number): number {
  return fitting(reader, readArgument(reader, info), bytesPerItem);
}

function readMap(reader: Reader, info: number, depth: number): CborMap {
  const size = readLength(reader, info, 2);
  const map = new Map<number, Cbor>();
  let previous: Uint8Array | undefined;
  for (let i = 0; i < size; i++) {
    const start = reader.offset;
    // Looked at before it is read: a map as the key of a map as the key… would exhaust the stack.
    if ((reader.bytes[start] ?? 0xff) >> 5 > 1) throw new Fault('malformed');
    const key = readItem(reader, depth);
    if (typeof key !== 'bigint' || key > 0xffffffffn || key < -0xffffffffn) {
      throw new Fault('malformed');
    }
    const encodedKey = reader.bytes.subarray(start, reader.offset);
    if (previous && compareBytes(previous, encodedKey) >= 0) throw new Fault('not-canonical');
    previous = encodedKey;
    map.set(Number(key), readItem(reader, depth + 1));
  }
  return map;
}

function readSimple(info: number): Cbor {
  if (info === 20) return false;
  if (info === 21) return true;
  if (info === 22) return null;
  throw new Fault('malformed');
}

/** The first byte of the next item. */
function nextInitial(reader: Reader, depth: number): number {
  const initial = reader.bytes[reader.offset++];
  if (initial === undefined || depth > DEPTH_MAX || reader.left === 0) throw new Fault('malformed');
  reader.left--;
  return initial;
}

function readItem(reader: Reader, depth: number): Cbor {
  const initial = nextInitial(reader, depth);
  const info = initial & 31;
  switch (initial >> 5) {
    case 0:
      return readArgument(reader, info);
    case 1:
      return -1n - readArgument(reader, info);
    case 2:
      // A copy: a view would keep the whole input alive, and share its changes. Not by `slice`,
      // which answers a view when the input is a Buffer.
      return new Uint8Array(take(reader, readLength(reader, info, 1)));
    case 3: {
      const text = fromUtf8(take(reader, readLength(reader, info, 1)));
      if (text === null) throw new Fault('malformed');
      return text;
    }
    case 4: {
      const size = readLength(reader, info, 1);
      const items: Cbor[] = [];
      for (let i = 0; i < size; i++) items.push(readItem(reader, depth + 1));
      return items;
    }
    case 5:
      return readMap(reader, info, depth);
    case 7:
      return readSimple(info);
    default:
      throw new Fault('malformed'); // tags: none of our objects is tagged
  }
}

export type CborReading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: CborFault };

function reading<T>(read: () => T): CborReading<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, fault: error.fault };
    throw error;
  }
}

/**
 * Exactly one item and nothing behind it. `partsMax`: of how many items it may consist, itself and
 * those nested in it; what consists of more is malformed, at the cost of so many.
 */
export function decodeCbor(
  bytes: Uint8Array,
  partsMax: number = Number.POSITIVE_INFINITY,
): CborReading<Cbor> {
  return reading(() => {
    const reader = { bytes, offset: 0, left: partsMax };
    const item = readItem(reader, 0);
    if (reader.offset !== bytes.length) throw new Fault('malformed');
    return item;
  });
}

const BREAK = 0xff;
/** An authorization has about ten. */
const PARTS_PER_ITEM = 64;

/** Passes one well-formed item of any kind (RFC 8949 appendix C). */
function skipItem(reader: Reader, depth: number): void {
  const initial = nextInitial(reader, depth);
  const [major, info] = [initial >> 5, initial & 31];
  if (info === 31) {
    if (major < 2 || major > 5) throw new Fault('malformed');
    let count = 0;
    for (; reader.bytes[reader.offset] !== BREAK; count++) {
      const chunk = reader.bytes[reader.offset] ?? BREAK;
      if (major < 4 && (chunk >> 5 !== major || (chunk & 31) === 31)) throw new Fault('malformed');
      skipItem(reader, depth + 1);
    }
    if (major === 5 && count % 2 === 1) throw new Fault('malformed');
    reader.offset += 1;
    return;
  }
  const argument = anyArgument(reader, info);
  if (major === 2 || major === 3) reader.offset += fitting(reader, argument, 1);
  if (major === 7 && info === 24 && argument < 32n) throw new Fault('malformed');
  const items =
    major === 4
      ? fitting(reader, argument, 1)
      : major === 5
        ? 2 * fitting(reader, argument, 2)
        : major === 6
          ? 1
          : 0;
  for (let i = 0; i < items; i++) skipItem(reader, depth + 1);
}

/**
 * Splits a CBOR sequence (RFC 8742) into the bytes of its items, whatever they mean and however
 * they are written, so that one bad item of a batch leaves its neighbours alone. What cannot be
 * delimited is the last item, for its own decoder to refuse; so is what consists of very many parts,
 * since looking for its end would cost more than its neighbours. Only too many items are a fault.
 */
export function splitCborSequence(bytes: Uint8Array, itemsMax: number): CborReading<Bytes[]> {
  const reader = { bytes, offset: 0, left: itemsMax * PARTS_PER_ITEM };
  const items: Bytes[] = [];
  while (reader.offset < bytes.length) {
    if (items.length === itemsMax) return { ok: false, fault: 'malformed' };
    const start = reader.offset;
    const item = reading(() => skipItem(reader, 0));
    if (!item.ok) reader.offset = bytes.length;
    items.push(new Uint8Array(bytes.subarray(start, reader.offset)));
  }
  return { ok: true, value: items };
}
