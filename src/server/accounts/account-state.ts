/** Owns what an account's own holder reads of it: profile, balances and the cursor's end. */
import { readAccount, readBalances } from '#ledger/accounts.ts';
import type { Queryable } from '#ledger/database.ts';
import { toBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';
import type { AccountState } from '#protocol/wire.ts';
import type { Services } from '../services.ts';
import { readProfile, readVerifiedProfile } from './profiles.ts';

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
    balances: balances.map(({ currency, balanceMinor, heldMinor, owedMinor }) => ({
      currency,
      amountMinor: balanceMinor,
      heldMinor,
      owedMinor,
    })),
    version: Number(row.version),
    frozen: row.frozen,
    sandbox,
  };
}

/** The state, with the server's word on the name when somebody vouches for it. */
export async function certifiedState(
  { database, config, keys, clock, certifyName }: Services,
  account: Bytes,
): Promise<AccountState | undefined> {
  const state = await readAccountState(database, account, config.sandbox);
  const known = state && (await readVerifiedProfile(database, account));
  if (!known || !(known.verified || config.namesVerifiedBy === 'enrolment')) return state;
  const { knownSigner } = await keys.current();
  const nameCertificate = certifyName(known.profile, knownSigner, clock.nowMs());
  return { ...state, profile: known.profile, ...(nameCertificate && { nameCertificate }) };
}
