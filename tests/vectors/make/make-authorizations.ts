// Owns the vectors of authorizations: how a passkey's answer travels, and what is no approval.

import {
  authorizationToQrText,
  credentialHint,
  decodeAuthorization,
  encodeAuthorization,
} from '#protocol/authorization.ts';
import { type Bytes, concatBytes, toBase64url, toHex, toUtf8 } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import { encodeOrder, paymentId } from '#protocol/order.ts';
import { sha256 } from '#protocol/sha256.ts';
import { mirrored, signEs256 } from './deterministic-es256.ts';
import { fieldsWith, orderToJson, TYPICAL } from './make-orders.ts';
import { bytesFrom, hex, PARTY, PASSKEY, STRANGER } from './test-keys.ts';

export const ORDER_BYTES = encodeOrder(TYPICAL);
const CHALLENGE = toBase64url(paymentId(ORDER_BYTES));
const [ORIGIN = '', SECOND_ORIGIN = ''] = PARTY.origins;
const FILLER =
  ',"other_keys_can_be_added_here":"do not compare clientDataJSON against a template. See https://goo.gl/yabPex"';

export type Ceremony = {
  readonly orderBytes?: Bytes;
  readonly key?: typeof PASSKEY;
  readonly json?: string;
  readonly flags?: number;
  readonly count?: number;
  readonly extensions?: Uint8Array;
  readonly rpId?: string;
  readonly origin?: string;
};

export function clientData(changes: {
  challenge?: string;
  origin?: string;
  type?: string;
  more?: string;
}) {
  const { challenge = CHALLENGE, origin = ORIGIN, type = 'webauthn.get', more = '' } = changes;
  return `{"type":"${type}","challenge":"${challenge}","origin":"${origin}","crossOrigin":false${more}}`;
}

/** What a phone sends, made by an authenticator and a browser of a few lines. */
export function authorize(ceremony: Ceremony = {}): Bytes {
  const { orderBytes = ORDER_BYTES, key = PASSKEY, flags = 0x1d, count = 0 } = ceremony;
  const { rpId = PARTY.rpId, origin = ORIGIN, extensions = new Uint8Array(0) } = ceremony;
  const challenge = toBase64url(paymentId(orderBytes));
  const clientDataJson = toUtf8(ceremony.json ?? clientData({ challenge, origin }));
  const counter = Uint8Array.of(count >>> 24, count >>> 16, count >>> 8, count);
  const authenticatorData = concatBytes(
    sha256(toUtf8(rpId)),
    Uint8Array.of(flags),
    counter,
    extensions,
  );
  const signed = concatBytes(authenticatorData, sha256(clientDataJson));
  const signature = signEs256(key.secret, signed);
  return encodeAuthorization(
    orderBytes,
    key.credentialId,
    { authenticatorData, clientDataJson, signature },
    { rpId: PARTY.rpId, origin },
  );
}

function itemsOf(bytes: Uint8Array): Cbor[] {
  const read = decodeCbor(bytes);
  return [...((read.ok ? read.value : []) as readonly Cbor[])];
}

/** A good authorization with one item replaced. */
function withItem(index: number, item: Cbor, ceremony: Ceremony = {}): Bytes {
  const items = itemsOf(authorize(ceremony));
  items[index] = item;
  return encodeCbor(items);
}

const SIGNATURE = itemsOf(authorize())[4] as Uint8Array;
const PLAIN_DATA = concatBytes(sha256(toUtf8(PARTY.rpId)), hex('1d00000000'));
const ALPHABETICAL = `{"challenge":"${CHALLENGE}","crossOrigin":false,"origin":"${ORIGIN}","type":"webauthn.get"}`;
const LEVEL_1 = `{"type":"webauthn.get","challenge":"${CHALLENGE}","origin":"${ORIGIN}"}`;

