// Owns the vectors of receipts: every verdict, groups of many sizes, and what is no receipt of this server.
import { type Bytes, concatBytes, toHex } from '#protocol/bytes.ts';
import { type Cbor, encodeCbor } from '#protocol/cbor.ts';
import { leafHash, merkleRoot } from '#protocol/merkle.ts';
import {
  decodeReceipt,
  encodeReceiptBody,
  protectedHeader,
  type ReceiptBody,
  receiptOfGroup,
  receiptToQrText,
} from '#protocol/receipt.ts';
import { isFinalCode, REFUSALS, type RefusalCode } from '#protocol/refusals.ts';
import { mirrored } from './deterministic-es256.ts';
import {
  ACCEPTED,
  alone,
  bodiesOf,
  groupOf,
  proof,
  refusedFor,
  signedBytes,
  signedWith,
  withParts,
} from './receipt-parts.ts';
import {
  bytesFrom,
  hex,
  NEXT_SERVER_KEY,
  OTHER_SERVER,
  SERVER_KEY,
  UNPUBLISHED_KEY,
} from './test-keys.ts';

const MOST = (1n << 63n) - 1n;

const GROUP_3 = groupOf(bodiesOf(3));
const GROUP_20 = groupOf(bodiesOf(20));
const GROUP_256 = groupOf(bodiesOf(256));
const PAIR_OF_3 = merkleRoot(GROUP_3.bodies.slice(0, 2).map(leafHash));
const SIGNATURE = groupOf([encodeReceiptBody(ACCEPTED)]).signature;

const VERDICTS = (Object.keys(REFUSALS) as RefusalCode[]).filter((code) => isFinalCode(code));

const VALID: readonly (readonly [string, string, Bytes])[] = [
  ['accepted', 'accepted, signed alone', alone(ACCEPTED)],
  ['next-key', 'signed with the server’s other key', alone(ACCEPTED, NEXT_SERVER_KEY)],
  ...[0, 1, 2].map(
    (at) => [`group-3-${at}`, `place ${at} of a group of 3`, receiptOfGroup(GROUP_3, at)] as const,
  ),
  ...[0, 7, 16, 19].map(
    (at) =>
      [`group-20-${at}`, `place ${at} of a group of 20`, receiptOfGroup(GROUP_20, at)] as const,
  ),
  ...[0, 255].map(
    (at) =>
      [
        `group-256-${at}`,
        `place ${at} of the largest group`,
        receiptOfGroup(GROUP_256, at),
      ] as const,
  ),
  ...VERDICTS.map(
    (code) => [`verdict-${code}`, `refused for good: ${code}`, alone(refusedFor(code))] as const,
  ),
  [
    'largest',
    'with every field at its largest',
    alone({
      ...ACCEPTED,
      amountMinor: MOST,
      currency: 999,
      settledAtS: 0xffffffffff,
      transfer: MOST,
      epoch: 0xffffffff,
    }),
  ],
  [
    'transfer-0',
    'transfer 0, an amount of zero, epoch 0',
    alone({ ...ACCEPTED, transfer: 0n, amountMinor: 0n, epoch: 0 }),
  ],
  ['mirrored', 'the first one’s other signature', withParts({ signature: mirrored(SIGNATURE) })],
  [
    'other-place',
    'place 2 of 3 said as place 1 of 2: the same path, so the same root. Places are not signed',
    withParts({ unprotected: proof(2, 1, [PAIR_OF_3]) }, receiptOfGroup(GROUP_3, 2)),
  ],
];

const HASH = bytesFrom('hash', 32);
const REFUSED = { 4: 2, 11: undefined };

const header = (entries: readonly (readonly [number, Cbor])[]) => encodeCbor(new Map(entries));

