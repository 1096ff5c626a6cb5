/** Owns taking a payment from a payer's screen: judged and kept without a network, then sent by this phone. */
import { fetchIdentity } from '#device/account-api.ts';
import { verifyEs256 } from '#device/verify-es256.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import type { Presented } from '#wallet/check-counterfoil.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import { takePresented } from '#wallet/take-counterfoil.ts';
import { fetchServerKeys } from '../server-keys.ts';
import { storeOutcome } from '../store-outcome.ts';
import type { Wallet } from '../wallet-model.ts';

export type Taking =
  | { readonly kind: 'taken'; readonly taken: TakenCounterfoil }
  /** Not kept: a person decides whether a promise is worth having. */
  | { readonly kind: 'promise'; readonly code: RefusalCode }
  | { readonly kind: 'refused'; readonly code: RefusalCode };

/** Somebody waits at the counter. */
const KEYS_TIMEOUT_MS = 4_000;
const readKeys = () => fetchIdentity('', KEYS_TIMEOUT_MS);

/** A guaranteed one is kept at once: the payer may walk away. A promise only when it is wanted. */
export async function takePayment(
  wallet: Wallet,
  presented: Presented,
  keep: 'guaranteed' | 'promise-too' = 'guaranteed',
): Promise<Taking> {
  const { store, clock, notice } = wallet;
  const freshKeys = async () => (await fetchServerKeys(wallet, readKeys)) !== undefined;
  const parts = { store, clock, verify: verifyEs256, freshKeys };
  const done = await storeOutcome(() => takePresented(parts, presented, keep));
  if (!done.ok) return { kind: 'refused', code: done.refusal.code };
  const { verdict, taken } = done.value;
  if (!taken) {
    return verdict.kind === 'guaranteed' ? { kind: 'refused', code: 'store_not_saved' } : verdict;
  }
  notice.changed('payments', 'outbox', 'requests');
  void wallet.engine().then(
    ({ triggers }) => triggers.enqueued(),
    () => {},
  );
  return { kind: 'taken', taken };
}
