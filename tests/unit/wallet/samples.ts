// Payments, receipts and wallets for tests of the engine and its storage, in Node and in browsers. Owns no rule.
import { type Allowance, encodeAllowance } from '#protocol/allowance.ts';
import { credentialHint, encodeAuthorization } from '#protocol/authorization.ts';
import { fromBase32, toBase32 } from '#protocol/base32.ts';
import { type Bytes, fromBase64url, toBase64url, toUtf8 } from '#protocol/bytes.ts';
import { encodeOrder, type Order, paymentId } from '#protocol/order.ts';
import {
  decodeReceipt,
  encodeReceiptBody,
  protectedHeader,
  type Receipt,
  type ReceiptBody,
  receiptOfGroup,
} from '#protocol/receipt.ts';
import type { AccountState, PayeeProfile, ServerIdentity } from '#protocol/wire.ts';
import { grantOf } from '#wallet/keep-allowances.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import type { Payment } from '#wallet/payment.ts';
import { promisedPayment } from '#wallet/promised-payment.ts';
import type { HomeView, WalletState } from '#wallet/records.ts';
import { type TakenWords, takenRecord } from '#wallet/taken-counterfoil.ts';

export const EUR = 978;
export const JPY = 392;
/** A Monday noon; no test reads a real clock. */
export const NOW_MS = 1_800_014_400_000;
export const PARTY = { rpId: 'localhost', origin: 'http://localhost:8080' };

export const filled = (length: number, byte: number): Bytes => new Uint8Array(length).fill(byte);

export const SERVER_ID = filled(5, 0x5e);
export const PAYER_ID = filled(16, 0xaa);
export const PAYEE_ID = filled(16, 0xbb);
export const KEY_ID = toUtf8('key-0001');
export const CREDENTIAL_ID = filled(32, 0xc1);

export function profileOf(account: Bytes, name: string): PayeeProfile {
  return { account: toBase32(account), name, city: 'Lisboa', country: 'PT', category: '5499' };
}

export const ACCOUNT: AccountState = {
  profile: profileOf(PAYER_ID, 'Ana'),
  balances: [
    { currency: EUR, amountMinor: 100_00n, heldMinor: 0n, owedMinor: 0n },
    { currency: JPY, amountMinor: 5_000n, heldMinor: 0n, owedMinor: 0n },
  ],
  version: 1,
  frozen: false,
  sandbox: true,
};

export const WALLET: WalletState = {
  account: ACCOUNT,
  accountReadAtMs: NOW_MS,
  device: 1,
  credentialId: toBase64url(CREDENTIAL_ID),
  canPayOffline: true,
  lastSeq: 0,
};

/** Of a wallet on which nothing has happened yet. */
export const HOME: HomeView = {
  wallet: WALLET,
  settings: { theme: 'system' },
  recent: [],
  waiting: [],
  purses: [],
  taken: [],
  promisedMinor: new Map(),
  coveredMinor: new Map(),
  damaged: 0,
};

export const IDENTITY: ServerIdentity = {
  server: SERVER_ID,
  epoch: 1,
  rpId: PARTY.rpId,
  origins: [PARTY.origin],
  keys: [{ keyId: KEY_ID, point: filled(64, 0x01), active: true }],
  nowMs: NOW_MS,
};

/** Counts instead of chance, so that a test's bytes are always the same. */
function counted(length: number, n: number): Bytes {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(length - 4, n);
  return bytes;
}

export function sampleOrder(seq: number, change: Partial<Order> = {}): Order {
  return {
    server: SERVER_ID,
    payer: PAYER_ID,
    payee: PAYEE_ID,
    amountMinor: 1250n,
    currency: EUR,
    requestDigest: counted(8, seq),
    once: true,
    nonce: counted(16, seq),
    device: 1,
    seq,
    authorizedAtS: NOW_MS / 1000,
    validUntilS: NOW_MS / 1000 + 7 * 86_400,
    ...change,
  };
}

/** An authorization with a signature that is none, for what is not about the payer's signature. */
export function sampleAuthorization(order: Order): Bytes {
  const orderBytes = encodeOrder(order);
  const challenge = toBase64url(paymentId(orderBytes));
  const clientDataJson = toUtf8(
    `{"type":"webauthn.get","challenge":"${challenge}","origin":"${PARTY.origin}","crossOrigin":false}`,
  );
  const assertion = {
    authenticatorData: filled(37, 0x1d),
    clientDataJson,
    signature: filled(64, order.seq % 256),
  };
  return encodeAuthorization(orderBytes, CREDENTIAL_ID, assertion, PARTY);
}