const UNREADABLE: readonly (readonly [string, string, Bytes, string])[] = [
  ['body-key-13', 'a key that version 1 does not have', signedWith({ 13: 0 }), 'bytes_malformed'],
  ['body-version-2', 'a body of version 2', signedWith({ 1: 2 }), 'version_unknown'],
  ['body-verdict-0', 'verdict 0', signedWith({ 4: 0 }), 'bytes_malformed'],
  ['body-verdict-4', 'verdict 4', signedWith({ 4: 4 }), 'bytes_malformed'],
  [
    'body-no-transfer',
    'accepted without a transfer',
    signedWith({ 11: undefined }),
    'bytes_malformed',
  ],
  [
    'body-accepted-code',
    'accepted with a code',
    signedWith({ 5: 'own_account' }),
    'bytes_malformed',
  ],
  ['body-no-code', 'refused without a code', signedWith({ ...REFUSED }), 'bytes_malformed'],
  [
    'body-refused-transfer',
    'refused with a transfer',
    signedWith({ 4: 2, 5: 'own_account' }),
    'bytes_malformed',
  ],
  [
    'body-transient',
    'refused for what is never final',
    signedWith({ ...REFUSED, 5: 'overloaded' }),
    'bytes_malformed',
  ],
  [
    'body-unknown-code',
    'refused for what nobody knows',
    signedWith({ ...REFUSED, 5: 'no_such_code' }),
    'bytes_malformed',
  ],
  [
    'body-refused-expired',
    'refused for having expired',
    signedWith({ ...REFUSED, 5: 'payment_expired' }),
    'bytes_malformed',
  ],
  [
    'body-expired-other',
    'expired for another reason',
    signedWith({ ...REFUSED, 4: 3, 5: 'own_account' }),
    'bytes_malformed',
  ],
  [
    'body-id-31',
    'a payment id of 31 bytes',
    signedWith({ 3: bytesFrom('', 31) }),
    'bytes_malformed',
  ],
  ['body-amount-2^63', 'an amount of 2^63', signedWith({ 6: 1n << 63n }), 'bytes_malformed'],
  ['body-amount-negative', 'an amount below zero', signedWith({ 6: -1 }), 'bytes_malformed'],
  [
    'body-epoch-2^32',
    'an epoch beyond four bytes',
    signedWith({ 12: 0x100000000 }),
    'bytes_malformed',
  ],
  ['body-no-payee', 'without a payee', signedWith({ 9: undefined }), 'bytes_malformed'],
  ['body-array', 'a body that is an array', signedBytes(hex('80')), 'bytes_malformed'],
  ['body-unsorted', 'a body in another form', signedBytes(hex('a1180101')), 'bytes_malformed'],
  ['one-item', 'a body alone', encodeCbor([encodeReceiptBody(ACCEPTED)]), 'bytes_malformed'],
  [
    'payload-attached',
    'the root attached as payload',
    withParts({ payload: HASH }),
    'bytes_malformed',
  ],
  [
    'signature-63',
    'a signature of 63 bytes',
    withParts({ signature: SIGNATURE.slice(1) }),
    'bytes_malformed',
  ],
  [
    'header-map',
    'a header that is not wrapped in bytes',
    withParts({ header: new Map() }),
    'bytes_malformed',
  ],
  [
    'header-eddsa',
    'another algorithm',
    withParts({
      header: header([
        [1, -8],
        [4, SERVER_KEY.keyId],
        [395, 1],
      ]),
    }),
    'bytes_malformed',
  ],
  [
    'header-structure',
    'another kind of tree',
    withParts({
      header: header([
        [1, -7],
        [4, SERVER_KEY.keyId],
        [395, 2],
      ]),
    }),
    'bytes_malformed',
  ],
  [
    'header-no-key',
    'no key id',
    withParts({
      header: header([
        [1, -7],
        [395, 1],
      ]),
    }),
    'bytes_malformed',
  ],
  [
    'header-more',
    'a header nobody knows',
    withParts({
      header: header([
        [1, -7],
        [4, SERVER_KEY.keyId],
        [15, new Map()],
        [395, 1],
      ]),
    }),
    'bytes_malformed',
  ],
  [
    'tagged',
    'a tag before the COSE part',
    concatBytes(hex('8240d2'), hex('84')),
    'bytes_malformed',
  ],
  ['cut', 'its last byte lost', alone(ACCEPTED).slice(0, -1), 'bytes_malformed'],
  ['more', 'a byte too many', concatBytes(alone(ACCEPTED), hex('00')), 'bytes_malformed'],
  [
    'long-size',
    'the array’s size in two bytes',
    concatBytes(hex('9802'), alone(ACCEPTED).subarray(1)),
    'bytes_malformed',
  ],
  ['too-long', '1025 bytes', new Uint8Array(1025), 'bytes_too_long'],
];