const VALID: readonly (readonly [string, string, Bytes])[] = [
  ['template-0', 'client data as WebAuthn Level 3 has it', authorize()],
  ['template-1', 'with Chrome’s filler', authorize({ json: clientData({ more: FILLER }) })],
  ['template-2', 'in the order of the alphabet', authorize({ json: ALPHABETICAL })],
  ['template-3', 'without crossOrigin, as Level 1 had it', authorize({ json: LEVEL_1 })],
  ['second-origin', 'made on the other origin', authorize({ origin: SECOND_ORIGIN })],
  [
    'raw-client-data',
    'with a member nobody knows, so raw',
    authorize({ json: clientData({ more: ',"extraData":"x"' }) }),
  ],
  [
    'raw-escaped',
    'with an escape in a name, so raw',
    authorize({ json: clientData({}).replace('"type"', '"\\u0074ype"') }),
  ],
  [
    'raw-extensions',
    'with extension data, so raw',
    authorize({ flags: 0x9d, extensions: hex('a0') }),
  ],
  [
    'device-bound',
    'of a passkey that stays on its device and counts',
    authorize({ flags: 0x05, count: 0xfffffffe }),
  ],
  [
    'mirrored',
    'the first one’s other signature: the same payment',
    withItem(4, mirrored(SIGNATURE)),
  ],
  [
    'raw-though-template',
    'client data raw that a template would rebuild: the same payment',
    withItem(3, toUtf8(clientData({}))),
  ],
  [
    'raw-though-small',
    'authenticator data raw that is plain: the same payment',
    withItem(2, PLAIN_DATA),
  ],
];

const UNREADABLE: readonly (readonly [string, string, Bytes, string])[] = [
  ['order-text', 'an order in text', withItem(0, 'order'), 'bytes_malformed'],
  [
    'order-unsorted',
    'an order in another form',
    withItem(0, hex('a1180101')),
    'bytes_not_canonical',
  ],
  [
    'order-version-2',
    'an order of version 2',
    withItem(0, fieldsWith(TYPICAL, { 1: 2 })),
    'version_unknown',
  ],
  ['order-too-long', 'an order of 385 bytes', withItem(0, new Uint8Array(385)), 'bytes_too_long'],
  ['hint-7', 'a credential hint of 7 bytes', withItem(1, bytesFrom('', 7)), 'bytes_malformed'],
  [
    'authenticator-36',
    'authenticator data of 36 bytes',
    withItem(2, new Uint8Array(36)),
    'bytes_malformed',
  ],
  ['flags-256', 'flags beyond a byte', withItem(2, [256, 0]), 'bytes_malformed'],
  ['count-2^32', 'a count beyond four bytes', withItem(2, [5, 0x100000000]), 'bytes_malformed'],
  ['template-4', 'a template that does not exist', withItem(3, 4), 'bytes_malformed'],
  [
    'client-data-1025',
    'client data of 1025 bytes',
    withItem(3, new Uint8Array(1025).fill(0x20)),
    'bytes_malformed',
  ],
  ['client-data-text', 'client data in text', withItem(3, clientData({})), 'bytes_malformed'],
  ['signature-der', 'a signature of 70 bytes', withItem(4, new Uint8Array(70)), 'bytes_malformed'],
  ['six-items', 'a sixth item', withItem(5, null), 'bytes_malformed'],
  ['four-items', 'four items', encodeCbor(itemsOf(authorize()).slice(0, 4)), 'bytes_malformed'],
  ['order-alone', 'an order alone', ORDER_BYTES, 'bytes_malformed'],
  [
    'long-size',
    'the array’s size in two bytes',
    concatBytes(hex('9805'), authorize().subarray(1)),
    'bytes_not_canonical',
  ],
  [
    'indefinite',
    'an array without a size',
    concatBytes(hex('9f'), authorize().subarray(1), hex('ff')),
    'bytes_not_canonical',
  ],
  ['cut', 'its last byte lost', authorize().slice(0, -1), 'bytes_malformed'],
  ['too-long', '2049 bytes', new Uint8Array(2049), 'bytes_too_long'],
];

const OTHER_CHALLENGE = toBase64url(bytesFrom('another challenge', 32));

