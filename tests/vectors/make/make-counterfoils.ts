// Owns the vectors of counterfoils: what a payee without a network may believe, and every reason not to.
import { type Bytes, concatBytes, toHex } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import { counterfoilToQrText, decodeCounterfoil } from '#protocol/counterfoil.ts';
import { type Order, WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { ALLOWANCE, signedAllowance } from './allowance-parts.ts';
import { NOT_BELIEVED } from './counterfoil-doubts.ts';
import {
  ASKED,
  COVERED,
  counterfoilOf,
  coveredOrder,
  coverItems,
  coveredClientData as json,
  type Making,
} from './counterfoil-parts.ts';
import { mirrored } from './deterministic-es256.ts';
import { allowanceToJson } from './make-allowances.ts';
import { authorize } from './make-authorizations.ts';
import { orderToJson } from './make-orders.ts';
import { hex, NEXT_SERVER_KEY, PARTY, TWIN_SERVER_KEY } from './test-keys.ts';

type Case = readonly [string, string, Making];
type Refused = readonly [string, string, Bytes, RefusalCode];

const [, SECOND_ORIGIN = ''] = PARTY.origins;
const APPROVAL = authorize({ orderBytes: coveredOrder() });
const COVER = encodeCbor(coverItems(COVERED.seq, signedAllowance()));
const SIGNATURE = signedAllowance().signature;
const END_S = ALLOWANCE.validFromS + ALLOWANCE.hours * 3600;
const FIRST = ALLOWANCE.firstSeq;

const LARGEST_ORDER: Partial<Order> = {
  amountMinor: WIRE_AMOUNT_MAX / 2n,
  device: 0x7fffffff,
  seq: 0xffffffff,
  spentBeforeMinor: WIRE_AMOUNT_MAX / 2n,
  note: '😀'.repeat(40),
  tipMinor: WIRE_AMOUNT_MAX / 8n,
  feeMinor: WIRE_AMOUNT_MAX / 8n,
};

const FINE: readonly Case[] = [
  ['typical', '12.50 EUR of an allowance of 200.00', {}],
  ['first', 'the first of its allowance', { order: { seq: FIRST, spentBeforeMinor: 0n } }],
  ['last', 'the last that its count allows', { order: { seq: FIRST + ALLOWANCE.countMax - 1 } }],
  ['cap', 'of as much as one payment may be', { order: { amountMinor: ALLOWANCE.capMinor } }],
  ['total', 'of all that is left', { order: { spentBeforeMinor: 20_000n - 1_250n } }],
  ['until-the-end', 'valid as long as its allowance', { order: { validUntilS: END_S } }],
  ['note', 'with a note', { order: { note: 'Tomatoes, 2 kg' } }],
  [
    'tip',
    'with a tip on top of what was asked',
    { order: { amountMinor: 1_400n, tipMinor: 150n } },
  ],
  ['more', 'of more than was asked', { order: { amountMinor: 1_251n } }],
  ['next-key', 'an allowance signed with the server’s other key', { key: NEXT_SERVER_KEY }],
  ['twin-key', 'a key hint that two keys have: both are tried', { key: TWIN_SERVER_KEY }],
  ['second-origin', 'approved on the other origin', { ceremony: { origin: SECOND_ORIGIN } }],
  ['device-bound', 'of a passkey that counts', { ceremony: { flags: 0x05, count: 0xfffffffe } }],
  ['raw-client-data', 'client data raw', { ceremony: { json: json({ more: ',"x":1' }) } }],
  ['raw-extensions', 'extensions, so raw', { ceremony: { flags: 0x9d, extensions: hex('a0') } }],
  ['mirrored', 'the allowance’s other signature', { cover: { 8: mirrored(SIGNATURE) } }],
  [
    'largest',
    'with every field at its largest: more than one QR code of version 17-M holds, so it is shown in parts',
    {
      order: LARGEST_ORDER,
      ceremony: { count: 0xffffffff },
      allowance: {
        device: 0x7fffffff,
        totalMinor: WIRE_AMOUNT_MAX,
        capMinor: WIRE_AMOUNT_MAX,
        countMax: 0xffff,
        firstSeq: 0xffffffff - 0xfffe,
        hours: 8784,
      },
    },
  ],
];

const SEQUENCE: readonly Refused[] = [
  ['no-bytes', 'no bytes', new Uint8Array(0), 'bytes_malformed'],
  ['no-cover', 'an authorization alone', APPROVAL, 'bytes_malformed'],
  ['cover-alone', 'a cover alone', COVER, 'bytes_malformed'],
  ['cover-first', 'the cover first', concatBytes(COVER, APPROVAL), 'bytes_malformed'],
  ['three-items', 'a third item', concatBytes(APPROVAL, COVER, hex('00')), 'bytes_malformed'],
  ['cut', 'its last byte lost', counterfoilOf().slice(0, -1), 'bytes_malformed'],
  [
    'cover-long-size',
    'the cover’s size in two bytes',
    concatBytes(APPROVAL, hex('9809'), COVER.subarray(1)),
    'bytes_malformed',
  ],
  [
    'cover-indefinite',
    'a cover without a size',
    concatBytes(APPROVAL, hex('9f'), COVER.subarray(1), hex('ff')),
    'bytes_malformed',
  ],
  [
    'cover-map',
    'a cover that is a map',
    concatBytes(APPROVAL, encodeCbor(new Map())),
    'bytes_malformed',
  ],
  [
    'cover-8',
    'a cover of eight items',
    concatBytes(APPROVAL, encodeCbor(coverItems(COVERED.seq, signedAllowance()).slice(0, 8))),
    'bytes_malformed',
  ],
  ['cover-10', 'a cover of ten items', counterfoilOf({ cover: { 9: 0 } }), 'bytes_malformed'],
  [
    'uncovered-order',
    'an order that names no allowance',
    counterfoilOf({ order: { allowance: undefined } }),
    'bytes_malformed',
  ],
  [
    'authorization-long-size',
    'an authorization in another form',
    concatBytes(hex('9805'), APPROVAL.subarray(1), COVER),
    'bytes_not_canonical',
  ],
  [
    'order-version-2',
    'an order of version 2',
    concatBytes(withOrder(hex('a10102')), COVER),
    'version_unknown',
  ],
  ['too-long', '2305 bytes', new Uint8Array(2305), 'bytes_too_long'],
];

/** The typical authorization around other order bytes. */
function withOrder(orderBytes: Bytes): Bytes {
  const read = decodeCbor(APPROVAL);
  const items = [...((read.ok ? read.value : []) as readonly Cbor[])];
  return encodeCbor([orderBytes, ...items.slice(1)]);
}

const BAD_COVERS: readonly (readonly [string, string, Readonly<Record<number, Cbor>>])[] = [
  ['hint-256', 'a key hint beyond a byte', { 0: 256 }],
  ['hint-bytes', 'a key hint of bytes', { 0: hex('c2') }],
  ['point-raw', 'a point that is not compressed', { 1: ALLOWANCE.point }],
  ['point-4', 'a point of another form', { 1: hex(`04${'11'.repeat(32)}`) }],
  ['point-beside', 'an x that has no y on the curve', { 1: hex(`02${'00'.repeat(31)}01`) }],
  ['total-0', 'of nothing', { 2: 0, 3: 0 }],
  ['total-2^63', 'a total of 2^63', { 2: 1n << 63n }],
  ['cap-0', 'a payment may spend nothing', { 3: 0 }],
  ['cap-above', 'a payment may spend more than the total', { 3: 20_001 }],
  ['count-0', 'for no payment', { 4: 0 }],
  ['count-2^16', 'for 65536 payments', { 4: 0x10000 }],
  ['place-negative', 'a place before its first', { 5: -1 }],
  ['place-seq', 'a place as high as its seq, so a first seq of 0', { 5: COVERED.seq }],
  ['from-2^32', 'from a time beyond four bytes', { 6: 0x100000000 }],
  ['hours-0', 'for no hour', { 7: 0 }],
  ['hours-8785', 'for more than 366 days', { 7: 8785 }],
  ['signature-63', 'a signature of 63 bytes', { 8: SIGNATURE.slice(1) }],
];

/** The signature is the authorization's last item, so its last byte is the authorization's. */
function bentApproval(): Bytes {
  return concatBytes(APPROVAL.subarray(0, -1), Uint8Array.of((APPROVAL.at(-1) ?? 0) ^ 1), COVER);
}

function refused(): Refused[] {
  return [
    ...SEQUENCE,
    ...BAD_COVERS.map(
      ([id, text, cover]): Refused => [
        `cover-${id}`,
        text,
        counterfoilOf({ cover }),
        'bytes_malformed',
      ],
    ),
    ...NOT_BELIEVED.map(
      ([id, text, code, making]): Refused => [id, text, counterfoilOf(making), code],
    ),
    ['approval-bit', 'one bit of the approval changed', bentApproval(), 'assertion_signature'],
    [
      'amount-changed',
      'the amount changed after the approval',
      concatBytes(withOrder(coveredOrder({ amountMinor: 1_300n })), COVER),
      'assertion_signature',
    ],
  ];
}

export function makeCounterfoils(): unknown {
  return {
    about:
      'Counterfoils, judged without a network and without a clock by the payee of keys.json, who knows its server, relyingParty and serverKeys and asked for what `asked` says, once. bytes are hexadecimal, amounts decimal text.',
    asked: {
      digest: toHex(ASKED.digest),
      currency: ASKED.currency,
      amountMinor: String(ASKED.amountMinor),
    },
    entries: [
      ...FINE.map(([id, description, making]) => {
        const bytes = counterfoilOf(making);
        const read = decodeCounterfoil(bytes);
        if (!read.ok) throw new Error(`${id}: ${read.refusal.code}`);
        const { authorization, authorizationBytes, allowance, keyHint, signature } = read.value;
        const { keyId, signed } = signedAllowance(making.allowance, making.key);
        return {
          id,
          description,
          valid: true,
          bytes: toHex(bytes),
          qrText: counterfoilToQrText(bytes),
          authorization: toHex(authorizationBytes),
          paymentId: toHex(authorization.id),
          order: orderToJson(authorization.order),
          allowance: allowanceToJson(allowance),
          keyHint,
          keyId: toHex(keyId),
          signed: toHex(signed),
          signature: toHex(signature),
        };
      }),
      ...refused().map(([id, description, bytes, code]) => ({
        id,
        description,
        valid: false,
        code,
        bytes: toHex(bytes),
      })),
    ],
  };
}
