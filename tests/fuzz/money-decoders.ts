// What is signed about money, and what carries it: each with what writes it again.
import { decodeAllowance, encodeAllowance } from '#protocol/allowance.ts';
import { type Authorization, decodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, concatBytes } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import { type Counterfoil, decodeCounterfoil } from '#protocol/counterfoil.ts';
import { decodeOrder, encodeOrder } from '#protocol/order.ts';
import { compressPoint } from '#protocol/p256-point.ts';
import { decodeReceipt, encodeReceiptBody } from '#protocol/receipt.ts';
import { decodeReoffer, encodeReoffer } from '#protocol/reoffer.ts';
import { accepted, type Decoder, decoder } from './decoder.ts';
import {
  allowanceSamples,
  authorizationSamples,
  counterfoilSamples,
  exchangeSamples,
  orderSamples,
  receiptSamples,
} from './vector-samples.ts';

function writeAuthorization(authorization: Authorization): Bytes {
  const { order, credentialHint, authenticator, clientData, signature } = authorization;
  return encodeCbor([
    encodeOrder(order),
    credentialHint,
    authenticator instanceof Uint8Array
      ? authenticator
      : [authenticator.flags, authenticator.signCount],
    clientData,
    signature,
  ]);
}

function writeCover({ allowance, authorization, keyHint, signature }: Counterfoil): Bytes {
  return encodeCbor([
    keyHint,
    compressPoint(allowance.point),
    allowance.totalMinor,
    allowance.capMinor,
    allowance.countMax,
    authorization.order.seq - allowance.firstSeq,
    allowance.validFromS,
    allowance.hours,
    signature,
  ]);
}

/** The COSE object of a receipt, behind its body. */
function envelopeOf(receipt: Bytes): Cbor {
  const item = decodeCbor(receipt);
  const [, envelope = null] = item.ok ? (item.value as Cbor[]) : [];
  return envelope;
}

export const moneyDecoders: readonly Decoder[] = [
  decoder({
    name: 'order',
    form: 'cbor',
    samples: orderSamples,
    decode: (input) => accepted(decodeOrder(input)),
    encode: encodeOrder,
  }),
  decoder({
    name: 'authorization',
    form: 'cbor',
    samples: authorizationSamples,
    decode: (input) => accepted(decodeAuthorization(input)),
    encode: writeAuthorization,
  }),
  decoder({
    name: 'allowance',
    form: 'cbor',
    samples: allowanceSamples,
    decode: (input) => accepted(decodeAllowance(input)),
    encode: ({ allowance, keyId, signature }) => encodeAllowance(allowance, keyId, signature),
  }),
  decoder({
    name: 'counterfoil',
    form: 'cbor',
    samples: counterfoilSamples,
    decode: (input) => accepted(decodeCounterfoil(input)),
    encode: (read) => concatBytes(writeAuthorization(read.authorization), writeCover(read)),
  }),
  decoder({
    name: 'receipt',
    form: 'cbor',
    samples: receiptSamples,
    decode: (input) => {
      const receipt = decodeReceipt(input);
      return receipt.ok ? { receipt: receipt.value, envelope: envelopeOf(input) } : undefined;
    },
    // The path is not part of what is read; all else is.
    encode: ({ receipt, envelope }) => encodeCbor([encodeReceiptBody(receipt), envelope]),
  }),
  decoder({
    name: 'reoffer',
    form: 'cbor',
    samples: exchangeSamples('reoffer'),
    decode: (input) => accepted(decodeReoffer(input)),
    encode: encodeReoffer,
  }),
];
