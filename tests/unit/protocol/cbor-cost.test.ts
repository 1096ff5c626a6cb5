import { describe, expect, test, vi } from 'vitest';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { concatBytes } from '#protocol/bytes.ts';
import { decodeCbor, splitCborSequence } from '#protocol/cbor.ts';

const LENGTH = 128 * 1024;
const ITEMS_MAX = 20;

const Plain = Uint8Array;

/** How often one byte is looked at, by whoever reads through a `Uint8Array` that it makes meanwhile. */
function looksOf(act: () => void): number {
  let looks = 0;
  const watch = (bytes: Uint8Array) =>
    new Proxy(bytes, {
      get(target, key) {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks++;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const make = (_: unknown, parts: unknown[]) => watch(Reflect.construct(Plain, parts));
  vi.stubGlobal('Uint8Array', new Proxy(Plain, { construct: make }));
  try {
    act();
  } finally {
    vi.unstubAllGlobals();
  }
  return looks;
}

const repeat = (length: number, ...pattern: number[]) =>
  Uint8Array.from({ length }, (_, i) => pattern[i % pattern.length] ?? 0);
const times = (count: number, item: Uint8Array) => concatBytes(...Array(count).fill(item));
const four = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const array = (count: number, content: Uint8Array) =>
  concatBytes(Uint8Array.of(0x9a, ...four(count)), content);
const untilBreak = (initial: number, content: Uint8Array) =>
  concatBytes(Uint8Array.of(initial), content, Uint8Array.of(0xff));

const HOSTILE: readonly (readonly [string, Uint8Array])[] = [
  ['very many small items', repeat(LENGTH, 0)],
  ['one array of small items', array(LENGTH - 5, repeat(LENGTH - 5, 0))],
  ['one array of large numbers', array(14_000, repeat(126_000, 0x1b, 1, 1, 1, 1, 1, 1, 1, 1))],
  ['one array of empty arrays', array(LENGTH - 5, repeat(LENGTH - 5, 0x80))],
  ['one map of very many keys', concatBytes(Uint8Array.of(0xba, ...four(65_000)), repeat(130_000))],
  ['an array without an announced end', untilBreak(0x9f, repeat(LENGTH - 2, 0))],
  ['a map without an announced end', untilBreak(0xbf, repeat(LENGTH - 2, 0))],
  ['bytes in very many empty chunks', untilBreak(0x5f, repeat(LENGTH - 2, 0x40))],
  ['text in very many chunks of one letter', untilBreak(0x7f, repeat(LENGTH - 2, 0x61, 0x41))],
  ['arrays in arrays', repeat(LENGTH, 0x81)],
  ['arrays in arrays without end', repeat(LENGTH, 0x9f)],
  ['maps in maps', repeat(LENGTH, 0xa1, 0)],
  ['maps as keys of maps', repeat(LENGTH, 0xa1)],
  ['tags of tags', repeat(LENGTH, 0xc1)],
  ['wide and as deep as may be', repeat(LENGTH, 0x98, 0xff, 0x98, 0xff, 0x98, 0xff, 0x80)],
  ['lengths beyond memory', repeat(LENGTH, 0x9b, 255, 255, 255, 255, 255, 255, 255, 255)],
  ['a string of nearly all memory', concatBytes(Uint8Array.of(0x5b), repeat(LENGTH, 0x7f))],
  ['many arrays of small items', times(200, array(640, repeat(640, 0)))],
  ['many arrays of empty arrays', times(64, array(2040, repeat(2040, 0x80)))],
];

describe('an upload of hostile CBOR', () => {
  // 64 parts for each item that may come, of which an authorization has eight; of each part its head.
  const LOOKS_MAX = ITEMS_MAX * 64 * 20;

  test.each(HOSTILE)('is split at a cost that its length does not raise: %s', (_, bytes) => {
    const looks = looksOf(() => splitCborSequence(bytes, ITEMS_MAX));
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(LOOKS_MAX);
    const split = splitCborSequence(bytes, ITEMS_MAX);
    if (split.ok) {
      expect(split.value.length).toBeLessThanOrEqual(ITEMS_MAX);
      // Nothing is lost and nothing is kept twice: memory is that of the body.
      expect(split.value.reduce((sum, item) => sum + item.length, 0)).toBe(bytes.length);
    }
  });

  test.each(HOSTILE)('is refused item by item, each at a glance: %s', (_, bytes) => {
    const split = splitCborSequence(bytes, ITEMS_MAX);
    for (const item of split.ok ? split.value : []) {
      expect(looksOf(() => decodeAuthorization(item))).toBeLessThan(128);
      expect(decodeAuthorization(item).ok).toBe(false);
    }
  });
});

describe('an item of very many parts', () => {
  const long = array(70_000, repeat(70_000, 0));

  test('is refused where more than so many are not expected, and read where any number is', () => {
    expect(decodeCbor(long)).toMatchObject({ ok: true });
    expect(decodeCbor(long, 70_001)).toMatchObject({ ok: true });
    expect(decodeCbor(long, 70_000)).toEqual({ ok: false, fault: 'malformed' });
  });

  test('leaves alone what stands before it in an upload', () => {
    const good = Uint8Array.of(0x83, 1, 2, 3);
    const split = splitCborSequence(concatBytes(good, good, long, good), 20);
    expect(split.ok && split.value).toEqual([good, good, concatBytes(long, good)]);
  });
});
