// Owns the vectors of allowances: every limit, and what is no allowance of this server.
import { type Allowance, decodeAllowance, validUntilS } from '#protocol/allowance.ts';
import { type Bytes, concatBytes, toHex } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import { compressPoint } from '#protocol/p256-point.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import {
  ALLOWANCE,
  ALLOWANCE_TYPE,
  allowanceBytes,
  payloadWith,
  signedAllowance,
  signedPayload,
} from './allowance-parts.ts';
import { mirrored } from './deterministic-es256.ts';
import {
  bytesFrom,
  hex,
  NEXT_SERVER_KEY,
  OTHER_SERVER,
  SERVER_KEY,
  STRANGER,
  TWIN_SERVER_KEY,
  UNPUBLISHED_KEY,
} from './test-keys.ts';

const MOST = (1n << 63n) - 1n;
/** The prime of P-256, which is no coordinate. */
const P = 'ffffffff00000001000000000000000000000000ffffffffffffffffffffffff';

const typical = allowanceBytes(signedAllowance());
const made = (changes: Partial<Allowance>, key = SERVER_KEY) =>
  allowanceBytes(signedAllowance(changes, key));

const LARGEST: Partial<Allowance> = {
  device: 0x7fffffff,
  currency: 999,
  totalMinor: MOST,
  capMinor: MOST,
  countMax: 0xffff,
  firstSeq: 0xffffffff,
  validFromS: 0xffffffff,
  hours: 8784,
};

function partsOf(bytes: Uint8Array): Cbor[] {
  const read = decodeCbor(bytes);
  return [...((read.ok ? read.value : []) as readonly Cbor[])];
}

/** The typical one with one of its four parts replaced. */
function withPart(index: number, part: Cbor): Bytes {
  const parts = partsOf(typical);
  parts[index] = part;
  return encodeCbor(parts);
}

const SIGNATURE = partsOf(typical)[3] as Uint8Array;
const header = (entries: readonly (readonly [number, Cbor])[]) => encodeCbor(new Map(entries));
const typed = (type: Cbor, more: readonly (readonly [number, Cbor])[] = []) =>
  header([[1, -7], [4, SERVER_KEY.keyId], [16, type], ...more]);

const VALID: readonly (readonly [string, string, Bytes])[] = [
  ['typical', '200.00 EUR for ten days, 50.00 a payment', typical],
  ['next-key', 'signed with the server’s other key', made({}, NEXT_SERVER_KEY)],
  ['twin-key', 'signed with the key whose id begins as the first’s', made({}, TWIN_SERVER_KEY)],
  ['even-point', 'for a passkey with an even y', made({ point: STRANGER.point })],
  [
    'smallest',
    'of one minor unit, for one payment, for an hour',
    made({ totalMinor: 1n, capMinor: 1n, countMax: 1, firstSeq: 1, validFromS: 0, hours: 1 }),
  ],
  ['largest', 'with every field at its largest', made(LARGEST)],
  ['cap-is-total', 'one payment may spend it all', made({ capMinor: ALLOWANCE.totalMinor })],
  ['mirrored', 'the first one’s other signature', withPart(3, mirrored(SIGNATURE))],
];

const BAD_PAYLOADS: readonly (readonly [
  string,
  string,
  Readonly<Record<number, Cbor | undefined>>,
])[] = [
  ['server-4', 'a server id of 4 bytes', { 2: bytesFrom('', 4) }],
  ['account-15', 'an account id of 15 bytes', { 3: bytesFrom('', 15) }],
  ['device-0', 'device 0', { 4: 0 }],
  ['device-2^31', 'device 2^31', { 4: 0x80000000 }],
  ['id-9', 'an id of 9 bytes', { 5: bytesFrom('', 9) }],
  ['hint-7', 'a credential hint of 7 bytes', { 6: bytesFrom('', 7) }],
  ['point-raw', 'a point that is not compressed', { 7: ALLOWANCE.point }],
  [
    'point-4',
    'a point of another form',
    { 7: concatBytes(hex('04'), ALLOWANCE.point.slice(0, 32)) },
  ],
  ['point-beside', 'an x that has no y on the curve', { 7: hex(`02${'00'.repeat(31)}01`) }],
  ['point-p', 'an x that is the prime', { 7: hex(`02${P}`) }],
  ['currency-1000', 'a currency of four digits', { 8: 1000 }],
  ['total-0', 'of nothing', { 9: 0, 10: 0 }],
  ['total-2^63', 'a total of 2^63', { 9: 1n << 63n }],
  ['cap-0', 'a payment may spend nothing', { 10: 0 }],
  ['cap-above', 'a payment may spend more than the total', { 10: 20_001 }],
  ['cap-negative', 'a cap below zero', { 10: -1 }],
  ['count-0', 'for no payment', { 11: 0 }],
  ['count-2^16', 'for 65536 payments', { 11: 0x10000 }],
  ['seq-0', 'from seq 0', { 12: 0 }],
  ['seq-2^32', 'from seq 2^32', { 12: 0x100000000 }],
  ['from-2^32', 'from a time beyond four bytes', { 13: 0x100000000 }],
  ['hours-0', 'for no hour', { 14: 0 }],
  ['hours-8785', 'for more than 366 days', { 14: 8785 }],
  ['hours-text', 'hours in text', { 14: '240' }],
  ['no-cap', 'without a cap', { 10: undefined }],
  ['no-point', 'without a point', { 7: undefined }],
  ['key-15', 'a key that version 1 does not have', { 15: 0 }],
  ['key-15-for-14', 'as many keys, one of them unknown', { 14: undefined, 15: 240 }],
];

