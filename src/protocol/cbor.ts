/** Owns deterministic CBOR (RFC 8949 §4.2.1), the part we use: what is signed has one encoding only. */
import { type Bytes, fromUtf8, toUtf8 } from './bytes.ts';

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

// One growing buffer for all encodings: many small pieces would cost more than all the rest.
let room = new Uint8Array(1024);
let view = new DataView(room.buffer);
let end = 0;

/** Makes room for so many bytes; answers where they go. */
function claim(length: number): number {
  const start = end;
  end += length;
  if (end > room.length) {
    const larger = new Uint8Array(end * 2);
    larger.set(room);
    room = larger;
    view = new DataView(room.buffer);
  }
  return start;
}

function writeHead(major: number, value: number | bigint): void {
  const info =
    value < 24 ? 0 : value < 0x100 ? 24 : value < 0x10000 ? 25 : value < 2 ** 32 ? 26 : 27;
  const at = claim(info === 0 ? 1 : 1 + (1 << (info - 24)));
  room[at] = (major << 5) | (info || Number(value));
  if (info === 24) room[at + 1] = Number(value);
  if (info === 25) view.setUint16(at + 1, Number(value));
  if (info === 26) view.setUint32(at + 1, Number(value));
  if (info === 27) view.setBigUint64(at + 1, BigInt(value));
}

function writeInteger(value: number | bigint): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError('only whole numbers are encoded');
  } else if (value < -(1n << 64n) || value >= 1n << 64n) {
    throw new RangeError('integer beyond 64 bits');
  }
  if (value >= 0) writeHead(0, value);
  else writeHead(1, typeof value === 'number' ? -1 - value : -1n - value);
}

function writeBytes(major: number, bytes: Uint8Array): void {
  writeHead(major, bytes.length);
  const at = claim(bytes.length);
  room.set(bytes, at);
}

/** §4.2.1, in the order of the encoded keys: whole numbers from zero up, then from minus one down. */
const rank = (key: number) => (key < 0 ? 2 ** 32 - key : key);
const compareKeys = (a: number, b: number) => rank(a) - rank(b);

function writeEntry(value: Cbor, key: number): void {
  writeInteger(key);
  writeItem(value);
}

/** Most maps are made in order: then they are not sorted again. */
function writeMap(map: CborMap): void {
  writeHead(5, map.size);
  let previous: number | undefined;
  for (const key of map.keys()) {
    if (previous !== undefined && compareKeys(previous, key) > 0) {
      for (const [sorted, value] of [...map].sort(([a], [b]) => compareKeys(a, b))) {
        writeEntry(value, sorted);
      }
      return;
    }
    previous = key;
  }
  map.forEach(writeEntry);
}

function writeItem(value: Cbor): void {
  if (typeof value === 'bigint' || typeof value === 'number') writeInteger(value);
  else if (typeof value === 'string') writeBytes(3, toUtf8(value));
  else if (value instanceof Uint8Array) writeBytes(2, value);
  else if (value === null) writeHead(7, 22);
  else if (typeof value === 'boolean') writeHead(7, value ? 21 : 20);
  else if (value instanceof Map) writeMap(value as CborMap);
  else {
    const items = value as readonly Cbor[];
    writeHead(4, items.length);
    for (const item of items) writeItem(item);
  }
}

export function encodeCbor(value: Cbor): Bytes {
  end = 0;
  writeItem(value);
  return room.slice(0, end);
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

/** Whatever the input is (a Buffer's `slice` would answer a view), pieces of it are plain and copies. */
const readerOf = ({ buffer, byteOffset, length }: Uint8Array, left: number): Reader => ({
  bytes: new Uint8Array(buffer, byteOffset, length),
  offset: 0,
  left,
});

/** A copy: a view would keep the whole input alive, and share its changes. */
function take(reader: Reader, length: number): Uint8Array {
  const start = reader.offset;
  reader.offset += length;
  return reader.bytes.slice(start, reader.offset);
}

/** An argument in any of its sizes (RFC 8949 §3); a bigint beyond what a number holds exactly. */
function anyArgument(reader: Reader, info: number): number | bigint {
  if (info < 24) return info;
  if (info > 27) throw new Fault('malformed'); // 28–30 are reserved
  const size = 1 << (info - 24);
  const { bytes, offset } = reader;
  reader.offset += size;
  if (reader.offset > bytes.length) throw new Fault('malformed');
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[offset + i] ?? 0);
  if (value <= Number.MAX_SAFE_INTEGER) return value;
  let exact = 0n;
  for (let i = 0; i < size; i++) exact = (exact << 8n) | BigInt(bytes[offset + i] ?? 0);
  return exact;
}

const LEAST_ARGUMENT = [24, 0x100, 0x10000, 2 ** 32];

function readArgument(reader: Reader, info: number): number | bigint {
  // 31 is an indefinite length, which deterministic CBOR never has.
  if (info === 31) throw new Fault('not-canonical');
  const value = anyArgument(reader, info);
  if (info >= 24 && value < (LEAST_ARGUMENT[info - 24] ?? 0)) throw new Fault('not-canonical');
  return value;
}

/** A huge announced length costs nothing: it is held against the bytes that are really there. */
function fitting(reader: Reader, length: number | bigint, bytesPerItem: number): number {
  if (Number(length) * bytesPerItem > reader.bytes.length - reader.offset) {
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
  let previous: number | undefined;
  for (let i = 0; i < size; i++) {
    // Looked at before it is read: a map as the key of a map as the key… would exhaust the stack.
    const initial = reader.bytes[reader.offset++] ?? 0xff;
    if (initial >> 5 > 1) throw new Fault('malformed');
    const argument = readArgument(reader, initial & 31);
    if (argument > 0xffffffff) throw new Fault('malformed');
    const key = initial >> 5 === 0 ? Number(argument) : -1 - Number(argument);
    if (key < -0xffffffff) throw new Fault('malformed');
    if (previous !== undefined && compareKeys(previous, key) >= 0) throw new Fault('not-canonical');
    previous = key;
    map.set(key, readItem(reader, depth + 1));
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
      return BigInt(readArgument(reader, info));
    case 1:
      return -1n - BigInt(readArgument(reader, info));
    case 2:
      return take(reader, readLength(reader, info, 1));
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
    const reader = readerOf(bytes, partsMax);
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
  if (major === 7 && info === 24 && argument < 32) throw new Fault('malformed');
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
 * Splits a CBOR sequence (RFC 8742) into views of its items, whatever they mean and however
 * they are written, so that one bad item of a batch leaves its neighbours alone. What cannot be
 * delimited is the last item, for its own decoder to refuse; so is what consists of very many parts,
 * since looking for its end would cost more than its neighbours. Only too many items are a fault.
 */
export function splitCborSequence(bytes: Uint8Array, itemsMax: number): CborReading<Bytes[]> {
  const reader = readerOf(bytes, itemsMax * PARTS_PER_ITEM);
  const items: Bytes[] = [];
  while (reader.offset < bytes.length) {
    if (items.length === itemsMax) return { ok: false, fault: 'malformed' };
    const start = reader.offset;
    const item = reading(() => skipItem(reader, 0));
    if (!item.ok) reader.offset = bytes.length;
    items.push(reader.bytes.subarray(start, reader.offset) as Bytes);
  }
  return { ok: true, value: items };
}