const NO_APPROVAL: readonly (readonly [string, string, Bytes, string])[] = [
  [
    'type-create',
    'an enrolment, not an approval',
    authorize({ json: clientData({ type: 'webauthn.create' }) }),
    'assertion_type',
  ],
  [
    'type-payment',
    'Secure Payment Confirmation',
    authorize({ json: clientData({ type: 'payment.get' }) }),
    'assertion_type',
  ],
  [
    'other-challenge',
    'of another payment',
    authorize({ json: clientData({ challenge: OTHER_CHALLENGE }) }),
    'assertion_challenge',
  ],
  [
    'padded-challenge',
    'a challenge with padding',
    authorize({ json: clientData({ challenge: `${CHALLENGE}=` }) }),
    'assertion_challenge',
  ],
  [
    'other-origin',
    'made on another site, sent raw',
    authorize({ json: clientData({ origin: 'https://wallet.example.evil', more: ',"x":1' }) }),
    'assertion_origin',
  ],
  [
    'http-origin',
    'made without TLS, sent raw',
    authorize({ json: clientData({ origin: 'http://wallet.example', more: ',"x":1' }) }),
    'assertion_origin',
  ],
  [
    'other-origin-template',
    'made on another site, sent as a template: no candidate verifies',
    authorize({ origin: 'https://evil.example' }),
    'assertion_signature',
  ],
  [
    'cross-origin',
    'made in a frame',
    authorize({ json: clientData({}).replace('false', 'true') }),
    'assertion_cross_origin',
  ],
  [
    'cross-origin-null',
    'crossOrigin null',
    authorize({ json: clientData({}).replace('false', 'null') }),
    'assertion_cross_origin',
  ],
  [
    'top-origin',
    'with a topOrigin, which only a frame has',
    authorize({ json: clientData({ more: ',"topOrigin":"https://evil.example"' }) }),
    'assertion_cross_origin',
  ],
  [
    'member-twice',
    'with its type twice',
    authorize({ json: clientData({}).replace('{', '{"type":"webauthn.create",') }),
    'bytes_malformed',
  ],
  [
    'member-twice-escaped',
    'with its type twice, once escaped',
    authorize({ json: clientData({}).replace('{', '{"\\u0074ype":"webauthn.create",') }),
    'bytes_malformed',
  ],
  ['no-json', 'client data that is no JSON', authorize({ json: '{' }), 'bytes_malformed'],
  ['json-array', 'client data that is an array', authorize({ json: '[]' }), 'assertion_type'],
  [
    'other-rp',
    'for another relying party',
    authorize({ rpId: 'evil.example' }),
    'assertion_relying_party',
  ],
  ['not-present', 'nobody present', authorize({ flags: 0x04 }), 'assertion_user_presence'],
  ['not-verified', 'nobody verified', authorize({ flags: 0x01 }), 'assertion_user_verification'],
  [
    'backup-flags',
    'backed up, though not eligible',
    authorize({ flags: 0x15 }),
    'assertion_backup_flags',
  ],
  [
    'extension-missing',
    'extension data announced, not there',
    authorize({ flags: 0x9d }),
    'bytes_malformed',
  ],
  [
    'extension-unannounced',
    'a byte that no flag announces',
    authorize({ extensions: hex('a0') }),
    'bytes_malformed',
  ],
  [
    'signature-bit',
    'one bit of the signature changed',
    withItem(4, concatBytes(SIGNATURE.subarray(0, 63), Uint8Array.of((SIGNATURE[63] ?? 0) ^ 1))),
    'assertion_signature',
  ],
  [
    'signature-zero',
    'a signature of zeros',
    withItem(4, new Uint8Array(64)),
    'assertion_signature',
  ],
  [
    'other-passkey',
    'signed by a stranger’s passkey under the payer’s hint',
    withItem(1, credentialHint(PASSKEY.credentialId), { key: STRANGER }),
    'assertion_signature',
  ],
  [
    'amount-changed',
    'the amount changed after the approval, client data rebuilt',
    withItem(0, encodeOrder({ ...TYPICAL, amountMinor: 1n })),
    'assertion_signature',
  ],
  [
    'amount-changed-raw',
    'the same with client data raw',
    withItem(0, encodeOrder({ ...TYPICAL, amountMinor: 1n }), {
      json: clientData({ more: ',"x":1' }),
    }),
    'assertion_challenge',
  ],
];

export function makeAuthorizations(): unknown {
  return {
    about:
      'Authorizations, judged for relyingParty and the passkey "payer" of keys.json. bytes are hexadecimal. A code other than assertion_* may come from reading the bytes or from reading what they carry.',
    entries: [
      ...VALID.map(([id, description, bytes]) => {
        const read = decodeAuthorization(bytes);
        if (!read.ok) throw new Error(`${id}: ${read.refusal.code}`);
        const { order, authenticator, clientData: data, signature } = read.value;
        const isRaw = authenticator instanceof Uint8Array;
        return {
          id,
          description,
          valid: true,
          bytes: toHex(bytes),
          qrText: authorizationToQrText(bytes),
          paymentId: toHex(read.value.id),
          order: orderToJson(order),
          credentialHint: toHex(read.value.credentialHint),
          authenticator: isRaw ? toHex(authenticator) : authenticator,
          clientData: typeof data === 'number' ? data : toHex(data),
          signature: toHex(signature),
        };
      }),
      ...[...UNREADABLE, ...NO_APPROVAL].map(([id, description, bytes, code]) => ({
        id,
        description,
        valid: false,
        code,
        bytes: toHex(bytes),
      })),
    ],
  };
}
