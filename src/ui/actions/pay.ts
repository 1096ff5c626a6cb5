/** Owns the step from an approval to a promise that is kept and on its way. */
import { accept, type Outcome } from '#protocol/refusals.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import { type Approval, type PreparedOrder, promisePayment } from '#wallet/authorize.ts';
import { storeOutcome } from '../store-outcome.ts';
import type { Wallet } from '../wallet-model.ts';

/**
 * Keeps the promise in one strict transaction, and only then clears the draft and sends. Answers the
 * payment's id. A refusal leaves the draft as it was.
 */
export async function promise(
  wallet: Wallet,
  prepared: PreparedOrder,
  identity: ServerIdentity,
  approval: Approval,
): Promise<Outcome<string>> {
  const { store, notice } = wallet;
  const promised = await storeOutcome(() => promisePayment(wallet, prepared, identity, approval));
  if (!promised.ok) return promised;
  // From here on nothing may undo what was kept: a draft that stays behind is only a nuisance.
  await store.writeDraft(undefined).catch(() => {});
  notice.changed('payments', 'outbox');
  void wallet.engine().then(
    ({ triggers }) => triggers.enqueued(),
    () => {},
  );
  return accept(promised.value.id);
}

/** Withdraws a promise that nobody else has seen. */
export async function cancelPromise(wallet: Wallet, id: string): Promise<Outcome<undefined>> {
  const cancelled = await storeOutcome(() => wallet.store.cancel(id));
  wallet.notice.changed('payments', 'outbox');
  return cancelled.ok ? accept(undefined) : cancelled;
}

/**
 * Before a promise is shown to another phone as a code: from then on somebody else may deliver it,
 * so it can no longer be withdrawn. False when it was withdrawn or settled meanwhile.
 */
export async function handOverPromise(wallet: Wallet, id: string): Promise<boolean> {
  const isHere = await wallet.store.handOver(id, wallet.clock.nowMs());
  wallet.notice.changed('payments');
  return isHere;
}

/** Gives up what was begun and not approved. */
export async function dropDraft(wallet: Wallet): Promise<void> {
  await wallet.store.writeDraft(undefined).catch(() => {});
  await wallet.reread();
}
