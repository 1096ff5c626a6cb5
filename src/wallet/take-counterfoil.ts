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

export type TakingParts = {
  readonly store: Pick<OfflineStore, 'readTaking' | 'take'>;
  readonly clock: Clock;
  readonly verify: VerifyEs256;
  /** Reads the server's keys anew and keeps them; false when it does not answer. */
  freshKeys(): Promise<boolean>;
};

type Judged = { readonly verdict: CounterfoilVerdict; readonly nowMs: number };

async function judgeOnce(
  { store, clock, verify }: TakingParts,
  presented: Presented,
): Promise<Outcome<Judged>> {
  const keys = takingKeys(presented);
  if (!keys.ok) {
    const { code } = keys.refusal;
    return accept({ verdict: { kind: 'refused', code }, nowMs: clock.nowMs() });
  }
  const view = await store.readTaking(keys.value);
  if (!view.ok) return view;
  const nowMs = clock.nowMs();
  const verdict = await checkPresented(presented, { ...view.value, nowMs }, verify);
  return accept({ verdict, nowMs });
}

/** Where there is a network after all, a key that is unknown here may be a new one. */
async function judge(parts: TakingParts, presented: Presented): Promise<Outcome<Judged>> {
  const judged = await judgeOnce(parts, presented);
  const { verdict } = judged.ok ? judged.value : {};
  const isNewKey = verdict?.kind === 'refused' && verdict.code === 'server_key_unknown';
  return isNewKey && (await parts.freshKeys()) ? judgeOnce(parts, presented) : judged;
}

/**
 * Keeps what is guaranteed. A mere promise is kept only when a person has seen the doubt and wants it
 * (`promise-too`). Refusals, where nothing could be judged or kept: those of `readTaking`,
 * outbox_full, store_*.
 */
export async function takePresented(
  parts: TakingParts,
  presented: Presented,
  keep: 'guaranteed' | 'promise-too',
): Promise<Outcome<Taking>> {
  const judged = await judge(parts, presented);
  if (!judged.ok) return judged;
  const { verdict, nowMs } = judged.value;
  if (verdict.kind === 'refused') return accept({ verdict });
  if (verdict.kind === 'promise' && keep !== 'promise-too') return accept({ verdict });
  const taken = await parts.store.take(takenCounterfoil(presented, verdict, nowMs));
  if (taken.ok) return accept({ verdict, taken: taken.value });
  const { code } = taken.refusal;
  // Another tab was quicker between the look and the deed.
  const isQuicker = code === 'counterfoil_seen' || code === 'request_already_paid';
  return isQuicker ? accept({ verdict: { kind: 'refused', code } }) : taken;
}
