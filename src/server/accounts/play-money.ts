/** Owns play money: which databases hold it, and the sandbox's gift to a new account, once. */
import type { Database } from '#ledger/database.ts';
import { fundAccount } from '#ledger/fund-account.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { currencyOfNumeric } from '#protocol/currency.ts';
import { assert } from '#protocol/refusals.ts';

export const PLAY_CURRENCY = 978;
/** Whole units: enough to pay with for a while, in any currency. */
const PLAY_MAJOR = 1000n;

/** The first start decides. Play money that came to look real, or lay beside it, would be forged money. */
export async function isMoneyOfKind(database: Database, sandbox: boolean): Promise<boolean> {
  await database.query('UPDATE server_state SET sandbox = $1 WHERE sandbox IS NULL', [sandbox]);
  const { rowCount } = await database.query('SELECT 1 FROM server_state WHERE sandbox = $1', [
    sandbox,
  ]);
  return rowCount === 1;
}

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
