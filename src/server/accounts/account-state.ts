/** Owns what an account's own holder reads of it: profile, balances and the cursor's end. */
import { readAccount, readBalances } from '#ledger/accounts.ts';
import type { Queryable } from '#ledger/database.ts';
import { toBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';
import type { AccountState } from '#protocol/wire.ts';
import { readProfile } from './profiles.ts';

/** Undefined when there is no such account. */
export async function readAccountState(
  database: Queryable,
  account: Bytes,
  sandbox: boolean,
): Promise<AccountState | undefined> {
  // The version first: what is posted meanwhile may show in the balances early, but is still fetched.
  const row = await readAccount(database, account);
  if (!row) return undefined;
  const profile = await readProfile(database, account);
  const balances = await readBalances(database, account);
  return {
    profile: profile ?? {
      account: toBase32(account),
      name: '',
      city: '',
      country: '',
      category: '0000',
    },
    balances: balances.map(({ currency, balanceMinor }) => ({
      currency,
      amountMinor: balanceMinor,
      heldMinor: 0n,
      owedMinor: 0n,
    })),
    version: Number(row.version),
    frozen: row.frozen,
    sandbox,
  };
}
