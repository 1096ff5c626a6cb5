// Orders for tests: one typical, and any that may exist. Owns no rule.
import fc from 'fast-check';
import type { Bytes } from '#protocol/bytes.ts';
import {
  ACCOUNT_ID_LENGTH,
  ALLOWANCE_ID_LENGTH,
  NONCE_LENGTH,
  NOTE_CHARACTERS_MAX,
  noteOf,
  type Order,
  REQUEST_DIGEST_LENGTH,
  SERVER_ID_LENGTH,
  WIRE_AMOUNT_MAX,
} from '#protocol/order.ts';

export function filled(length: number, byte: number): Bytes {
  return new Uint8Array(length).fill(byte);
}

export function hex(text: string): Bytes {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

export function anyBytes(length: number): fc.Arbitrary<Bytes> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => bytes.slice());
}

/** 12.50 EUR for one sale, approved on the first of January 2026 and valid for a week. */
export const SAMPLE_ORDER: Order = {
  server: filled(SERVER_ID_LENGTH, 0x5e),
  payer: filled(ACCOUNT_ID_LENGTH, 0xaa),
  payee: filled(ACCOUNT_ID_LENGTH, 0xbb),
  amountMinor: 1250n,
  currency: 978,
  requestDigest: filled(REQUEST_DIGEST_LENGTH, 0xdd),
  once: true,
  nonce: filled(NONCE_LENGTH, 0x11),
  device: 1,
  seq: 7,
  authorizedAtS: 1_767_225_600,
  validUntilS: 1_767_225_600 + 7 * 86_400,
};

const anyAmount = fc.oneof(
  fc.bigInt({ min: 0n, max: WIRE_AMOUNT_MAX }),
  fc.constantFrom(0n, 1n, 23n, 24n, (1n << 53n) - 1n, 1n << 53n, WIRE_AMOUNT_MAX),
);

const anyNote = fc
  .string({ unit: 'binary', minLength: 1, maxLength: NOTE_CHARACTERS_MAX + 5 })
  .map(noteOf);

const anySurcharges = fc.tuple(anyAmount, anyAmount, anyAmount).map(([tip, fee, rest]) => {
  const fits = tip + fee + rest <= WIRE_AMOUNT_MAX;
  return fits ? { amount: tip + fee + rest, tip, fee } : { amount: rest, tip: 0n, fee: 0n };
});

const anyTimes = fc
  .tuple(fc.nat(0xffffffff), fc.nat(0xffffffff))
  .map(([from, length]) => ({ authorizedAtS: from, validUntilS: from + length }));

/** Any order that our own code may encode. */
export const anyOrder: fc.Arbitrary<Order> = fc
  .record({
    server: anyBytes(SERVER_ID_LENGTH),
    payer: anyBytes(ACCOUNT_ID_LENGTH),
    payee: anyBytes(ACCOUNT_ID_LENGTH),
    currency: fc.integer({ min: 0, max: 999 }),
    requestDigest: anyBytes(REQUEST_DIGEST_LENGTH),
    once: fc.boolean(),
    nonce: anyBytes(NONCE_LENGTH),
    device: fc.integer({ min: 1, max: 0x7fffffff }),
    seq: fc.integer({ min: 1, max: 0xffffffff }),
    times: anyTimes,
    surcharges: anySurcharges,
    allowance: fc.option(anyBytes(ALLOWANCE_ID_LENGTH), { nil: undefined }),
    spentBeforeMinor: fc.option(anyAmount, { nil: undefined }),
    note: fc.option(anyNote, { nil: undefined }),
  })
  .map(({ times, surcharges, allowance, spentBeforeMinor, note, ...rest }) => ({
    ...rest,
    ...times,
    amountMinor: surcharges.amount,
    ...(surcharges.tip > 0n && { tipMinor: surcharges.tip }),
    ...(surcharges.fee > 0n && { feeMinor: surcharges.fee }),
    ...(allowance && { allowance }),
    ...(spentBeforeMinor !== undefined && { spentBeforeMinor }),
    ...(note && { note }),
  }));

/** Every way in which one byte of a message goes wrong: each other value, and its loss. */
export function* oneByteOff(bytes: Uint8Array, values = 256): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at++) {
    yield Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
    for (let step = 1; step < values; step++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ step;
      yield changed;
    }
  }
}

/** The same by one bit, where all values of a byte would take too long: each bit turned, each byte lost. */
export function* oneBitOff(bytes: Uint8Array): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at++) {
    yield Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
    for (let bit = 1; bit < 256; bit *= 2) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ bit;
      yield changed;
    }
  }
}
