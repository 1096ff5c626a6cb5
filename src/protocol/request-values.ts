/** Owns what the values of an EMVCo code may be, and reads them into typed fields. */
import { parseAmountText } from './amount.ts';
import { type Currency, currencyOfAlpha, currencyOfNumeric } from './currency.ts';
import { AMOUNT_CHARACTERS_MAX, type EmvField } from './emv-rules.ts';
import { valueAt } from './emvco.ts';
import type { TipOrFee } from './payable-total.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import type { Scheme } from './schemes.ts';

// Controls, halves of a surrogate pair, and marks that turn the reading direction round: a name with
// these shows something other than it says.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;

export const isPrintable = (text: string): boolean => !UNPRINTABLE.test(text);

export type AdditionalName =
  | 'billNumber'
  | 'mobileNumber'
  | 'storeLabel'
  | 'loyaltyNumber'
  | 'reference'
  | 'customerLabel'
  | 'terminalLabel'
  | 'purpose'
  | 'consumerDataRequest';

/** Object 62 by name. The value `***` means: ask the payer. */
export const ADDITIONAL_IDS: Readonly<Record<AdditionalName, string>> = {
  billNumber: '01',
  mobileNumber: '02',
  storeLabel: '03',
  loyaltyNumber: '04',
  reference: '05',
  customerLabel: '06',
  terminalLabel: '07',
  purpose: '08',
  consumerDataRequest: '09',
};

export type AdditionalFields = { readonly [name in AdditionalName]?: string };

export type RequestValues = {
  readonly initiation?: 'static' | 'dynamic';
  readonly merchantCategoryCode?: string;
  readonly currency: Currency;
  /** As written; absent when the payer is to be asked. */
  readonly amount?: string;
  readonly amountMinor?: bigint;
  readonly tipOrFee?: TipOrFee;
  readonly countryCode?: string;
  readonly deviations: readonly string[];
};

function readCurrency(text: string, scheme: Scheme): Outcome<Currency> {
  const letters = scheme.currencyLetters === true && /^[A-Z]{3}$/.test(text);
  if (!letters && !/^[0-9]{3}$/.test(text)) return refuse('qr_value', '53 is not three digits');
  const currency = letters ? currencyOfAlpha(text) : currencyOfNumeric(Number(text));
  return currency ? accept(currency) : refuse('currency_unknown', `53 is ${text}`);
}

/** 00.01 to 99.99 as hundredths of a percent. */
function readPercentage(text: string): Outcome<number> {
  const hundredths = parseAmountText(text, 2, { charactersMax: 5 });
  if (!hundredths.ok || hundredths.value > 9_999n) {
    return refuse('fee_malformed', '57 is not between 0.01 and 99.99');
  }
  return accept(Number(hundredths.value));
}

function readTipOrFee(
  fields: readonly EmvField[],
  exponent: number,
): Outcome<TipOrFee | undefined> {
  const indicator = valueAt(fields, '55');
  const fixed = valueAt(fields, '56');
  const percentage = valueAt(fields, '57');
  // A fee that nothing asks for is not guessed at: it is money.
  if (fixed !== undefined && indicator !== '02')
    return refuse('fee_malformed', '56 without 55 = 02');
  if (percentage !== undefined && indicator !== '03') {
    return refuse('fee_malformed', '57 without 55 = 03');
  }
  if (indicator === undefined) return accept(undefined);
  if (indicator === '01') return accept({ kind: 'tip-prompt' });
  if (indicator === '02') {
    const fee = parseAmountText(fixed ?? '', exponent, { charactersMax: AMOUNT_CHARACTERS_MAX });
    if (fee.ok) return accept({ kind: 'fixed-fee', feeMinor: fee.value });
    return refuse('fee_malformed', `56: ${fee.refusal.code}`);
  }
  if (indicator !== '03') return refuse('fee_malformed', '55 is not 01, 02 or 03');
  const hundredths = readPercentage(percentage ?? '');
  return hundredths.ok
    ? accept({ kind: 'percentage-fee', feeHundredths: hundredths.value })
    : hundredths;
}

