// Changing an input a little: any byte of any input, and where its form is known, a part of what it says.
import { type Bytes, concatBytes } from '#protocol/bytes.ts';
import { type Cbor, type CborMap, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import { crc16Text } from '#protocol/crc16.ts';
import { readRun, writeObject } from '#protocol/emvco.ts';
import type { Seeded } from '../simulation/seeded.ts';
import { type Form, fromJson, fromText, jsonOf, textOf } from './decoder.ts';

export const INPUT_BYTES_MAX = 4096;

const EDGES = [0, 1, 0x17, 0x18, 0x20, 0x40, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xf6, 0xfb, 0xff];
const WIDE = [0, 1, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32];
const WHOLE = [
  ...WIDE.map(BigInt),
  (1n << 53n) - 1n,
  1n << 53n,
  (1n << 63n) - 1n,
  (1n << 64n) - 1n,
];
const TEXTS = ['', '0', 'a', '__proto__', '\u0000', '😀', '\u202e', 'x'.repeat(300)];
const JSON_VALUES: readonly unknown[] = [null, true, 0, -1, 1e21, 0.5, 2 ** 53, [], {}, ...TEXTS];

function replaced(input: Bytes, at: number, byte: number): Bytes {
  const changed = input.slice();
  changed[at] = byte;
  return changed;
}

function swapped<T>(list: readonly T[], at: number, item: T): T[] {
  return list.map((each, index) => (index === at ? item : each));
}

type Change = (input: Bytes, chance: Seeded, other: Bytes) => Bytes;

const span = (length: number, chance: Seeded): readonly [number, number] => {
  const from = chance.below(length + 1);
  return [from, from + chance.below(Math.min(length - from, 1 + chance.below(16)) + 1)];
};

/** On any bytes, whatever they mean. */
const BYTE_CHANGES: readonly Change[] = [
  (input, chance) => {
    const at = chance.below(input.length);
    return replaced(input, at, (input[at] ?? 0) ^ (1 << chance.below(8)));
  },
  (input, chance) => replaced(input, chance.below(input.length), chance.below(256)),
  (input, chance) => replaced(input, chance.below(input.length), chance.pick(EDGES)),
  (input, chance) => {
    const at = chance.below(input.length);
    return replaced(input, at, (input[at] ?? 0) + chance.pick([1, -1]));
  },
  (input, chance) => {
    const at = chance.below(input.length + 1);
    const few = 1 + chance.below(4);
    const inserted = chance.chance(0.5) ? Uint8Array.of(chance.pick(EDGES)) : chance.bytes(few);
    return concatBytes(input.subarray(0, at), inserted, input.subarray(at));
  },
  (input, chance) => {
    const [from, to] = span(input.length, chance);
    return concatBytes(input.subarray(0, from), input.subarray(to));
  },
  (input, chance) => {
    const [from, to] = span(input.length, chance);
    return concatBytes(input.subarray(0, to), input.subarray(from));
  },
  (input, chance) => input.slice(0, chance.below(input.length + 1)),
  (input, chance, other) => {
    const [from, to] = span(other.length, chance);
    const at = chance.below(input.length + 1);
    const kept = chance.chance(0.5) ? at : at + (to - from);
    return concatBytes(input.subarray(0, at), other.subarray(from, to), input.subarray(kept));
  },
  (input, chance, other) =>
    concatBytes(
      input.subarray(0, chance.below(input.length + 1)),
      other.subarray(chance.below(other.length + 1)),
    ),
];

function changedCbor(item: Cbor, chance: Seeded, depth = 0): Cbor {
  const isWhole = chance.chance(0.15);
  if (typeof item === 'bigint') {
    return chance.chance(0.5) ? chance.pick(WHOLE) : item + BigInt(chance.pick([1, -1]));
  }
  if (isWhole)
    return chance.pick<Cbor>([0n, -1n, '', null, true, new Uint8Array(0), [], new Map()]);
  if (typeof item === 'string') return chance.pick(TEXTS);
  if (item instanceof Uint8Array) return changedBytes(item as Bytes, chance, depth);
  if (item instanceof Map) return changedMap(item, chance, depth);
  if (!Array.isArray(item)) return chance.pick<Cbor>([null, true, false]);
  const list = item as readonly Cbor[];
  const at = chance.below(list.length);
  if (list.length === 0 || chance.chance(0.1)) return [...list, 0n];
  if (chance.chance(0.1)) return list.toSpliced(at, 1);
  return swapped(list, at, changedCbor(list[at] ?? null, chance, depth));
}

/** Bytes are often CBOR themselves: an order, a header, a body. */
function changedBytes(bytes: Bytes, chance: Seeded, depth: number): Bytes {
  const inner = depth < 3 && bytes.length > 2 ? decodeCbor(bytes) : undefined;
  const isNested = inner?.ok === true && typeof inner.value === 'object';
  if (isNested && chance.chance(0.9)) return tryCbor(inner.value, chance, depth + 1) ?? bytes;
  return chance.pick(BYTE_CHANGES)(bytes, chance, bytes);
}

function changedMap(map: CborMap, chance: Seeded, depth: number): CborMap {
  const entries = [...map];
  const at = chance.below(entries.length);
  const [key, value] = entries[at] ?? [0, null];
  if (chance.chance(0.1)) return new Map(entries.toSpliced(at, 1));
  if (chance.chance(0.1)) return new Map([...entries, [chance.below(24), 0n]]);
  if (chance.chance(0.1)) return new Map(swapped(entries, at, [key + 1, value]));
  return new Map(swapped(entries, at, [key, changedCbor(value, chance, depth)]));
}

/** A change may leave what has no encoding, a number beyond 64 bits: then there is none. */
function tryCbor(item: Cbor, chance: Seeded, depth: number): Bytes | undefined {
  const changed = changedCbor(item, chance, depth);
  try {
    return encodeCbor(changed);
  } catch {
    return undefined;
  }
}

function changedJson(value: unknown, chance: Seeded): unknown {
  if (typeof value === 'number' && chance.chance(0.5)) return value + chance.pick([1, -1]);
  if (typeof value === 'string' && chance.chance(0.7)) {
    return textOf(chance.pick(BYTE_CHANGES)(fromText(value), chance, fromText(value)));
  }
  if (typeof value !== 'object' || value === null || chance.chance(0.15)) {
    return chance.pick(JSON_VALUES);
  }
  if (Array.isArray(value)) {
    const at = chance.below(value.length);
    if (value.length === 0 || chance.chance(0.15)) return [...value, value[at] ?? null];
    if (chance.chance(0.15)) return value.toSpliced(at, 1);
    return swapped(value, at, changedJson(value[at], chance));
  }
  const entries = Object.entries(value);
  const at = chance.below(entries.length);
  const [key, member] = entries[at] ?? ['a', null];
  if (chance.chance(0.15)) return Object.fromEntries(entries.toSpliced(at, 1));
  return Object.fromEntries(swapped(entries, at, [key, changedJson(member, chance)]));
}

/** Lines of JSON are changed one at a time, moved or left out. */
const changeJson: Change = (input, chance) => {
  const lines = textOf(input).split('\n');
  const at = chance.below(lines.length);
  if (lines.length > 1 && chance.chance(0.1)) return fromText(lines.toSpliced(at, 1).join('\n'));
  if (lines.length > 1 && chance.chance(0.1)) {
    return fromText([...lines, lines[at] ?? ''].join('\n'));
  }
  const line = jsonOf(fromText(lines[at] ?? ''));
  if (!line) return input;
  const changed = textOf(fromJson(changedJson(line.json, chance)));
  return fromText(swapped(lines, at, changed).join('\n'));
};

function changedObjects(text: string, chance: Seeded, depth = 0): string {
  const { objects } = readRun(text, 'characters');
  const at = chance.below(objects.length);
  const object = objects[at];
  if (!object) return text;
  const write = (list: readonly (typeof object)[]) =>
    list.map(({ id, value }) => writeObject(id, value)).join('');
  if (chance.chance(0.1)) return write(objects.toSpliced(at, 1));
  if (chance.chance(0.1)) {
    const id = String(chance.below(100)).padStart(2, '0');
    return write(swapped(objects, at, { ...object, id }));
  }
  const isTemplate = depth === 0 && /^\d{4}/.test(object.value) && chance.chance(0.7);
  const value = isTemplate
    ? changedObjects(object.value, chance, 1)
    : textOf(chance.pick(BYTE_CHANGES)(fromText(object.value), chance, fromText(object.value)));
  return write(swapped(objects, at, { ...object, value }));
}

/** With lengths and check sum made right again, or nothing behind them would ever be reached. */
const changeEmv: Change = (input, chance) => {
  const text = changedObjects(textOf(input), chance);
  if (!/6304....$/su.test(text)) return fromText(text);
  const checked = text.slice(0, -4);
  return fromText(checked + crc16Text(fromText(checked)));
};

const changeCbor: Change = (input, chance) => {
  const item = decodeCbor(input);
  return (item.ok && tryCbor(item.value, chance, 0)) || input;
};

/** One to a few changes, more often by the input's form than by its bytes. */
export function mutate(form: Form, input: Bytes, chance: Seeded, other: Bytes): Bytes {
  let changed = input;
  for (let count = 1 + chance.below(4); count > 0; count--) {
    const byForm =
      form === 'cbor'
        ? changeCbor
        : form === 'json'
          ? changeJson
          : form === 'emv'
            ? changeEmv
            : undefined;
    const change = byForm && chance.chance(0.6) ? byForm : chance.pick(BYTE_CHANGES);
    changed = change(changed, chance, other);
  }
  return changed.slice(0, INPUT_BYTES_MAX);
}
