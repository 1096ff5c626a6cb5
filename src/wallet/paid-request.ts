/** Owns recognising that a request for one sale was paid. */
import type { StatementEntry } from '#protocol/wire.ts';
import type { TakenCounterfoil } from './offline-records.ts';
import type { PaidRequest, ShownRequest } from './records.ts';

type Came = Omit<PaidRequest, 'asAsked'> & { readonly currency: number };

/** The payer decides what they sign, so what came is held against what was asked. */
function paidWith(request: ShownRequest, { currency, ...paid }: Came): ShownRequest {
  const pricedMinor = paid.amountMinor - paid.tipMinor;
  const asAsked = currency === request.currency && pricedMinor >= (request.amountMinor ?? 1n);
  return { ...request, paid: { ...paid, asAsked } };
}

/**
 * The request as this entry leaves it; undefined when the entry does not pay it, or it is paid
 * already: a request for one sale is paid once, and a printed code by nothing.
 */
export function payRequest(request: ShownRequest, entry: StatementEntry): ShownRequest | undefined {
  if (entry.kind !== 'payment' || entry.paymentId === undefined || entry.amountMinor <= 0n) {
    return undefined;
  }
  if (request.printed || entry.requestDigest !== request.digest) return undefined;
  const { paid } = request;
  // A counterfoil's receipt said so first, without the name.
  const isNameless = paid?.paymentId === entry.paymentId && paid.payerName === '';
  if (paid && !(isNameless && entry.counterpartyName !== '')) return undefined;
  return paidWith(request, {
    paymentId: entry.paymentId,
    amountMinor: entry.amountMinor,
    currency: entry.currency,
    tipMinor: entry.tipMinor ?? 0n,
    payerName: entry.counterpartyName,
    atMs: entry.postedAtMs,
  });
}

/** The same by a counterfoil that has its receipt. */
export function payByCounterfoil(
  request: ShownRequest,
  taken: TakenCounterfoil,
): ShownRequest | undefined {
  if (request.printed || request.paid || taken.state !== 'accepted') return undefined;
  if (taken.requestDigest !== request.digest || taken.settledAtMs === undefined) return undefined;
  return paidWith(request, {
    paymentId: taken.id,
    amountMinor: taken.amountMinor,
    currency: taken.currency,
    tipMinor: taken.tipMinor ?? 0n,
    payerName: '',
    atMs: taken.settledAtMs,
  });
}
