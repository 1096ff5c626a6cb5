/** Owns the order: the canonical bytes of what the payer agrees to, and the payment id made of them. */

import { type Bytes, concatBytes, toUtf8 } from './bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { bytesOf, countOf, type Fields, wholeOf } from './cbor-fields.ts';
import { accept, assert, type Outcome, refuse } from './refusals.ts';
import { sha256 } from './sha256.ts';

export const ORDER_VERSION = 1;
export const ACCOUNT_ID_LENGTH = 16;
export const SERVER_ID_LENGTH = 5;
export const REQUEST_DIGEST_LENGTH = 8;
export const NONCE_LENGTH = 16;
export const ALLOWANCE_ID_LENGTH = 8;
export const PAYMENT_ID_LENGTH = 32;
export const ORDER_BYTES_MAX = 384;
export const NOTE_CHARACTERS_MAX = 40;
/** What the wire can carry: PostgreSQL's bigint. The wallet stops earlier, at 2^53 − 1. */
export const WIRE_AMOUNT_MAX = (1n << 63n) - 1n;

/** Times are whole seconds since 1970-01-01T00:00Z by the payer's clock: a claim, never a proof. */
export type Order = {
  readonly server: Bytes;
  readonly payer: Bytes;
  readonly payee: Bytes;
  /** All that the payer pays, tip and fee included. */
  readonly amountMinor: bigint;
  /** ISO 4217 numeric code. */
  readonly currency: number;
  readonly requestDigest: Bytes;
  /** The request may be paid once only (it was made for this sale). */
  readonly once: boolean;
  readonly nonce: Bytes;
  /** Number of the device within the payer's account, from 1. */
  readonly device: number;
  /** Per device, +1 each, from 1. */
  readonly seq: number;
  readonly authorizedAtS: number;
  readonly validUntilS: number;
  readonly allowance?: Bytes;
  readonly spentBeforeMinor?: bigint;
  readonly note?: string;
  readonly tipMinor?: bigint;
  readonly feeMinor?: bigint;
};

// Small keys for the order; their numbers are wire format and are never given a second meaning.
const KEY = {
  version: 1,
  server: 2,
  payer: 3,
  payee: 4,
  amount: 5,
  currency: 6,
  requestDigest: 7,
  nonce: 8,
  device: 9,
  seq: 10,
  authorizedAt: 11,
  validUntil: 12,
  once: 13,
  allowance: 14,
  spentBefore: 15,
  note: 16,
  tip: 17,
  fee: 18,
} as const;

export const DEVICE_MAX = 0x7fffffff;
export const SEQ_MAX = 0xffffffff;

const KNOWN_KEYS: ReadonlySet<number> = new Set(Object.values(KEY));

/** Throws when a field is not of its shape: an order is built by our own code, so that is a bug. */
export function encodeOrder(order: Order): Bytes {
  const map = new Map<number, Cbor>([
    [KEY.version, ORDER_VERSION],
    [KEY.server, order.server],
    [KEY.payer, order.payer],
    [KEY.payee, order.payee],
    [KEY.amount, order.amountMinor],
    [KEY.currency, order.currency],
    [KEY.requestDigest, order.requestDigest],
    [KEY.nonce, order.nonce],
    [KEY.device, order.device],
    [KEY.seq, order.seq],
    [KEY.authorizedAt, order.authorizedAtS],
    [KEY.validUntil, order.validUntilS],
  ]);
  if (order.once) map.set(KEY.once, true);
  if (order.allowance) map.set(KEY.allowance, order.allowance);
  if (order.spentBeforeMinor !== undefined) map.set(KEY.spentBefore, order.spentBeforeMinor);
  if (order.note) map.set(KEY.note, order.note);
  if (order.tipMinor) map.set(KEY.tip, order.tipMinor);
  if (order.feeMinor) map.set(KEY.fee, order.feeMinor);
  const bytes = encodeCbor(map);
  assert(decodeOrder(bytes).ok, 'an order that we encode is one that we would read');
  return bytes;
}

// Controls (NUL is refused by databases), line ends, and what turns the reading direction of the
// text around it: a note stands beside money on other people's screens.
const UNFIT_FOR_NOTE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;
const BLANKS = /[\s\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;

/** What was typed, as an order can carry it: one line, trimmed, cut to its limit; none if empty. */
export function noteOf(typed: string): string | undefined {
  const note = [...typed.replaceAll(BLANKS, ' ').trim()]
    .slice(0, NOTE_CHARACTERS_MAX)
    .join('')
    .trim();
  return note === '' ? undefined : note;
}

function isNote(value: Cbor | undefined): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    [...value].length <= NOTE_CHARACTERS_MAX &&
    !UNFIT_FOR_NOTE.test(value)
  );
}

function amountOf(fields: Fields, key: number): bigint | undefined {
  return wholeOf(fields, key, WIRE_AMOUNT_MAX);
}

