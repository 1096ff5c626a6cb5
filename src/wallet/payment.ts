/** Owns the states of a payment on the payer's phone and the only steps between them. */
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import type { Receipt, Verdict } from '#protocol/receipt.ts';
import { assert, type RefusalCode } from '#protocol/refusals.ts';

export type PaymentState = 'promised' | 'cancelled' | Verdict;

/** One payment as stored: the bytes are the truth, the rest is what a list needs without decoding them. */
export type Payment = {
  /** Payment id, base64url. */
  readonly id: string;
  readonly state: PaymentState;
  readonly authorization: Bytes;
  readonly device: number;
  readonly seq: number;
  /** The text that was scanned. */
  readonly requestText: string;
  /** base64url of the request's digest. */
  readonly requestDigest: string;
  /** The request was made for one sale and may be paid once. */
  readonly once: boolean;
  /** Account ids, base32. */
  readonly payer: string;
  readonly payee: string;
  readonly payeeName: string;
  /** All that the payer pays, tip and fee included. */
  readonly amountMinor: bigint;
  readonly currency: number;
  readonly tipMinor?: bigint;
  readonly feeMinor?: bigint;
  readonly note?: string;
  readonly createdAtMs: number;
  readonly validUntilS: number;
  readonly settledAtMs?: number;
  readonly code?: RefusalCode;
  readonly receipt?: Bytes;
  /** A second receipt with another verdict: the server contradicted itself. The first one stands. */
  readonly contradiction?: Bytes;
};

export type PaymentStep =
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly bytes: Bytes }
  | { readonly kind: 'cancel' };

export function isFinal(state: PaymentState): boolean {
  return state !== 'promised';
}

/** Whether this payment keeps its request from being paid again. */
export function occupiesRequest(payment: Payment): boolean {
  return payment.once && (payment.state === 'promised' || payment.state === 'accepted');
}

/**
 * The state machine. A verified receipt ends a promise, and also overrules a cancellation: if the
 * server settled it after all, the receipt is the truth. The first verdict is final: a second
 * receipt changes nothing, and one with another verdict is kept as evidence against the server.
 */
export function step(payment: Payment, taken: PaymentStep): Payment {
  if (taken.kind === 'cancel') {
    assert(payment.state === 'promised', `cannot cancel what is ${payment.state}`);
    return { ...payment, state: 'cancelled' };
  }
  const { receipt } = taken;
  assert(toBase64url(receipt.paymentId) === payment.id, 'a receipt names its payment');
  if (payment.receipt !== undefined) {
    const agrees = payment.state === receipt.verdict && payment.code === receipt.code;
    return agrees || payment.contradiction ? payment : { ...payment, contradiction: taken.bytes };
  }
  return {
    ...payment,
    state: receipt.verdict,
    settledAtMs: receipt.settledAtS * 1000,
    receipt: taken.bytes,
    ...(receipt.code !== undefined && { code: receipt.code }),
  };
}
