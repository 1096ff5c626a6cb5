/** Owns making the payment that an authorization's bytes are, as a record to be stored. */
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import { accept, type Outcome } from '#protocol/refusals.ts';
import type { Payment } from './payment.ts';

/** What the person saw and the signed bytes do not say. */
export type SeenWords = {
  readonly requestText: string;
  readonly payeeName: string;
  readonly createdAtMs: number;
  readonly cover?: Bytes;
};

/** The promised payment that these signed bytes are. Refusals: those of `decodeAuthorization`. */
export function promisedPayment(authorization: Bytes, seen: SeenWords): Outcome<Payment> {
  const decoded = decodeAuthorization(authorization);
  if (!decoded.ok) return decoded;
  const { id, order } = decoded.value;
  return accept({
    id: toBase64url(id),
    state: 'promised',
    authorization,
    device: order.device,
    seq: order.seq,
    requestDigest: toBase64url(order.requestDigest),
    once: order.once,
    payer: toBase32(order.payer),
    payee: toBase32(order.payee),
    amountMinor: order.amountMinor,
    currency: order.currency,
    validUntilS: order.validUntilS,
    ...seen,
    ...(order.tipMinor !== undefined && { tipMinor: order.tipMinor }),
    ...(order.feeMinor !== undefined && { feeMinor: order.feeMinor }),
    ...(order.note !== undefined && { note: order.note }),
    ...(order.allowance && { allowance: toBase64url(order.allowance) }),
    ...(order.spentBeforeMinor !== undefined && { spentBeforeMinor: order.spentBeforeMinor }),
  });
}
