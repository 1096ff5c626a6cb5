/** Owns what the operator's commands share: their form, and how they read accounts, currencies and amounts. */
import { readAccount } from '#ledger/accounts.ts';
import type { Database } from '#ledger/database.ts';
import { formatMinor } from '#protocol/amount.ts';
import { fromBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { type Currency, currencyOfAlpha, currencyOfNumeric } from '#protocol/currency.ts';
import { ACCOUNT_ID_LENGTH } from '#protocol/order.ts';
import { REFUSAL_TITLES } from '#protocol/refusal-titles.ts';
import type { Outcome } from '#protocol/refusals.ts';
import { findProfilesByName } from './accounts/profiles.ts';
import { UsageFault } from './command-line.ts';

export type Call = {
  readonly database: Database;
  readonly args: readonly string[];
  readonly say: (line: string) => void;
};

export type Command = {
  readonly name: string;
  readonly wants: readonly string[];
  readonly says: string;
  readonly run: (call: Call) => Promise<void>;
};

/** By id, or by a name that only one account has. */
export async function findAccount(database: Database, text: string): Promise<Bytes> {
  const id = fromBase32(text, ACCOUNT_ID_LENGTH);
  if (id && (await readAccount(database, id))) return id;
  const found = await findProfilesByName(database, text);
  const [only] = found;
  if (!only) throw new UsageFault(`No account has the id or the name ${JSON.stringify(text)}.`);
  if (found.length > 1) {
    const list = found.map((profile) => `  ${profile.account}  ${profile.name}, ${profile.city}`);
    throw new UsageFault(`Several accounts have this name; give the id:\n${list.join('\n')}`);
  }
  const account = fromBase32(only.account, ACCOUNT_ID_LENGTH);
  if (!account) throw new Error(`the profile of ${only.account} has no readable id`);
  return account;
}

export function readCurrency(text: string): Currency {
  const byNumber = /^\d{3}$/.test(text) ? currencyOfNumeric(Number(text)) : undefined;
  const currency = byNumber ?? currencyOfAlpha(text.toUpperCase());
  if (!currency) throw new UsageFault(`${JSON.stringify(text)} is no currency; try EUR or 978.`);
  return currency;
}

export function demand<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  const { code, detail } = outcome.refusal;
  throw new UsageFault(`${REFUSAL_TITLES[code]}${detail ? `: ${detail}` : ''} (${code})`);
}

export function money(minor: bigint, numeric: number): string {
  const currency = currencyOfNumeric(numeric);
  return currency
    ? `${formatMinor(minor, currency.exponent)} ${currency.alpha}`
    : `${minor} minor units of ${numeric}`;
}
