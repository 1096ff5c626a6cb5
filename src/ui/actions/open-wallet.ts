/** Owns opening a wallet on this phone: enrolment of a new account, or sign-in to one that exists. */
import type { CeremonyOptions } from '#device/account-api.ts';
import { accept, type Outcome } from '#protocol/refusals.ts';
import type { Enrolment, EnrolmentBody } from '#protocol/wire.ts';
import { lookForMissing } from '../missing-payments.ts';
import { signInWithPasskey } from '../passkey.ts';
import { storeOutcome } from '../store-outcome.ts';
import type { Wallet } from '../wallet-model.ts';

/** The last step of both ways. Refused (forbidden) while payments of another wallet wait here. */
async function keepWallet(wallet: Wallet, enrolment: Enrolment): Promise<Outcome<undefined>> {
  const { store, clock, notice } = wallet;
  const { api } = await wallet.engine();
  // Needed before the first payment; when this call is lost the next refresh brings it.
  const identity = await api.readIdentity();
  const written = await storeOutcome(async () => {
    if (identity.ok) await store.writeIdentity(identity.value, clock.nowMs());
    const known = await store.readWallet();
    const nowMs = clock.nowMs();
    if (known?.account.profile.account === enrolment.account.profile.account) {
      // The same wallet with a new session: its device, passkey and promises stay what they are.
      await store.writeAccount(enrolment.account, nowMs);
      return accept(undefined);
    }
    return store.writeWallet({
      account: enrolment.account,
      accountReadAtMs: nowMs,
      device: enrolment.device,
      credentialId: enrolment.credentialId,
      canPayOffline: 'unknown',
      lastSeq: 0,
    });
  });
  if (!written.ok) return written;
  wallet.session.value = 'open';
  notice.changed('wallet');
  await wallet.reread();
  askToPersist();
  return accept(undefined);
}

/** Without it a browser short of space may throw away the wallet's storage, promises included. */
function askToPersist(): void {
  navigator.storage?.persist?.().catch(() => false);
}

export async function beginEnrolment(
  wallet: Wallet,
  name: string,
): Promise<Outcome<CeremonyOptions>> {
  const { api } = await wallet.engine();
  return api.enrolmentOptions({ name });
}

/** May be tried again with the same credential when the answer was lost. */
export async function sendEnrolment(
  wallet: Wallet,
  body: EnrolmentBody,
): Promise<Outcome<undefined>> {
  const { api } = await wallet.engine();
  const enrolment = await api.enrol(body);
  return enrolment.ok ? keepWallet(wallet, enrolment.value) : enrolment;
}

export async function beginSignIn(wallet: Wallet): Promise<Outcome<CeremonyOptions>> {
  const { api } = await wallet.engine();
  return api.signInOptions();
}

/** Call it in a tap. */
export async function finishSignIn(
  wallet: Wallet,
  options: CeremonyOptions,
): Promise<Outcome<undefined>> {
  const credential = await signInWithPasskey(options);
  if (!credential.ok) return credential;
  const { api, refresh } = await wallet.engine();
  const known = wallet.state.peek();
  const isNew = known === undefined;
  const here = known && { account: known.account.profile.account, device: known.device };
  const enrolment = await api.signIn({ credential: credential.value, ...(here && { here }) });
  if (!enrolment.ok) return enrolment;
  const kept = await keepWallet(wallet, enrolment.value);
  void refresh();
  if (isNew) void lookForMissing(api);
  return kept;
}
