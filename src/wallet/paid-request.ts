/** Owns recognising that a request for one sale was paid. */
import type { StatementEntry } from '#protocol/wire.ts';
import type { ShownRequest } from './records.ts';

/**
 * The request as this entry leaves it; undefined when the entry does not pay it, or it is paid
 * already: a request for one sale is paid once. The payer decides what they sign, so what came is
 * held against what was asked.
 */
export function payRequest(request: ShownRequest, entry: StatementEntry): ShownRequest | undefined {
  if (entry.kind !== 'payment' || entry.paymentId === undefined || entry.amountMinor <= 0n) {
    return undefined;
  }
  if (request.paid || entry.requestDigest !== request.digest) return undefined;
  const tipMinor = entry.tipMinor ?? 0n;
  const asked = request.amountMinor ?? 1n;
  return {
    ...request,
    paid: {
      paymentId: entry.paymentId,
      amountMinor: entry.amountMinor,
      tipMinor,
      payerName: entry.counterpartyName,
      atMs: entry.postedAtMs,
      asAsked: entry.currency === request.currency && entry.amountMinor - tipMinor >= asked,
    },
  };
}
