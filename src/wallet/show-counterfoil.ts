/** Owns making the counterfoil of a payment, for the payee's phone to check without a network. */
import { coverFault, decodeAllowance } from '#protocol/allowance.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import { encodeCounterfoil } from '#protocol/counterfoil.ts';
import type { Payment } from './payment.ts';

/**
 * Undefined when the payment draws on no allowance: then the bare authorization is all there is to
 * show. Before showing it, mark the payment as seen by others
 * (`OutboxStore.claim`): from then on somebody else may deliver it.
 */
export function counterfoilOf(
  payment: Pick<Payment, 'authorization' | 'cover'>,
): Bytes | undefined {
  const signed = payment.cover && decodeAllowance(payment.cover);
  const authorization = decodeAuthorization(payment.authorization);
  if (!signed?.ok || !authorization.ok) return undefined;
  const { order, credentialHint } = authorization.value;
  const isCovered = coverFault(order, signed.value.allowance) === undefined;
  if (!isCovered || !equalBytes(credentialHint, signed.value.allowance.credentialHint)) {
    return undefined;
  }
  return encodeCounterfoil(payment.authorization, signed.value);
}
