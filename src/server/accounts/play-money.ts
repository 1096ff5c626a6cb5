/** Owns the sandbox's gift: play money for a new account, once. */
import type { Database } from '#ledger/database.ts';
import { fundAccount } from '#ledger/fund-account.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { currencyOfNumeric } from '#protocol/currency.ts';
import { assert } from '#protocol/refusals.ts';

export const PLAY_CURRENCY = 978;
/** Whole units: enough to pay with for a while, in any currency. */
const PLAY_MAJOR = 1000n;

/** The account's own id is the gift's id, so a repeat gives nothing more. */
export async function givePlayMoney(
  database: Database,
  account: Bytes,
  currency: number,
  nowMs: number,
): Promise<void> {
  const known = currencyOfNumeric(currency);
  assert(known !== undefined, 'the currency was checked at the border');
  const amountMinor = PLAY_MAJOR * 10n ** BigInt(known.exponent);
  const funding = { id: account, account, currency, amountMinor };
  const funded = await fundAccount(database, funding, Math.floor(nowMs / 1000));
  assert(funded.ok, 'a new account can be given money');
}
