// Payments, receipts and wallets for tests of the engine and its storage, in Node and in browsers. Owns no rule.
import { encodeAuthorization } from '#protocol/authorization.ts';
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
import type { Payment } from '#wallet/payment.ts';
import { promisedPayment } from '#wallet/promised-payment.ts';
import type { WalletState } from '#wallet/records.ts';

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

function bytesOf<T>(bytes: T | null): T {
  if (bytes === null) throw new Error('not an id');
  return bytes;
}

export function receiptBodyOf(payment: Payment, change: Partial<ReceiptBody> = {}): ReceiptBody {
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
  payment: Payment,
  change: Partial<ReceiptBody> = {},
): { receipt: Receipt; bytes: Bytes } {
  const bodies = [encodeReceiptBody(receiptBodyOf(payment, change))];
  const group = { header: protectedHeader(KEY_ID), signature: filled(64, 0x99), bodies };
  const bytes = receiptOfGroup(group, 0);
  const receipt = decodeReceipt(bytes);
  if (!receipt.ok) throw new Error(receipt.refusal.code);
  return { receipt: receipt.value, bytes };
}
