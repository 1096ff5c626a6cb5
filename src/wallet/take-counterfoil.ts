/** Owns taking what a payer's screen shows: judged against what this phone knows, and kept if it may be. */
import { accept, type Outcome } from '#protocol/refusals.ts';
import {
  type CounterfoilVerdict,
  checkPresented,
  type Presented,
  takenCounterfoil,
  takingKeys,
} from './check-counterfoil.ts';
import type { TakenCounterfoil } from './offline-records.ts';
import type { Clock, OfflineStore, VerifyEs256 } from './ports.ts';

export type Taking = {
  readonly verdict: CounterfoilVerdict;
  /** As stored, with its outbox entry: drain (`enqueue`) after it. Absent: nothing was stored. */
  readonly taken?: TakenCounterfoil;
};

/**
 * Keeps what is guaranteed. A mere promise is kept only when a person has seen the doubt and wants it
 * (`promise-too`). Refusals, where nothing could be judged or kept: those of `readTaking`,
 * outbox_full, store_*.
 */
export async function takePresented(
  parts: {
    readonly store: Pick<OfflineStore, 'readTaking' | 'take'>;
    readonly clock: Clock;
    readonly verify: VerifyEs256;
  },
  presented: Presented,
  keep: 'guaranteed' | 'promise-too',
): Promise<Outcome<Taking>> {
  const { store, clock, verify } = parts;
  const keys = takingKeys(presented);
  if (!keys.ok) return accept({ verdict: { kind: 'refused', code: keys.refusal.code } });
  const view = await store.readTaking(keys.value);
  if (!view.ok) return view;
  const nowMs = clock.nowMs();
  const verdict = await checkPresented(presented, { ...view.value, nowMs }, verify);
  if (verdict.kind === 'refused') return accept({ verdict });
  if (verdict.kind === 'promise' && keep !== 'promise-too') return accept({ verdict });
  const taken = await store.take(takenCounterfoil(presented, verdict, nowMs));
  if (taken.ok) return accept({ verdict, taken: taken.value });
  const { code } = taken.refusal;
  // Another tab was quicker between the look and the deed.
  const isQuicker = code === 'counterfoil_seen' || code === 'request_already_paid';
  return isQuicker ? accept({ verdict: { kind: 'refused', code } }) : taken;
}
