/** Owns making the record of what a payee took: an authorization's bytes, and how it was judged. */
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import { accept, type Outcome } from '#protocol/refusals.ts';
import type { TakenCounterfoil } from './offline-records.ts';

/** What the signed bytes do not say. */
export type TakenWords = Pick<TakenCounterfoil, 'takenAtMs' | 'guaranteed' | 'doubt' | 'allowance'>;

/** Refusals: those of `decodeAuthorization`. */
export function takenRecord(authorization: Bytes, words: TakenWords): Outcome<TakenCounterfoil> {
  const decoded = decodeAuthorization(authorization);
  if (!decoded.ok) return decoded;
  const { id, order } = decoded.value;
  return accept({
    id: toBase64url(id),
    state: 'taken',
    authorization,
    payer: toBase32(order.payer),
    payee: toBase32(order.payee),
    device: order.device,
    seq: order.seq,
    amountMinor: order.amountMinor,
    currency: order.currency,
    requestDigest: toBase64url(order.requestDigest),
    once: order.once,
    validUntilS: order.validUntilS,
    ...words,
    ...(order.tipMinor !== undefined && { tipMinor: order.tipMinor }),
    ...(order.note !== undefined && { note: order.note }),
  });
}