/** What a device with this seq promises; `change` bends the order. */
export function samplePayment(seq: number, change: Partial<Order> = {}): Payment {
  const payment = promisedPayment(sampleAuthorization(sampleOrder(seq, change)), {
    requestText: `request ${seq}`,
    payeeName: 'Café Bento',
    createdAtMs: NOW_MS + seq,
  });
  if (!payment.ok) throw new Error(payment.refusal.code);
  return payment.value;
}

/** The generator of P-256 (FIPS 186-4 D.1.2.3): a point for keys that sign nothing. */
const GENERATOR = Uint8Array.from(
  (
    '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
    '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5'
  ).match(/../g) ?? [],
  (pair) => Number.parseInt(pair, 16),
);

/** 50 EUR for the sample wallet's device, 20 at most at once, for ten days from `NOW_MS`. */
export function sampleAllowance(change: Partial<Allowance> = {}): Allowance {
  return {
    server: SERVER_ID,
    account: PAYER_ID,
    device: 1,
    id: filled(8, 0xa1),
    credentialHint: credentialHint(CREDENTIAL_ID),
    point: GENERATOR,
    currency: EUR,
    totalMinor: 50_00n,
    capMinor: 20_00n,
    countMax: 60,
    firstSeq: 1,
    validFromS: NOW_MS / 1000,
    hours: 240,
    ...change,
  };
}

/** An allowance with a signature that is none, as it would come from the server. */
export function sampleGrant(change: Partial<Allowance> = {}) {
  const allowance = sampleAllowance(change);
  const bytes = encodeAllowance(allowance, KEY_ID, filled(64, 0x51));
  return grantOf(allowance, { allowance: bytes, countSoft: 30 });
}

/** A payment that draws on the sample allowance. */
export function coveredPayment(
  seq: number,
  spentBeforeMinor: bigint,
  change: Partial<Order> = {},
): Payment {
  return samplePayment(seq, { allowance: filled(8, 0xa1), spentBeforeMinor, ...change });
}

/** A counterfoil as taken from another payer's phone, for the sample wallet. */
export function sampleTaken(
  seq: number,
  change: Partial<Order> = {},
  words: Partial<TakenWords> = {},
): TakenCounterfoil {
  const order = sampleOrder(seq, { payer: PAYEE_ID, payee: PAYER_ID, device: 7, ...change });
  const taken = takenRecord(sampleAuthorization(order), {
    takenAtMs: NOW_MS + seq,
    guaranteed: true,
    allowance: toBase64url(filled(8, 0xa7)),
    ...words,
  });
  if (!taken.ok) throw new Error(taken.refusal.code);
  return taken.value;
}

function bytesOf<T>(bytes: T | null): T {
  if (bytes === null) throw new Error('not an id');
  return bytes;
}

/** What a receipt repeats of a payment or a counterfoil. */
type Settleable = Pick<Payment, 'id' | 'seq' | 'amountMinor' | 'currency' | 'payer' | 'payee'>;

export function receiptBodyOf(payment: Settleable, change: Partial<ReceiptBody> = {}): ReceiptBody {
  const code = change.verdict === 'refused' ? { code: 'insufficient_funds' as const } : {};
  const expired = change.verdict === 'expired' ? { code: 'payment_expired' as const } : {};
  return {
    server: SERVER_ID,
    paymentId: bytesOf(fromBase64url(payment.id)),
    verdict: 'accepted',
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    payer: bytesOf(fromBase32(payment.payer, 16)),
    payee: bytesOf(fromBase32(payment.payee, 16)),
    settledAtS: NOW_MS / 1000 + 60,
    epoch: 1,
    ...(change.verdict === undefined || change.verdict === 'accepted'
      ? { transfer: BigInt(payment.seq) }
      : {}),
    ...code,
    ...expired,
    ...change,
  };
}

/** A receipt as read from bytes, with a signature that is none. */
export function sampleReceipt(
  payment: Settleable,
  change: Partial<ReceiptBody> = {},
): { receipt: Receipt; bytes: Bytes } {
  const bodies = [encodeReceiptBody(receiptBodyOf(payment, change))];
  const group = { header: protectedHeader(KEY_ID), signature: filled(64, 0x99), bodies };
  const bytes = receiptOfGroup(group, 0);
  const receipt = decodeReceipt(bytes);
  if (!receipt.ok) throw new Error(receipt.refusal.code);
  return { receipt: receipt.value, bytes };
}
