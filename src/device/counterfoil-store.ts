/** Owns the counterfoils that this phone took: judged against what is here, kept with their outbox entry. */
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { TakenCounterfoil, TakingKeys, TakingView } from '#wallet/offline-records.ts';
import { isLive, isSeen } from '#wallet/offline-records.ts';
import { StoreFault, type WalletStore } from '#wallet/ports.ts';
import { carriedEntryOf, OUTBOX_CARRIED_MAX } from '#wallet/records.ts';
import type { WalletDatabase } from './database.ts';
import { readMeta } from './outbox-store.ts';
import { outcomeOf } from './outcome-of.ts';
import { requestRange } from './request-range.ts';
import {
  IDENTITY,
  isDamaged,
  REQUEST,
  readRecord,
  readRecords,
  storedTaken,
  TAKEN,
} from './stored-records.ts';
import type { ReadTransaction, WriteTransaction } from './transaction.ts';
import { readWalletOf } from './wallet-state-store.ts';

type CounterfoilStore = Pick<
  WalletStore,
  'readTaking' | 'take' | 'readTaken' | 'readTakenList' | 'restoreTaken'
>;

/** Damage is not absence: money that came before must not look as if it had not. */
function wholeRecords(values: readonly unknown[]): TakenCounterfoil[] {
  if (values.some((value) => isDamaged(TAKEN, value))) {
    throw new StoreFault('store_unreadable', 'damaged: counterfoil');
  }
  return readRecords(TAKEN, values);
}

async function isKnown(tx: ReadTransaction, id: string): Promise<boolean> {
  const stored = await Promise.all([
    tx.objectStore('counterfoils').get(id),
    tx.objectStore('payments').get(id),
    tx.objectStore('outbox').get(id),
  ]);
  return stored.some((value) => value !== undefined);
}

type Earlier = Pick<TakingView, 'request' | 'known' | 'sameRequest' | 'sameAllowance' | 'sameSeq'>;

async function readEarlier(tx: ReadTransaction, keys: TakingKeys): Promise<Earlier> {
  const { id, requestDigest, once, payer, device, seq, allowance } = keys;
  const counterfoils = tx.objectStore('counterfoils');
  const [known, stored, sameRequest, sameAllowance, sameSeq] = await Promise.all([
    isKnown(tx, id),
    tx.objectStore('requests').get(requestDigest),
    // A printed code may have been paid thousands of times.
    once ? counterfoils.byIndex('byRequest', requestRange(requestDigest)) : [],
    allowance === undefined ? [] : counterfoils.byIndex('byAllowance', allowance),
    counterfoils.byIndex('bySeq', [payer, device, seq]),
  ]);
  const request = readRecord(REQUEST, stored);
  return {
    known,
    sameRequest: wholeRecords(sameRequest),
    sameAllowance: wholeRecords(sameAllowance),
    sameSeq: wholeRecords(sameSeq),
    ...(request && { request }),
  };
}

async function readTakingOf(tx: ReadTransaction, keys: TakingKeys): Promise<Outcome<TakingView>> {
  const [wallet, identity, earlier] = await Promise.all([
    readWalletOf(tx),
    readMeta(tx, 'identity', IDENTITY),
    readEarlier(tx, keys),
  ]);
  if (!wallet) return refuse('no_account');
  if (!identity) return refuse('unavailable', 'the server has not been met yet');
  return accept({ wallet, identity, ...earlier });
}

async function takeIn(
  tx: WriteTransaction,
  taken: TakenCounterfoil,
  attempt: { hasAdded: boolean },
): Promise<Outcome<TakenCounterfoil>> {
  if (attempt.hasAdded) {
    // Done again after a lost connection, it may have taken effect: that is no second counterfoil.
    const stored = readRecord(TAKEN, await tx.objectStore('counterfoils').get(taken.id));
    if (stored?.takenAtMs === taken.takenAtMs) return accept(taken);
  }
  const [earlier, waiting] = await Promise.all([
    readEarlier(tx, taken),
    tx.objectStore('outbox').count(),
  ]);
  // What was judged a moment ago may have been taken in another tab since.
  if (isSeen(earlier)) return refuse('counterfoil_seen');
  const isAnswered = earlier.request?.paid !== undefined || earlier.sameRequest.some(isLive);
  if (taken.once && isAnswered) return refuse('request_already_paid');
  if (waiting >= OUTBOX_CARRIED_MAX) return refuse('outbox_full');
  attempt.hasAdded = true;
  await Promise.all([
    tx.objectStore('counterfoils').add(storedTaken(taken)),
    tx.objectStore('outbox').add(carriedEntryOf(taken)),
  ]);
  return accept(taken);
}

/** It counts as sent, since nobody can know. */
async function restoreIn(tx: WriteTransaction, taken: TakenCounterfoil): Promise<boolean> {
  if (await isKnown(tx, taken.id)) return false;
  await Promise.all([
    tx.objectStore('counterfoils').put(storedTaken(taken)),
    tx.objectStore('outbox').put({ ...carriedEntryOf(taken), sentAtMs: 0 }),
  ]);
  return true;
}

const EARLIER = ['counterfoils', 'payments', 'outbox', 'requests'] as const;

export function createCounterfoilStore(database: WalletDatabase): CounterfoilStore {
  return {
    readTaking: (keys) =>
      outcomeOf(database.read([...EARLIER, 'meta'], (tx) => readTakingOf(tx, keys))),
    take(taken) {
      const attempt = { hasAdded: false };
      return outcomeOf(database.write(EARLIER, (tx) => takeIn(tx, taken, attempt), 'strict'));
    },
    readTaken: (id) =>
      database.read(['counterfoils'], async (tx) =>
        readRecord(TAKEN, await tx.objectStore('counterfoils').get(id)),
      ),
    readTakenList: (limit, last) =>
      database.read(['counterfoils'], async (tx) => {
        const after = last && IDBKeyRange.lowerBound([-last.takenAtMs, -last.seq], true);
        const counterfoils = tx.objectStore('counterfoils');
        return readRecords(TAKEN, await counterfoils.byIndex('byNewest', after ?? null, limit));
      }),
    restoreTaken: (taken) =>
      database.write(
        ['counterfoils', 'payments', 'outbox'],
        (tx) => restoreIn(tx, taken),
        'strict',
      ),
  };
}