type AmountValues = Pick<RequestValues, 'amount' | 'amountMinor' | 'deviations'>;

function readAmount(fields: readonly EmvField[], exponent: number): Outcome<AmountValues> {
  const amount = valueAt(fields, '54');
  if (amount === undefined) return accept({ deviations: [] });
  // Argentina writes zero where EMVCo leaves the object out: the payer is asked.
  const zeroAllowed = valueAt(fields, '58') === 'AR';
  const rules = { charactersMax: AMOUNT_CHARACTERS_MAX, zeroAllowed };
  const minor = parseAmountText(amount, exponent, rules);
  if (!minor.ok) return minor;
  if (minor.value === 0n) return accept({ deviations: ['54 is zero: the payer is asked'] });
  return accept({ amount, amountMinor: minor.value, deviations: [] });
}

/** What stands in 00, 01, 52, 58, 62.09 and 64.00. */
function simpleFault(fields: readonly EmvField[], scheme: Scheme): string | undefined {
  const indicator = valueAt(fields, '00');
  if (indicator !== '01' && indicator !== scheme.formatIndicator) return `00 is "${indicator}"`;
  const initiation = valueAt(fields, '01') ?? '11';
  if (initiation !== '11' && initiation !== '12') return '01 is neither 11 nor 12';
  if (!/^[0-9]{4}$/.test(valueAt(fields, '52') ?? '0000')) return '52 is not four digits';
  if (!/^[A-Za-z]{2}$/.test(valueAt(fields, '58') ?? 'ZZ')) return '58 is not two letters';
  const inside = (id: string, sub: string) =>
    valueAt(fields.find((field) => field.id === id)?.inner ?? [], sub);
  if (!/^(?!.*(.).*\1)[AME]+$/.test(inside('62', '09') ?? 'A')) return '62.09 is not of A, M and E';
  if (!/^[A-Za-z]{2}$/.test(inside('64', '00') ?? 'EN')) return '64.00 is not two letters';
  return undefined;
}

/**
 * Refusals: qr_value, currency_unknown, amount_malformed, amount_decimals, amount_zero,
 * amount_too_large, fee_malformed. Lengths and presence have been checked before.
 */
export function readValues(
  text: string,
  fields: readonly EmvField[],
  scheme: Scheme,
): Outcome<RequestValues> {
  const fault = simpleFault(fields, scheme);
  if (fault) return refuse('qr_value', fault);
  if (!isPrintable(text)) return refuse('qr_value', 'characters that cannot be shown');
  const currency = readCurrency(valueAt(fields, '53') ?? '', scheme);
  if (!currency.ok) return currency;
  const amount = readAmount(fields, currency.value.exponent);
  if (!amount.ok) return amount;
  const tipOrFee = readTipOrFee(fields, currency.value.exponent);
  if (!tipOrFee.ok) return tipOrFee;
  const indicator = valueAt(fields, '00');
  const initiation = valueAt(fields, '01');
  const merchantCategoryCode = valueAt(fields, '52');
  const countryCode = valueAt(fields, '58')?.toUpperCase();
  const format = indicator === '01' ? [] : [`00 is "${indicator}", not "01"`];
  const letters = /[0-9]/.test(valueAt(fields, '53') ?? '') ? [] : ['53 is letters, not digits'];
  return accept({
    ...(initiation && { initiation: initiation === '12' ? 'dynamic' : 'static' }),
    ...(merchantCategoryCode && { merchantCategoryCode }),
    ...(tipOrFee.value && { tipOrFee: tipOrFee.value }),
    ...(countryCode && { countryCode }),
    ...amount.value,
    currency: currency.value,
    deviations: [...format, ...letters, ...amount.value.deviations],
  });
}
