// Owns the vectors of orders: every field, every limit, and one refused order for each rule.
import { toHex } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import { encodeOrder, type Order, paymentId, requestDigest } from '#protocol/order.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { bytesFrom, hex, PAYEE, PAYER, SERVER } from './test-keys.ts';

export const TYPICAL: Order = {
  server: SERVER,
  payer: PAYER,
  payee: PAYEE,
  amountMinor: 1250n,
  currency: 978,
  requestDigest: requestDigest('a payment request'),
  once: true,
  nonce: bytesFrom('nonce', 16),
  device: 1,
  seq: 7,
  authorizedAtS: 1_767_225_600,
  validUntilS: 1_767_830_400,
};

const MOST = (1n << 63n) - 1n;

const LARGEST: Order = {
  ...TYPICAL,
  amountMinor: MOST,
  currency: 999,
  device: 0x7fffffff,
  seq: 0xffffffff,
  authorizedAtS: 0xffffffffff,
  validUntilS: 0xffffffffff,
  allowance: bytesFrom('allowance', 8),
  spentBeforeMinor: MOST,
  note: '😀'.repeat(40),
  tipMinor: MOST / 2n,
  feeMinor: MOST / 2n,
};

const VALID: readonly (readonly [string, string, Order])[] = [
  ['typical', 'one sale, 12.50 EUR, valid for a week', TYPICAL],
  ['static', 'for a request that may be paid often: once is left out', { ...TYPICAL, once: false }],
  ['note', 'with a note', { ...TYPICAL, note: 'Tomatoes, 2 kg' }],
  ['note-rtl', 'with a note in Hebrew and Arabic', { ...TYPICAL, note: 'עגבניות طماطم' }],
  [
    'note-longest',
    'with a note of 40 characters beyond the BMP',
    { ...TYPICAL, note: '🍅'.repeat(40) },
  ],
  ['tip', 'with a tip within the amount', { ...TYPICAL, tipMinor: 125n }],
  ['fee', 'with a fee within the amount', { ...TYPICAL, feeMinor: 30n }],
  ['all-tip', 'tip and fee may be all of it', { ...TYPICAL, tipMinor: 1000n, feeMinor: 250n }],
  [
    'allowance',
    'against an allowance, nothing spent before (zero is said, not left out)',
    { ...TYPICAL, allowance: bytesFrom('allowance', 8), spentBeforeMinor: 0n },
  ],
  ['amount-zero', 'of zero: readable, and refused by the verdict', { ...TYPICAL, amountMinor: 0n }],
  ['amount-2^53', 'of 2^53, beyond what a double holds', { ...TYPICAL, amountMinor: 1n << 53n }],
  ['amount-2^63-1', 'of 2^63 − 1, the most', { ...TYPICAL, amountMinor: MOST }],
  ['currency-3', 'of a currency whose number is below 100', { ...TYPICAL, currency: 8 }],
  ['own-account', 'to oneself: readable, and refused by the verdict', { ...TYPICAL, payee: PAYER }],
  [
    'moment',
    'valid for the second of its approval',
    { ...TYPICAL, validUntilS: TYPICAL.authorizedAtS },
  ],
  ['largest', 'with every field at its largest', LARGEST],
];

/** An order's map with some fields changed; undefined leaves a field out. */
export function fieldsWith(
  order: Order,
  changes: Readonly<Record<number, Cbor | undefined>>,
): Uint8Array<ArrayBuffer> {
  const read = decodeCbor(encodeOrder(order));
  const fields = new Map((read.ok ? read.value : undefined) as ReadonlyMap<number, Cbor>);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) fields.delete(Number(key));
    else fields.set(Number(key), value);
  }
  return encodeCbor(fields);
}

const MALFORMED: readonly (readonly [
  string,
  string,
  Readonly<Record<number, Cbor | undefined>>,
])[] = [
  ['no-version', 'without a version', { 1: undefined }],
  ['no-payee', 'without a payee', { 4: undefined }],
  ['no-amount', 'without an amount', { 5: undefined }],
  ['server-4', 'a server id of 4 bytes', { 2: bytesFrom('', 4) }],
  ['payer-text', 'a payer in text', { 3: 'payer' }],
  ['payee-17', 'a payee of 17 bytes', { 4: bytesFrom('', 17) }],
  ['amount-negative', 'an amount below zero', { 5: -1 }],
  ['amount-2^63', 'an amount of 2^63', { 5: 1n << 63n }],
  ['amount-text', 'an amount in text', { 5: '1250' }],
  ['currency-1000', 'a currency of four digits', { 6: 1000 }],
  ['digest-9', 'a request digest of 9 bytes', { 7: bytesFrom('', 9) }],
  ['nonce-15', 'a nonce of 15 bytes', { 8: bytesFrom('', 15) }],
  ['device-0', 'device 0', { 9: 0 }],
  ['device-2^31', 'device 2^31', { 9: 0x80000000 }],
  ['seq-0', 'seq 0', { 10: 0 }],
  ['seq-2^32', 'seq 2^32', { 10: 0x100000000 }],
  ['time-2^40', 'a time beyond five bytes', { 12: 0x10000000000 }],
  ['ends-before', 'an end before its beginning', { 12: TYPICAL.authorizedAtS - 1 }],
  ['once-false', 'once: false, which is said by leaving it out', { 13: false }],
  ['once-null', 'once: null', { 13: null }],
  ['allowance-7', 'an allowance of 7 bytes', { 14: bytesFrom('', 7) }],
  ['spent-negative', 'spent before, below zero', { 15: -1 }],
  ['note-empty', 'an empty note, which is said by leaving it out', { 16: '' }],
  ['note-41', 'a note of 41 characters', { 16: 'x'.repeat(41) }],
  ['note-nul', 'a note with NUL', { 16: 'a\u0000b' }],
  ['note-line', 'a note of two lines', { 16: 'a\nb' }],
  ['note-separator', 'a note with U+2028', { 16: 'a\u2028b' }],
  ['note-override', 'a note that turns the reading direction', { 16: 'paid \u202e005' }],
  ['note-isolate', 'a note with a direction isolate', { 16: '\u2067a' }],
  ['tip-0', 'a tip of zero, which is said by leaving it out', { 17: 0 }],
  ['fee-0', 'a fee of zero, which is said by leaving it out', { 18: 0 }],
  ['tip-above', 'a tip above the amount', { 17: 1251 }],
  ['tip-and-fee-above', 'tip and fee above the amount together', { 17: 1000, 18: 251 }],
  ['key-19', 'a key that version 1 does not have', { 19: 0 }],
  ['key-negative', 'a negative key', { [-1]: 0 }],
];