/** An order that is being read. It is never spread: each spread that is added to has a shape of its own. */
type Draft = { -readonly [Field in keyof Order]: Order[Field] };

function readRequired(fields: Fields): Draft | undefined {
  const server = bytesOf(fields, KEY.server, SERVER_ID_LENGTH);
  const payer = bytesOf(fields, KEY.payer, ACCOUNT_ID_LENGTH);
  const payee = bytesOf(fields, KEY.payee, ACCOUNT_ID_LENGTH);
  const amountMinor = amountOf(fields, KEY.amount);
  const currency = countOf(fields, KEY.currency, 999);
  const requestDigest = bytesOf(fields, KEY.requestDigest, REQUEST_DIGEST_LENGTH);
  const nonce = bytesOf(fields, KEY.nonce, NONCE_LENGTH);
  const device = countOf(fields, KEY.device, DEVICE_MAX);
  const seq = countOf(fields, KEY.seq, SEQ_MAX);
  const authorizedAtS = countOf(fields, KEY.authorizedAt, 0xffffffffff);
  const validUntilS = countOf(fields, KEY.validUntil, 0xffffffffff);
  if (!server || !payer || !payee || !requestDigest || !nonce) return undefined;
  if (amountMinor === undefined || currency === undefined) return undefined;
  if (!device || !seq) return undefined;
  if (authorizedAtS === undefined || validUntilS === undefined) return undefined;
  return {
    server,
    payer,
    payee,
    amountMinor,
    currency,
    requestDigest,
    nonce,
    device,
    seq,
    authorizedAtS,
    validUntilS,
    once: fields.get(KEY.once) === true,
  };
}

/** Whether they could be read. A default that is spelled out (once: false, empty note) is refused: one order, one encoding. */
function readOptional(fields: Fields, order: Draft): boolean {
  const once = fields.get(KEY.once);
  const allowance = bytesOf(fields, KEY.allowance, ALLOWANCE_ID_LENGTH);
  const spentBeforeMinor = amountOf(fields, KEY.spentBefore);
  const note = fields.get(KEY.note);
  const tipMinor = amountOf(fields, KEY.tip);
  const feeMinor = amountOf(fields, KEY.fee);
  if (once !== undefined && once !== true) return false;
  if (fields.has(KEY.allowance) && !allowance) return false;
  if (fields.has(KEY.spentBefore) && spentBeforeMinor === undefined) return false;
  if (fields.has(KEY.tip) && !tipMinor) return false;
  if (fields.has(KEY.fee) && !feeMinor) return false;
  if (note !== undefined && !isNote(note)) return false;
  if (allowance) order.allowance = allowance;
  if (spentBeforeMinor !== undefined) order.spentBeforeMinor = spentBeforeMinor;
  if (note) order.note = note;
  if (tipMinor) order.tipMinor = tipMinor;
  if (feeMinor) order.feeMinor = feeMinor;
  return true;
}

/** Refusals: bytes_too_long, bytes_malformed, bytes_not_canonical, version_unknown. */
export function decodeOrder(bytes: Uint8Array): Outcome<Order> {
  if (bytes.length > ORDER_BYTES_MAX) return refuse('bytes_too_long', 'order');
  const item = decodeCbor(bytes);
  if (!item.ok) {
    return refuse(item.fault === 'malformed' ? 'bytes_malformed' : 'bytes_not_canonical', 'order');
  }
  if (!(item.value instanceof Map)) return refuse('bytes_malformed', 'order is not a map');
  const fields: Fields = item.value;
  const version = fields.get(KEY.version);
  if (typeof version !== 'bigint') return refuse('bytes_malformed', 'order has no version');
  if (version !== BigInt(ORDER_VERSION))
    return refuse('version_unknown', `order version ${version}`);
  for (const key of fields.keys()) {
    if (!KNOWN_KEYS.has(key)) return refuse('bytes_malformed', `order key ${key}`);
  }
  const order = readRequired(fields);
  if (!order || !readOptional(fields, order)) {
    return refuse('bytes_malformed', 'a field of the order');
  }
  if (order.validUntilS < order.authorizedAtS) {
    return refuse('bytes_malformed', 'the order ends before it begins');
  }
  if ((order.tipMinor ?? 0n) + (order.feeMinor ?? 0n) > order.amountMinor) {
    return refuse('bytes_malformed', 'tip and fee exceed the amount');
  }
  return accept(order);
}

const PAYMENT_ID_TAG = toUtf8('counterfoil/order/1\n');

/** payment id = SHA-256(tag ‖ order bytes): also the WebAuthn challenge. 32 bytes. */
export function paymentId(orderBytes: Uint8Array): Bytes {
  return sha256(concatBytes(PAYMENT_ID_TAG, orderBytes));
}

/** What binds an order to the request it answers: the first 8 bytes of SHA-256 of its UTF-8 text. */
export function requestDigest(requestText: string): Bytes {
  return sha256(toUtf8(requestText)).slice(0, REQUEST_DIGEST_LENGTH);
}
