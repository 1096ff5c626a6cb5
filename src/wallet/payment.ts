/** Owns the states of a payment on the payer's phone and the only steps between them. */
import type { Bytes } from '#protocol/bytes.ts';
import type { Receipt, Verdict } from '#protocol/receipt.ts';
import { assert, type RefusalCode } from '#protocol/refusals.ts';

export type PaymentState = 'promised' | 'cancelled' | Verdict;

/** One payment as stored: the bytes are the truth, the rest is what a list needs without decoding them. */
export type Payment = {
  /** Payment id, base64url. */
  readonly id: string;
  readonly state: PaymentState;
  readonly authorization: Bytes;
  readonly seq: number;
  /** The text that was scanned. */
  readonly requestText: string;
  readonly payee: string;
  readonly payeeName: string;
  readonly amountMinor: bigint;
  readonly currency: number;
  readonly note?: string;
  readonly createdAtMs: number;
  readonly settledAtMs?: number;
  readonly code?: RefusalCode;
  readonly receipt?: Bytes;
};

export type PaymentStep =
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly bytes: Bytes }
  | { readonly kind: 'cancel' };

export function isFinal(state: PaymentState): boolean {
  return state !== 'promised';
}

/**
 * The state machine. A verified receipt ends a promise, and also overrules a cancellation: if the
 * server settled it after all, the receipt is the truth. Verdicts never change: a second receipt
 * with the same verdict changes nothing, another verdict is a bug and throws.
 */
export function step(payment: Payment, taken: PaymentStep): Payment {
  if (taken.kind === 'cancel') {
    assert(payment.state === 'promised', `cannot cancel what is ${payment.state}`);
    return { ...payment, state: 'cancelled' };
  }
  const { receipt } = taken;
  if (payment.receipt !== undefined) {
    assert(payment.state === receipt.verdict, 'a verdict is final');
    return payment;
  }
  return {
    ...payment,
    state: receipt.verdict,
    settledAtMs: receipt.settledAtS * 1000,
    receipt: taken.bytes,
    ...(receipt.code !== undefined && { code: receipt.code }),
  };
}
