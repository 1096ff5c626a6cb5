/** Owns what is said of somebody else's payment: what one that was taken is worth now, and why one was refused. Pure. */
import type { RefusalCode } from '#protocol/refusals.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import { formatMoment, formatMoney } from './text/format.ts';
import type { RefusalText } from './text/refusal-text.ts';
import { refusalText, t } from './text/text.ts';

export type TakenState = 'guaranteed' | 'doubted' | 'received' | 'refused' | 'expired';

/** `received`: paid, by the server's receipt. */
export function takenState({ state, guaranteed }: TakenCounterfoil): TakenState {
  if (state === 'accepted') return 'received';
  if (state !== 'taken') return state;
  return guaranteed ? 'guaranteed' : 'doubted';
}

/** The words of a refusal speak to the payer, or to a payee who keeps nothing. */
function payeeText(code: RefusalCode): RefusalText {
  const next = t('taken.why-next');
  switch (code) {
    case 'payment_expired':
    case 'insufficient_funds':
    case 'currency_not_held':
    case 'allowance_overspent':
    case 'payer_frozen':
    case 'payee_frozen':
    case 'request_already_paid':
    case 'counterfoil_other_request':
    case 'counterfoil_other_amount':
      return { what: t(`taken.why-${code}`), next };
    default:
      return { what: refusalText(code).what, next };
  }
}

/** A receipt is shown to anybody: its reason names whose doing it was from where the reader stands. */
export function reasonFor(code: RefusalCode, reader: 'payer' | 'payee' | 'other'): string {
  // Of these two the payee's words say “your” of the payee, and the payer's of nobody.
  const ofPayee = code === 'payee_frozen' || code === 'request_already_paid';
  if (reader === 'payer' || (reader === 'other' && ofPayee)) return refusalText(code).what;
  return payeeText(code).what;
}

/** What happened to the money and what comes next; `aside`: the server answered and did not take it. */
export function takenSentences(taken: TakenCounterfoil, aside = false): readonly string[] {
  const until = { moment: formatMoment(taken.validUntilS * 1000) };
  switch (takenState(taken)) {
    case 'guaranteed':
      return [
        t('taken.until', until),
        t(aside ? 'slip.promised-quarantine' : 'taken.guaranteed-text'),
      ];
    case 'doubted':
      return [
        payeeText(taken.doubt ?? 'not_guaranteed').what,
        aside ? t('slip.promised-quarantine') : t('taken.doubted-text', until),
      ];
    case 'received':
      return [t('taken.paid-text', { moment: formatMoment(taken.settledAtMs ?? 0) })];
    case 'refused':
    case 'expired': {
      const { what, next } = payeeText(taken.code ?? 'payment_expired');
      return [what, next];
    }
  }
}

/** Spoken when it has just been kept. */
export function takenAloud(taken: TakenCounterfoil): string {
  const { amountMinor, currency, validUntilS, guaranteed } = taken;
  if (!guaranteed) return t('take.kept');
  const amount = formatMoney(amountMinor, currency);
  return t('take.said', { amount, moment: formatMoment(validUntilS * 1000) });
}
