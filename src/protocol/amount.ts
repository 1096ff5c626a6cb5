/** Owns amounts: bigint counts of minor units, and their plain decimal text; no currency signs, no floats. */
import { accept, assert, type Outcome, refuse } from './refusals.ts';

/** The most that a wallet pays or asks at once. The wire carries more, so that no server need guess. */
export const MAX_AMOUNT_MINOR = (1n << 53n) - 1n;

export type AmountRules = {
  /** Longest text that is read, trailing zeros included. */
  readonly charactersMax?: number;
  /** Where zero means "ask the payer" instead of being an error. */
  readonly zeroAllowed?: boolean;
};

const DECIMAL = /^([0-9]+)(?:\.([0-9]*))?$/;

/**
 * Reads `98.73`, `98` or `98.` as minor units. Trailing zeros beyond the exponent are let pass ("5.00" CLP);
 * other digits there are refused, never rounded. EMVCo MPM v1.1 §4.7.
 * Refusals: amount_malformed, amount_decimals, amount_zero, amount_too_large.
 */
export function parseAmountText(
  text: string,
  exponent: number,
  rules: AmountRules = {},
): Outcome<bigint> {
  const longest = rules.charactersMax ?? 32;
  const match = text.length <= longest ? DECIMAL.exec(text) : null;
  if (!match) return refuse('amount_malformed', 'not digits with at most one point');
  const decimals = (match[2] ?? '').replace(/0+$/, '');
  if (decimals.length > exponent) {
    return refuse('amount_decimals', `more than ${exponent} decimals`);
  }
  const minor = BigInt((match[1] ?? '') + decimals.padEnd(exponent, '0'));
  if (minor === 0n && rules.zeroAllowed) return accept(minor);
  return checkAmount(minor);
}

/** Between 1 and the most that a wallet pays. Refusals: amount_zero, amount_too_large. */
export function checkAmount(minor: bigint): Outcome<bigint> {
  assert(minor >= 0n, 'an amount is not negative');
  if (minor === 0n) return refuse('amount_zero', 'nothing to pay');
  if (minor > MAX_AMOUNT_MINOR) return refuse('amount_too_large', 'over 2^53 - 1 minor units');
  return accept(minor);
}

/** Plain decimal text with all the decimals of the currency: 2372, 2 → '23.72'. Not for people. */
export function formatMinor(minor: bigint, exponent: number): string {
  const digits = String(minor < 0n ? -minor : minor).padStart(exponent + 1, '0');
  const sign = minor < 0n ? '-' : '';
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
