/** Owns reading the members of a JSON object, each of its one type, or refusing the whole. */
import { fromBase32, toBase32 } from './base32.ts';
import { type Bytes, fromBase64url } from './bytes.ts';
import { ACCOUNT_ID_LENGTH, WIRE_AMOUNT_MAX } from './order.ts';
import { accept, type Outcome, refuse } from './refusals.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A field is not of its type; only `decodeWith` catches it. */
export class Mismatch extends Error {}

export function record(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Mismatch(what);
  return value as Fields;
}

export function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw new Mismatch(key);
  return value;
}

export function truth(fields: Fields, key: string): boolean {
  const value = fields[key];
  if (typeof value !== 'boolean') throw new Mismatch(key);
  return value;
}

export function whole(fields: Fields, key: string, max = Number.MAX_SAFE_INTEGER): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Mismatch(key);
  if (value < 0 || value > max) throw new Mismatch(key);
  return value;
}

export function currency(fields: Fields): number {
  return whole(fields, 'currency', 999);
}

export function amount(fields: Fields, key: string, leastMinor = -WIRE_AMOUNT_MAX): bigint {
  const value = text(fields, key);
  if (!/^(0|-?[1-9][0-9]{0,18})$/.test(value)) throw new Mismatch(key);
  const minor = BigInt(value);
  if (minor < leastMinor || minor > WIRE_AMOUNT_MAX) throw new Mismatch(key);
  return minor;
}

/** Ids are compared as texts, so each has one text only. */
export function accountId(fields: Fields, key: string): string {
  const value = text(fields, key);
  const id = fromBase32(value, ACCOUNT_ID_LENGTH);
  if (!id || toBase32(id) !== value) throw new Mismatch(key);
  return value;
}

export function list<T>(fields: Fields, key: string, read: (item: Fields) => T): T[] {
  const value = fields[key];
  if (!Array.isArray(value)) throw new Mismatch(key);
  return value.map((item) => read(record(item, key)));
}

export function binary(fields: Fields, key: string, length?: number): Bytes {
  const bytes = fromBase64url(text(fields, key));
  if (!bytes || bytes.length === 0) throw new Mismatch(key);
  if (length !== undefined && bytes.length !== length) throw new Mismatch(key);
  return bytes;
}

/** Bytes that stay text: base64url is strict, so they too have one text only. */
export function binaryText(fields: Fields, key: string, length?: number): string {
  binary(fields, key, length);
  return text(fields, key);
}

export function decodeWith<T>(
  value: unknown,
  what: string,
  read: (fields: Fields) => T,
): Outcome<T> {
  try {
    return accept(read(record(value, what)));
  } catch (error) {
    if (error instanceof Mismatch) return refuse('bytes_malformed', `${what}: ${error.message}`);
    throw error;
  }
}

/** As an order names it, from 1. */
export function deviceNumber(fields: Fields): number {
  const device = whole(fields, 'device', 0x7fffffff);
  if (device === 0) throw new Mismatch('device');
  return device;
}
