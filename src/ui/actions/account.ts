/** Owns what a person does with their account: changing the profile that payers see, and leaving this phone. */
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { ProfileForm } from '#protocol/wire.ts';
import { storeOutcome } from '../store-outcome.ts';
import { bindingEntries } from '../taken-payments.ts';
import type { Wallet } from '../wallet-model.ts';

export async function changeProfile(
  wallet: Wallet,
  form: ProfileForm,
): Promise<Outcome<undefined>> {
  const { api } = await wallet.engine();
  const account = await api.writeProfile(form);
  if (!account.ok) return account;
  return storeOutcome(async () => {
    await wallet.store.writeAccount(account.value, wallet.clock.nowMs());
    wallet.notice.changed('wallet');
    await wallet.reread();
    return accept(undefined);
  });
}

/** Else it would stay set aside for a phone that can draw on it no more, until its time is over. */
async function releaseAll(wallet: Wallet): Promise<Outcome<undefined>> {
  const home = wallet.home.peek();
  // The session may be another account's, whose device has the same number.
  if (!home?.wallet || wallet.session.value === 'closed') return accept(undefined);
  const { api } = await wallet.engine();
  const { device } = home.wallet;
  for (const { currency } of home.purses) {
    const released = await api.releaseAllowance({ device, currency });
    if (!released.ok && released.refusal.code !== 'not_signed_in') return released;
  }
  return accept(undefined);
}

/** Refused (forbidden) while payments wait: only this phone has them. Payments and receipts stay. */
export async function leaveWallet(wallet: Wallet): Promise<Outcome<undefined>> {
  const home = wallet.home.peek();
  if (home && bindingEntries(home).length > 0) return refuse('forbidden', 'payments wait');
  const { api } = await wallet.engine();
  const released = await releaseAll(wallet);
  if (!released.ok) return released;
  const ended = await api.signOut();
  if (!ended.ok && ended.refusal.code !== 'not_signed_in') return ended;
  const forgotten = await storeOutcome(() => wallet.store.forgetWallet());
  if (!forgotten.ok) return forgotten;
  wallet.session.value = 'closed';
  wallet.notice.changed('wallet');
  await wallet.reread();
  return accept(undefined);
}
