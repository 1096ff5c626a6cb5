// The bytes beneath and around money: CBOR, COSE, WebAuthn, and the bodies of requests and answers.
import {
  checkAssertion,
  checkAuthenticator,
  es256Point,
  signatureFromDer,
} from '#protocol/assertion.ts';
import { type Bytes, concatBytes, fromBase64url, fromUtf8, toUtf8 } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor, splitCborSequence } from '#protocol/cbor.ts';
import { encodeSign1, readSign1, type StatementType } from '#protocol/cose-sign1.ts';
import { decodeNameCertificate, encodeNameCertificate } from '#protocol/name-certificate.ts';
import { compressPoint, decompressPoint } from '#protocol/p256-point.ts';
import {
  BATCH_ITEMS_MAX,
  decodePaymentsAnswer,
  decodeReceiptsAnswer,
  decodeReceiptsQuery,
  encodePaymentsAnswer,
  encodeReceiptsAnswer,
  encodeReceiptsQuery,
} from '#protocol/payments-answer.ts';
import { RECEIPT_IDS_MAX } from '#protocol/routes.ts';
import { accepted, type Decoder, decoder, fromText } from './decoder.ts';
import {
  allowanceSamples,
  assertionSamples,
  exchangeSamples,
  orderSamples,
} from './vector-samples.ts';

const cborOf = (input: Bytes): Cbor | undefined => {
  const item = decodeCbor(input);
  return item.ok ? item.value : undefined;
};

const base64url = (text: string | undefined): Bytes => fromBase64url(text ?? '') ?? fromText('');

/** RFC 3279 §2.2.3, written from its text: two least INTEGERs in a SEQUENCE. */
function derOf(raw: Bytes): Bytes {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map((half) => {
    const start = half.findIndex((byte) => byte !== 0);
    const least = start < 0 ? Uint8Array.of(0) : half.subarray(start);
    const padded = (least[0] ?? 0) >= 0x80 ? concatBytes(Uint8Array.of(0), least) : least;
    return concatBytes(Uint8Array.of(2, padded.length), padded);
  });
  const body = concatBytes(...integers);
  return concatBytes(Uint8Array.of(0x30, body.length), body);
}

const ALLOWANCE_TYPE: StatementType = 'application/counterfoil-allowance+cbor';
const SAMPLE = assertionSamples.find(({ validForPayment }) => validForPayment);
const PARTY = { rpId: SAMPLE?.rpId ?? '', origins: [SAMPLE?.origin ?? ''] };

const structures: readonly Decoder[] = [
  decoder({
    name: 'cbor',
    form: 'cbor',
    samples: [...orderSamples.slice(0, 12), ...exchangeSamples('answer').slice(0, 2)],
    decode: cborOf,
    encode: encodeCbor,
  }),
  decoder({
    name: 'cbor-sequence',
    form: 'cbor',
    samples: exchangeSamples('upload'),
    decode: (input) => {
      const items = splitCborSequence(input, BATCH_ITEMS_MAX);
      return items.ok ? items.value : undefined;
    },
    encode: (items) => concatBytes(...items),
  }),
  decoder({
    name: 'cose-sign1',
    form: 'cbor',
    samples: allowanceSamples.slice(0, 20),
    decode: (input) => {
      const item = cborOf(input);
      return item === undefined ? undefined : (readSign1(ALLOWANCE_TYPE, item) ?? undefined);
    },
    encode: ({ keyId, payload, signature }) =>
      encodeSign1(ALLOWANCE_TYPE, keyId, payload, signature),
  }),
  decoder({
    name: 'utf-8',
    form: 'bytes',
    samples: ['a', 'é', '€', '\u{10ffff}', '\ud7ff\ue000', '\ufeffx'].map(fromText),
    decode: (input) => fromUtf8(input) ?? undefined,
    encode: toUtf8,
  }),
  decoder({
    name: 'name-certificate',
    form: 'bytes',
    samples: [new Uint8Array(67).fill(7), new Uint8Array(66), new Uint8Array(68)],
    decode: (input) => decodeNameCertificate(input) ?? undefined,
    encode: encodeNameCertificate,
  }),
];

const passkeys: readonly Decoder[] = [
  decoder({
    name: 'cose-key',
    form: 'cbor',
    samples: assertionSamples.map(({ publicKeyCose }) => base64url(publicKeyCose)),
    decode: (input) => accepted(es256Point(input)),
  }),
  decoder({
    name: 'der-signature',
    form: 'bytes',
    samples: assertionSamples.map(({ signature }) => base64url(signature)),
    decode: (input) => signatureFromDer(input) ?? undefined,
    encode: derOf,
  }),
  decoder({
    name: 'compressed-point',
    form: 'bytes',
    samples: assertionSamples.flatMap(({ publicKeyCose }) => {
      const point = es256Point(base64url(publicKeyCose));
      return point.ok ? [compressPoint(point.value)] : [];
    }),
    decode: (input) => decompressPoint(input) ?? undefined,
    encode: compressPoint,
  }),
  decoder({
    name: 'client-data',
    form: 'json',
    samples: assertionSamples.map(({ clientDataJSON }) => base64url(clientDataJSON)),
    decode: (input) => {
      const signature = new Uint8Array(64);
      const authenticatorData = base64url(SAMPLE?.authenticatorData);
      const assertion = { authenticatorData, clientDataJson: input, signature };
      return accepted(checkAssertion(assertion, base64url(SAMPLE?.challenge), PARTY));
    },
  }),
  decoder({
    name: 'authenticator-data',
    form: 'bytes',
    samples: assertionSamples.map(({ authenticatorData }) => base64url(authenticatorData)),
    decode: (input) => accepted(checkAuthenticator(input, new Uint8Array(32), PARTY.rpId)),
    encode: (signed) => signed.subarray(0, -32) as Bytes,
  }),
];

const exchanges: readonly Decoder[] = [
  decoder({
    name: 'payments-answer',
    form: 'cbor',
    samples: exchangeSamples('answer'),
    decode: (input) => accepted(decodePaymentsAnswer(input)),
    // Groups are taken apart: every receipt is written alone.
    encode: (answers) => encodePaymentsAnswer([], answers),
    lenient: true,
  }),
  decoder({
    name: 'receipts-query',
    form: 'cbor',
    samples: exchangeSamples('receipts-query'),
    decode: (input) => accepted(decodeReceiptsQuery(input, RECEIPT_IDS_MAX)),
    encode: encodeReceiptsQuery,
  }),
  decoder({
    name: 'receipts-answer',
    form: 'cbor',
    samples: exchangeSamples('receipts-answer'),
    decode: (input) => accepted(decodeReceiptsAnswer(input)),
    encode: encodeReceiptsAnswer,
  }),
];

export const binaryDecoders: readonly Decoder[] = [...structures, ...passkeys, ...exchanges];
