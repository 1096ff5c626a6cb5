/** Owns recognising that a request for one sale was paid. */
import type { StatementEntry } from '#protocol/wire.ts';
import type { TakenCounterfoil } from './offline-records.ts';
import type { PaidRequest, ShownRequest } from './records.ts';

/** What of a request decides whether it is paid as asked. */
export type AskedRequest = Pick<ShownRequest, 'amountMinor' | 'currency' | 'printed' | 'paid'>;

/** A counterfoil with its receipt, as far as it pays a request. */
export type PayingCounterfoil = Pick<
  TakenCounterfoil,
  'id' | 'requestDigest' | 'amountMinor' | 'currency' | 'tipMinor'
> & { readonly settledAtMs: number };

type Came = Omit<PaidRequest, 'asAsked'> & { readonly currency: number };

/**
 * The payer decides what they sign, so what came is held against what was asked. Undefined when it
 * changes nothing: a request is paid once, and what was not as asked gives way to what is.
 */
function paidWith<T extends AskedRequest>(request: T, { currency, ...came }: Came): T | undefined {
  const { paid } = request;
  const pricedMinor = came.amountMinor - came.tipMinor;
  const asAsked = currency === request.currency && pricedMinor >= (request.amountMinor ?? 1n);
  // A counterfoil's receipt said so first, without the name.
  const isNameless = paid?.paymentId === came.paymentId && paid.payerName === '';
  const isNews = !paid || (isNameless && came.payerName !== '') || (asAsked && !paid.asAsked);
  return isNews ? { ...request, paid: { ...came, asAsked } } : undefined;
}

/** The request as this entry leaves it; undefined when the entry does not pay it. A printed code is paid by nothing. */
export function payRequest(request: ShownRequest, entry: StatementEntry): ShownRequest | undefined {
  if (entry.kind !== 'payment' || entry.paymentId === undefined || entry.amountMinor <= 0n) {
    return undefined;
  }
  if (request.printed || entry.requestDigest !== request.digest) return undefined;
  return paidWith(request, {
    paymentId: entry.paymentId,
    amountMinor: entry.amountMinor,
    currency: entry.currency,
    tipMinor: entry.tipMinor ?? 0n,
    payerName: entry.counterpartyName,
    atMs: entry.postedAtMs,
  });
}

/** The same by an accepted counterfoil that names this request. */
export function payByCounterfoil<T extends AskedRequest>(
  request: T,
  taken: PayingCounterfoil,
): T | undefined {
  if (request.printed) return undefined;
  return paidWith(request, {
    paymentId: taken.id,
    amountMinor: taken.amountMinor,
    currency: taken.currency,
    tipMinor: taken.tipMinor ?? 0n,
    payerName: '',
    atMs: taken.settledAtMs,
  });
}
