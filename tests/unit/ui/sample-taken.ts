// Payments that this phone took from a payer's screen, for tests of what is shown of them. Owns no rule.
import type { TakenCounterfoil } from '#wallet/offline-records.ts';

export function takenPayment(
  id: string,
  takenAtMs: number,
  state: TakenCounterfoil['state'] = 'taken',
  extra: Partial<TakenCounterfoil> = {},
): TakenCounterfoil {
  return {
    id,
    state,
    authorization: new Uint8Array(),
    payer: 'PAYER',
    payee: 'PAYEE',
    device: 1,
    seq: takenAtMs,
    amountMinor: 100n,
    currency: 404,
    requestDigest: '',
    once: true,
    takenAtMs,
    validUntilS: 0,
    guaranteed: true,
    ...extra,
  };
}
