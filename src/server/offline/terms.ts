/** Owns the operator's terms of offline payments, as they are published. */
import { CURRENCIES } from '#protocol/currency.ts';
import type { OfflineTerms } from '#protocol/wire-offline.ts';
import { minorIn } from '../money-by-currency.ts';
import type { Config } from '../settings.ts';

/** A currency in which nothing may be set aside is left out. */
export function termsOf(config: Config): OfflineTerms {
  const currencies = CURRENCIES.map(({ numeric }) => ({
    currency: numeric,
    totalMaxMinor: minorIn(config.allowanceTotalMax, numeric),
    capMinor: minorIn(config.allowanceCap, numeric),
    guaranteeMaxMinor: minorIn(config.guaranteeMax, numeric),
  }));
  return {
    hours: config.allowanceHours,
    graceHours: config.allowanceGraceHours,
    countSoft: config.allowanceCountSoft,
    countMax: config.allowanceCountMax,
    currencies: currencies.filter((terms) => terms.totalMaxMinor > 0n && terms.capMinor > 0n),
  };
}
