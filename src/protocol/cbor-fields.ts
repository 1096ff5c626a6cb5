/**
 * Owns reading the fields of a decoded CBOR map, each of its one shape or absent. Byte strings are not
 * copied again: the decoder has made them.
 */
import type { Bytes } from './bytes.ts';
import type { Cbor } from './cbor.ts';

/** Of a map with small integer keys, as all our objects and COSE headers are. */
export type Fields = ReadonlyMap<number, Cbor>;

export function bytesOf(fields: Fields, key: number, length: number): Bytes | undefined {
  return bytesItem(fields.get(key), length);
}

export function bytesItem(value: Cbor | undefined, length: number): Bytes | undefined {
  return value instanceof Uint8Array && value.length === length ? (value as Bytes) : undefined;
}

export function wholeOf(fields: Fields, key: number, max: bigint): bigint | undefined {
  return wholeItem(fields.get(key), max);
}

export function wholeItem(value: Cbor | undefined, max: bigint): bigint | undefined {
  return typeof value === 'bigint' && value >= 0n && value <= max ? value : undefined;
}

/** As a number; `max` is a safe one. */
export function countOf(fields: Fields, key: number, max: number): number | undefined {
  return countItem(fields.get(key), max);
}

export function countItem(value: Cbor | undefined, max: number): number | undefined {
  const whole = wholeItem(value, BigInt(max));
  return whole === undefined ? undefined : Number(whole);
}