function otherForms(): readonly (readonly [string, string, Uint8Array, RefusalCode])[] {
  const bytes = encodeOrder(TYPICAL);
  const rest = bytes.subarray(1);
  const [head = 0] = bytes;
  const swapped = [head, ...rest.subarray(2), ...rest.subarray(0, 2)];
  return [
    ['version-2', 'of version 2', fieldsWith(TYPICAL, { 1: 2 }), 'version_unknown'],
    ['version-0', 'of version 0', fieldsWith(TYPICAL, { 1: 0 }), 'version_unknown'],
    [
      'version-2-more',
      'of version 2 with keys of its own',
      fieldsWith(TYPICAL, { 1: 2, 99: 'new' }),
      'version_unknown',
    ],
    [
      'long-integer',
      'the version in two bytes',
      Uint8Array.of(head, 1, 0x18, 1, ...rest.subarray(2)),
      'bytes_not_canonical',
    ],
    [
      'long-key',
      'the first key in two bytes',
      Uint8Array.of(head, 0x18, 1, ...rest.subarray(1)),
      'bytes_not_canonical',
    ],
    ['unsorted', 'the version last', Uint8Array.from(swapped), 'bytes_not_canonical'],
    [
      'double-key',
      'the version twice',
      Uint8Array.of(head + 1, 1, 1, ...rest),
      'bytes_not_canonical',
    ],
    [
      'long-size',
      'the map’s size in two bytes',
      Uint8Array.of(0xb8, head & 31, ...rest),
      'bytes_not_canonical',
    ],
    [
      'indefinite',
      'a map without a size',
      Uint8Array.of(0xbf, ...rest, 0xff),
      'bytes_not_canonical',
    ],
    ['float', 'the version as a float', hex('a101f93c00'), 'bytes_malformed'],
    ['tagged', 'a tag before it', Uint8Array.of(0xd9, 0xd9, 0xf7, ...bytes), 'bytes_malformed'],
    ['text-key', 'a text as key', hex('a1616100'), 'bytes_malformed'],
    ['array', 'an array', hex('8101'), 'bytes_malformed'],
    ['empty', 'no bytes', hex(''), 'bytes_malformed'],
    ['cut', 'its last byte lost', bytes.slice(0, -1), 'bytes_malformed'],
    ['more', 'a byte too many', Uint8Array.of(...bytes, 0), 'bytes_malformed'],
    [
      'not-utf8',
      'a note that is not UTF-8',
      hex('a1 10 62c3c3'.replaceAll(' ', '')),
      'bytes_malformed',
    ],
    ['too-long', '385 bytes', new Uint8Array(385).fill(0xa0), 'bytes_too_long'],
  ];
}

/** Bytes in hexadecimal, amounts in decimal text. */
export function orderToJson(order: Order): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(order).map(([name, value]) => [
      name,
      value instanceof Uint8Array
        ? toHex(value)
        : typeof value === 'bigint'
          ? String(value)
          : value,
    ]),
  );
}

export function makeOrders(): unknown {
  const refused = [
    ...MALFORMED.map(([id, text, changes]) => {
      const bytes = fieldsWith(TYPICAL, changes);
      return [id, text, bytes, 'bytes_malformed'] as const;
    }),
    ...otherForms(),
  ];
  return {
    about:
      'Orders. bytes, ids, digests and nonces are hexadecimal, amounts decimal text, times seconds since 1970. paymentId is SHA-256 of "counterfoil/order/1\\n" and the bytes.',
    entries: [
      ...VALID.map(([id, description, order]) => {
        const bytes = encodeOrder(order);
        return {
          id,
          description,
          valid: true,
          bytes: toHex(bytes),
          paymentId: toHex(paymentId(bytes)),
          order: orderToJson(order),
        };
      }),
      ...refused.map(([id, description, bytes, code]) => ({
        id,
        description,
        valid: false,
        code,
        bytes: toHex(bytes),
      })),
    ],
  };
}
