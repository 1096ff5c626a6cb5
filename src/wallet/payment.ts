/** Owns the states of a payment on the payer's phone and the only steps between them. */
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import { FIRST_EPOCH } from '#protocol/epoch.ts';
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
  /** base64url id of the allowance that it draws on, and what had been drawn before it. */
  readonly allowance?: string;
  readonly spentBeforeMinor?: bigint;
  /** That allowance as the server signed it: with it the authorization is a counterfoil. Set by `promise`. */
  readonly cover?: Bytes;
  readonly createdAtMs: number;
  readonly validUntilS: number;
  readonly settledAtMs?: number;
  readonly code?: RefusalCode;
  readonly receipt?: Bytes;
  /** In which the server last stood by the verdict, if not in the first: see `isForgotten`. */
  readonly epoch?: number;
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

/** What a receipt leaves in the record of what it ends, a payment or a counterfoil. */
type Ending = Pick<
  Payment,
  'id' | 'receipt' | 'epoch' | 'code' | 'contradiction' | 'settledAtMs'
> & {
  readonly state: string;
};

/**
 * How long a settled payment is brought back, since it was promised: an order's own days, and some sixty
 * for a server to be found broken and restored. Nothing is deleted then, it is only given up.
 */
export const REOFFERED_FOR_MS = 90 * 24 * 60 * 60 * 1000;

/** The server may have been restored, to before this receipt: it has not stood by it in this epoch. */
export function isForgotten(record: Pick<Payment, 'receipt' | 'epoch'>, epoch: number): boolean {
  return record.receipt !== undefined && (record.epoch ?? FIRST_EPOCH) < epoch;
}

/**
 * The first verdict is final: a second receipt changes nothing, and one with another verdict is kept
 * as evidence against the server. Of the same verdict the one of the newer epoch is kept, since that
 * is what the server knows now. `epoch`: in which it was given to this phone, which may be later.
 */
export function withReceipt<T extends Ending>(
  record: T,
  receipt: Receipt,
  bytes: Bytes,
  epoch: number = receipt.epoch,
): T {
  assert(toBase64url(receipt.paymentId) === record.id, 'a receipt names its payment');
  if (record.receipt !== undefined) {
    const isNewer = isForgotten(record, epoch);
    const agrees = record.state === receipt.verdict && record.code === receipt.code;
    if (agrees) return isNewer ? { ...record, receipt: bytes, epoch } : record;
    if (record.contradiction && !isNewer) return record;
    return { ...record, contradiction: record.contradiction ?? bytes, ...(isNewer && { epoch }) };
  }
  return {
    ...record,
    state: receipt.verdict,
    settledAtMs: receipt.settledAtS * 1000,
    receipt: bytes,
    ...(epoch !== FIRST_EPOCH && { epoch }),
    ...(receipt.code !== undefined && { code: receipt.code }),
  };
}

/**
 * The state machine. A verified receipt ends a promise, and also overrules a cancellation: if the
 * server settled it after all, the receipt is the truth.
 */
export function step(payment: Payment, taken: PaymentStep): Payment {
  if (taken.kind === 'cancel') {
    assert(payment.state === 'promised', `cannot cancel what is ${payment.state}`);
    return { ...payment, state: 'cancelled' };
  }
  return withReceipt(payment, taken.receipt, taken.bytes);
}