const UNREADABLE: readonly (readonly [string, string, Bytes, RefusalCode])[] = [
  ...BAD_PAYLOADS.map(
    ([id, text, changes]) =>
      [id, text, signedPayload(payloadWith(changes)), 'bytes_malformed'] as const,
  ),
  ['version-2', 'of version 2', signedPayload(payloadWith({ 1: 2 })), 'version_unknown'],
  ['payload-array', 'a payload that is an array', signedPayload(hex('80')), 'bytes_malformed'],
  [
    'payload-long',
    'a payload in another form',
    signedPayload(concatBytes(hex('b80e'), payloadWith({}).subarray(1))),
    'bytes_malformed',
  ],
  ['payload-null', 'a payload that travels elsewhere', withPart(2, null), 'bytes_malformed'],
  ['signature-63', 'a signature of 63 bytes', withPart(3, SIGNATURE.slice(1)), 'bytes_malformed'],
  [
    'unprotected',
    'a header outside of what is signed',
    withPart(1, new Map([[4, SERVER_KEY.keyId]])),
    'bytes_malformed',
  ],
  ['header-map', 'a header not wrapped in bytes', withPart(0, new Map()), 'bytes_malformed'],
  [
    'header-eddsa',
    'another algorithm',
    withPart(
      0,
      header([
        [1, -8],
        [4, SERVER_KEY.keyId],
        [16, ALLOWANCE_TYPE],
      ]),
    ),
    'bytes_malformed',
  ],
  [
    'header-no-key',
    'no key id',
    withPart(
      0,
      header([
        [1, -7],
        [16, ALLOWANCE_TYPE],
      ]),
    ),
    'bytes_malformed',
  ],
  [
    'header-no-type',
    'no type',
    withPart(
      0,
      header([
        [1, -7],
        [4, SERVER_KEY.keyId],
      ]),
    ),
    'bytes_malformed',
  ],
  [
    'header-more',
    'a header nobody knows',
    withPart(0, typed(ALLOWANCE_TYPE, [[15, 0]])),
    'bytes_malformed',
  ],
  [
    'name-type',
    'the same payload signed as a payee’s name',
    signedPayload(payloadWith({}), 'application/counterfoil-payee-name+cbor'),
    'bytes_malformed',
  ],
  ['tagged', 'a tag before it', concatBytes(hex('d2'), typical), 'bytes_malformed'],
  [
    'three-items',
    'without its signature',
    encodeCbor(partsOf(typical).slice(0, 3)),
    'bytes_malformed',
  ],
  ['cut', 'its last byte lost', typical.slice(0, -1), 'bytes_malformed'],
  ['more', 'a byte too many', concatBytes(typical, hex('00')), 'bytes_malformed'],
  [
    'long-size',
    'the array’s size in two bytes',
    concatBytes(hex('9804'), typical.subarray(1)),
    'bytes_malformed',
  ],
  ['too-long', '513 bytes', new Uint8Array(513), 'bytes_too_long'],
];

const NOT_BELIEVED: readonly (readonly [string, string, Bytes, RefusalCode])[] = [
  ['other-server', 'of another server', made({ server: OTHER_SERVER }), 'wrong_server'],
  [
    'unpublished-key',
    'signed with a key that the server does not publish',
    made({}, UNPUBLISHED_KEY),
    'server_key_unknown',
  ],
  [
    'total-raised',
    'the total raised after the signing',
    withPart(2, payloadWith({ 9: 2_000_000 })),
    'allowance_altered',
  ],
  [
    'other-passkey',
    'given to a stranger’s passkey after the signing',
    withPart(2, payloadWith({ 7: compressPoint(STRANGER.point) })),
    'allowance_altered',
  ],
  [
    'signature-bit',
    'one bit of the signature changed',
    withPart(3, concatBytes(SIGNATURE.subarray(0, 63), Uint8Array.of((SIGNATURE[63] ?? 0) ^ 1))),
    'allowance_altered',
  ],
  ['signature-zero', 'a signature of zeros', withPart(3, new Uint8Array(64)), 'allowance_altered'],
  [
    'other-key-named',
    'signed with one key, naming the other',
    withPart(
      0,
      header([
        [1, -7],
        [4, NEXT_SERVER_KEY.keyId],
        [16, ALLOWANCE_TYPE],
      ]),
    ),
    'allowance_altered',
  ],
];

/** Bytes in hexadecimal, amounts in decimal text. */
export function allowanceToJson(allowance: Allowance): Record<string, unknown> {
  const { totalMinor, capMinor } = allowance;
  const entries = Object.entries(allowance).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? toHex(value) : value,
  ]);
  return {
    ...Object.fromEntries(entries),
    totalMinor: String(totalMinor),
    capMinor: String(capMinor),
  };
}

export function makeAllowances(): unknown {
  return {
    about:
      'Allowances, judged for the server and the serverKeys of keys.json. bytes are hexadecimal, amounts decimal text. signed is what the signature is over.',
    entries: [
      ...VALID.map(([id, description, bytes]) => {
        const read = decodeAllowance(bytes);
        if (!read.ok) throw new Error(`${id}: ${read.refusal.code}`);
        const { allowance, keyId, signed, signature } = read.value;
        return {
          id,
          description,
          valid: true,
          bytes: toHex(bytes),
          allowance: allowanceToJson(allowance),
          validUntilS: validUntilS(allowance),
          keyId: toHex(keyId),
          signed: toHex(signed),
          signature: toHex(signature),
        };
      }),
      ...[...UNREADABLE, ...NOT_BELIEVED].map(([id, description, bytes, code]) => ({
        id,
        description,
        valid: false,
        code,
        bytes: toHex(bytes),
      })),
    ],
  };
}
