/** Owns taking a payment from a payer's screen: judged here, kept in one transaction, sent by this phone. */
import { verifyEs256 } from '#device/verify-es256.ts';
import { accept, type Outcome } from '#protocol/refusals.ts';
import {
  type CounterfoilVerdict,
  checkPresented,
  type Presented,
  takenCounterfoil,
  takingKeys,
} from '#wallet/check-counterfoil.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import { storeOutcome } from '../store-outcome.ts';
import type { Wallet } from '../wallet-model.ts';

export type Keepable = Exclude<CounterfoilVerdict, { readonly kind: 'refused' }>;

/** What it is worth. Reads alone, and needs no network. */
export async function judgePayment(
  wallet: Wallet,
  presented: Presented,
): Promise<CounterfoilVerdict> {
  const { store, clock } = wallet;
  const view = await storeOutcome(async () => {
    const keys = takingKeys(presented);
    return keys.ok ? store.readTaking(keys.value) : keys;
  });
  if (!view.ok) return { kind: 'refused', code: view.refusal.code };
  return checkPresented(presented, { ...view.value, nowMs: clock.nowMs() }, verifyEs256);
}

/** In one strict transaction, with its place in the outbox; then it is sent as soon as there is a network. */
export async function keepPayment(
  wallet: Wallet,
  presented: Presented,
  verdict: Keepable,
): Promise<Outcome<TakenCounterfoil>> {
  const taken = takenCounterfoil(presented, verdict, wallet.clock.nowMs());
  const kept = await storeOutcome(() => wallet.store.take(taken));
  if (!kept.ok) return kept;
  wallet.notice.changed('payments', 'outbox', 'requests');
  void wallet.engine().then(
    ({ triggers }) => triggers.enqueued(),
    () => {},
  );
  return accept(kept.value);
}

export type Taking =
  | { readonly kind: 'taken'; readonly taken: TakenCounterfoil }
  /** Not kept: a person decides whether a promise is worth having. */
  | { readonly kind: 'promise'; readonly verdict: Extract<Keepable, { kind: 'promise' }> }
  | {
      readonly kind: 'refused';
      readonly code: Extract<CounterfoilVerdict, { kind: 'refused' }>['code'];
    };

/** A guaranteed one is kept at once: the payer may walk away. */
export async function takePayment(wallet: Wallet, presented: Presented): Promise<Taking> {
  const verdict = await judgePayment(wallet, presented);
  if (verdict.kind === 'refused') return verdict;
  if (verdict.kind === 'promise') return { kind: 'promise', verdict };
  const kept = await keepPayment(wallet, presented, verdict);
  return kept.ok
    ? { kind: 'taken', taken: kept.value }
    : { kind: 'refused', code: kept.refusal.code };
}
