/** Owns what a person does with their account: changing the profile that payers see, and leaving this phone. */
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { ProfileForm } from '#protocol/wire.ts';
import { storeOutcome } from '../store-outcome.ts';
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

/** Refused (forbidden) while payments wait: only this phone has them. Payments and receipts stay. */
export async function leaveWallet(wallet: Wallet): Promise<Outcome<undefined>> {
  if ((wallet.home.peek()?.waiting.length ?? 0) > 0) return refuse('forbidden', 'payments wait');
  const { api } = await wallet.engine();
  const ended = await api.signOut();
  if (!ended.ok && ended.refusal.code !== 'not_signed_in') return ended;
  const forgotten = await storeOutcome(() => wallet.store.forgetWallet());
  if (!forgotten.ok) return forgotten;
  wallet.session.value = 'closed';
  wallet.notice.changed('wallet');
  await wallet.reread();
  return accept(undefined);
}
