// Allowances and counterfoils for tests: one typical, and any that may exist. Owns no rule.
import { createECDH } from 'node:crypto';
import fc from 'fast-check';
import { type Allowance, allowanceSignedBytes, type SignedAllowance } from '#protocol/allowance.ts';
import { encodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, concatBytes, toBase64url, toUtf8 } from '#protocol/bytes.ts';
import { encodeCounterfoil } from '#protocol/counterfoil.ts';
import { encodeOrder, type Order, paymentId, WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import { sha256 } from '#protocol/sha256.ts';
import { anyBytes, anyOrder, filled, SAMPLE_ORDER } from './sample-orders.ts';

/** The public point x ‖ y of a secret, by Node's OpenSSL. */
export function pointOf(secret: Uint8Array): Bytes {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(secret);
  return Uint8Array.from(ecdh.getPublicKey().subarray(1));
}

/** Any point of P-256 that has a small secret or a random one; never zero or beyond the order. */
export const anyPoint: fc.Arbitrary<Bytes> = fc
  .oneof(
    anyBytes(31).map((tail) => concatBytes(filled(1, 0x7f), tail)),
    fc.integer({ min: 1, max: 5000 }).map((n) => Uint8Array.of(...filled(30, 0), n >> 8, n & 0xff)),
  )
  .map(pointOf);

export const KEY_ID = toUtf8('key-0001');
export const PARTY = { rpId: 'wallet.example', origin: 'https://wallet.example' };
export const CREDENTIAL = toUtf8('a credential id');

/** 200.00 EUR for ten days, 50.00 a payment, given a day before the sample order. */
export const SAMPLE_ALLOWANCE: Allowance = {
  server: SAMPLE_ORDER.server,
  account: SAMPLE_ORDER.payer,
  device: SAMPLE_ORDER.device,
  id: filled(8, 0xa1),
  credentialHint: sha256(CREDENTIAL).slice(0, 8),
  point: pointOf(filled(32, 0x33)),
  currency: SAMPLE_ORDER.currency,
  totalMinor: 20_000n,
  capMinor: 5_000n,
  countMax: 60,
  firstSeq: 5,
  validFromS: SAMPLE_ORDER.authorizedAtS - 86_400,
  hours: 240,
};

/** Draws on the sample allowance, of which 30.00 were promised before. */
export const COVERED_ORDER: Order = {
  ...SAMPLE_ORDER,
  allowance: SAMPLE_ALLOWANCE.id,
  spentBeforeMinor: 3_000n,
};

/** With a signature that is none, for what is not about signatures. */
export function signedAs(allowance: Allowance, keyId: Bytes = KEY_ID): SignedAllowance {
  const signed = allowanceSignedBytes(allowance, keyId);
  return { allowance, keyId, signed, signature: filled(64, 0x55) };
}

export type Approving = { readonly count?: number; readonly tail?: string };

/** An authorization of the order, by a passkey that signs nothing. */
export function approved(order: Order, { count = 0, tail = '' }: Approving = {}): Bytes {
  const orderBytes = encodeOrder(order);
  const challenge = toBase64url(paymentId(orderBytes));
  const counter = Uint8Array.of(count >>> 24, count >>> 16, count >>> 8, count);
  const json = `{"type":"webauthn.get","challenge":"${challenge}","origin":"${PARTY.origin}","crossOrigin":false${tail}}`;
  const assertion = {
    authenticatorData: concatBytes(sha256(toUtf8(PARTY.rpId)), Uint8Array.of(0x1d), counter),
    clientDataJson: toUtf8(json),
    signature: filled(64, 0x77),
  };
  return encodeAuthorization(orderBytes, CREDENTIAL, assertion, PARTY);
}

export function counterfoilOf(
  order: Order = COVERED_ORDER,
  allowance: Allowance = SAMPLE_ALLOWANCE,
  approving: Approving = {},
): Bytes {
  return encodeCounterfoil(approved(order, approving), signedAs(allowance));
}

const anyLimits = fc
  .tuple(fc.bigInt({ min: 1n, max: WIRE_AMOUNT_MAX }), fc.bigInt({ min: 0n, max: WIRE_AMOUNT_MAX }))
  .map(([totalMinor, cap]) => ({ totalMinor, capMinor: 1n + (cap % totalMinor) }));

/** Any allowance that a server may sign. */
export const anyAllowance: fc.Arbitrary<Allowance> = fc
  .record({
    server: anyBytes(5),
    account: anyBytes(16),
    device: fc.integer({ min: 1, max: 0x7fffffff }),
    id: anyBytes(8),
    credentialHint: anyBytes(8),
    point: anyPoint,
    currency: fc.integer({ min: 0, max: 999 }),
    limits: anyLimits,
    countMax: fc.integer({ min: 1, max: 0xffff }),
    firstSeq: fc.integer({ min: 1, max: 0xffffffff }),
    validFromS: fc.nat(0xffffffff),
    hours: fc.integer({ min: 1, max: 8784 }),
  })
  .map(({ limits, ...rest }) => ({ ...rest, ...limits }));

/** Any order and the allowance that it names, whether or not it keeps to it. */
export const anyCovered: fc.Arbitrary<{ readonly order: Order; readonly allowance: Allowance }> = fc
  .tuple(anyOrder, anyAllowance, fc.bigInt({ min: 0n, max: WIRE_AMOUNT_MAX }), fc.nat(0xffffffff))
  .map(([order, allowance, spentBeforeMinor, before]) => ({
    order: { ...order, allowance: allowance.id, spentBeforeMinor },
    allowance: {
      ...allowance,
      server: order.server,
      account: order.payer,
      device: order.device,
      currency: order.currency,
      credentialHint: SAMPLE_ALLOWANCE.credentialHint,
      firstSeq: order.seq - (before % order.seq),
    },
  }));
