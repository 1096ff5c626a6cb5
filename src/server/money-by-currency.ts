/** Owns amounts that are set once for every currency, in whole units, with exceptions by currency. */
import { currencyOfAlpha, currencyOfNumeric } from '#protocol/currency.ts';

export type MoneyByCurrency = {
  /** Whole units, in every currency that is not named. */
  readonly units: bigint;
  /** By ISO 4217 number. */
  readonly exceptions: ReadonlyMap<number, bigint>;
};

const UNITS = /^(0|[1-9]\d{0,11})$/;

/** Such as `200,XOF=100000`. Undefined when it is not of this form. */
export function readMoneyByCurrency(text: string): MoneyByCurrency | undefined {
  const [first = '', ...rest] = text.split(',').map((part) => part.trim());
  if (!UNITS.test(first)) return undefined;
  const exceptions = new Map<number, bigint>();
  for (const part of rest) {
    const [alpha = '', units = '', more] = part.split('=').map((side) => side.trim());
    const currency = currencyOfAlpha(alpha);
    if (!currency || !UNITS.test(units) || more !== undefined) return undefined;
    exceptions.set(currency.numeric, BigInt(units));
  }
  return { units: BigInt(first), exceptions };
}

/** In minor units; none of a currency that nobody knows. */
export function minorIn(money: MoneyByCurrency, numeric: number): bigint {
  const currency = currencyOfNumeric(numeric);
  if (!currency) return 0n;
  return (money.exceptions.get(numeric) ?? money.units) * 10n ** BigInt(currency.exponent);
}
