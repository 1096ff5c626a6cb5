/** Owns taking a payment from a payer's screen: judged and kept without a network, then sent by this phone. */
import { fetchIdentity } from '#device/account-api.ts';
import { verifyEs256 } from '#device/verify-es256.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { type Presented, takingKeys } from '#wallet/check-counterfoil.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import { takePresented } from '#wallet/take-counterfoil.ts';
import { fetchServerKeys } from '../server-keys.ts';
import { storeOutcome } from '../store-outcome.ts';
import type { Wallet } from '../wallet-model.ts';

export type Taking =
  | { readonly kind: 'taken'; readonly taken: TakenCounterfoil }
  /** Taken before, and kept since. */
  | { readonly kind: 'seen'; readonly taken: TakenCounterfoil }
  /** Not kept: a person decides whether a promise is worth having. */
  | { readonly kind: 'promise'; readonly code: RefusalCode }
  | { readonly kind: 'refused'; readonly code: RefusalCode };

/** Somebody waits at the counter. */
const KEYS_TIMEOUT_MS = 4_000;
const readKeys = () => fetchIdentity('', KEYS_TIMEOUT_MS);

/** Another payment with the same number is seen as well, but not kept. */
function keptBefore({ store }: Wallet, presented: Presented) {
  const keys = takingKeys(presented);
  return keys.ok ? store.readTaken(keys.value.id).catch(() => undefined) : undefined;
}

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
    if (verdict.kind === 'guaranteed') return { kind: 'refused', code: 'store_not_saved' };
    const kept = verdict.code === 'counterfoil_seen' && (await keptBefore(wallet, presented));
    return kept ? { kind: 'seen', taken: kept } : verdict;
  }
  notice.changed('payments', 'outbox', 'requests');
  void wallet.engine().then(
    ({ triggers }) => triggers.enqueued(),
    () => {},
  );
  return { kind: 'taken', taken };
}