const NOT_PROVEN: readonly (readonly [string, string, Bytes, string])[] = [
  ['no-proof', 'without a path', withParts({ unprotected: new Map() }), 'receipt_altered'],
  [
    'two-proofs',
    'with two paths',
    withParts({
      unprotected: new Map([
        [396, new Map([[-1, [encodeCbor([1, 0, []]), encodeCbor([1, 0, []])]]])],
      ]),
    }),
    'receipt_altered',
  ],
  [
    'consistency',
    'with a consistency proof',
    withParts({ unprotected: new Map([[396, new Map([[-2, [encodeCbor([1, 0, []])]]])]]) }),
    'receipt_altered',
  ],
  [
    'place-outside',
    'a place outside its tree',
    withParts({ unprotected: proof(1, 1, []) }),
    'receipt_altered',
  ],
  [
    'tree-257',
    'a tree of 257',
    withParts({ unprotected: proof(257, 0, Array(9).fill(HASH)) }),
    'receipt_altered',
  ],
  [
    'path-short',
    'a path too short for its tree',
    withParts({ unprotected: proof(2, 0, []) }),
    'receipt_altered',
  ],
  [
    'path-long',
    'a path too long for its tree',
    withParts({ unprotected: proof(1, 0, [HASH]) }),
    'receipt_altered',
  ],
  [
    'hash-31',
    'a hash of 31 bytes',
    withParts({ unprotected: proof(2, 0, [HASH.slice(1)]) }),
    'receipt_altered',
  ],
  [
    'other-path',
    'a path of the right length to another root',
    withParts({ unprotected: proof(3, 2, [HASH]) }, receiptOfGroup(GROUP_3, 2)),
    'receipt_altered',
  ],
  [
    'body-of-another',
    'the body of a payment outside the group',
    withParts({ body: encodeReceiptBody({ ...ACCEPTED, paymentId: HASH }) }),
    'receipt_altered',
  ],
  [
    'amount-raised',
    'the amount raised after the signing',
    withParts({ body: encodeReceiptBody({ ...ACCEPTED, amountMinor: 125_000n }) }),
    'receipt_altered',
  ],
  [
    'verdict-turned',
    'refused turned into accepted',
    withParts({ body: encodeReceiptBody(ACCEPTED) }, alone(refusedFor('insufficient_funds'))),
    'receipt_altered',
  ],
  [
    'signature-bit',
    'one bit of the signature changed',
    withParts({
      signature: concatBytes(SIGNATURE.subarray(0, 63), Uint8Array.of((SIGNATURE[63] ?? 0) ^ 1)),
    }),
    'receipt_altered',
  ],
  [
    'other-key-named',
    'signed with one key, naming the other',
    withParts({ header: protectedHeader(NEXT_SERVER_KEY.keyId) }),
    'receipt_altered',
  ],
  [
    'unpublished-key',
    'signed with a key that the server does not publish',
    alone(ACCEPTED, UNPUBLISHED_KEY),
    'receipt_not_this_server',
  ],
  [
    'other-server',
    'of another server',
    alone({ ...ACCEPTED, server: OTHER_SERVER }),
    'receipt_not_this_server',
  ],
];

function bodyToJson(body: ReceiptBody): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      value instanceof Uint8Array
        ? toHex(value)
        : typeof value === 'bigint'
          ? String(value)
          : value,
    ]),
  );
}

export function makeReceipts(): unknown {
  return {
    about:
      'Receipts, judged for the server and the serverKeys of keys.json. bytes are hexadecimal, amounts and transfers decimal text. signed is what the signature is over.',
    entries: [
      ...VALID.map(([id, description, bytes]) => {
        const read = decodeReceipt(bytes);
        if (!read.ok) throw new Error(`${id}: ${read.refusal.code}`);
        const { keyId, signed, signature, ...body } = read.value;
        return {
          id,
          description,
          valid: true,
          bytes: toHex(bytes),
          qrText: receiptToQrText(bytes),
          paymentId: toHex(body.paymentId),
          receipt: bodyToJson(body),
          keyId: toHex(keyId),
          signed: toHex(signed),
          signature: toHex(signature),
        };
      }),
      ...[...UNREADABLE, ...NOT_PROVEN].map(([id, description, bytes, code]) => ({
        id,
        description,
        valid: false,
        code,
        bytes: toHex(bytes),
      })),
    ],
  };
}
