/** Owns the reads of payments and outbox that screens and the relay make. */
import { accept, refuse } from '#protocol/refusals.ts';
import type { Payment } from '#wallet/payment.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { type DamagedRecord, DEFAULT_SETTINGS, type OutboxEntry } from '#wallet/records.ts';
import type { ReadTransaction, StoreName, WalletDatabase } from './database.ts';
import { isDamaged, type RecordKind, readRecord, readRecords } from './stored-records.ts';
import { type AnyTransaction, readMeta, readWalletOf } from './wallet-state-store.ts';

type PaymentReads = Pick<
  WalletStore,
  | 'readOutbox'
  | 'readPayment'
  | 'readPayments'
  | 'readPromised'
  | 'readPaying'
  | 'readStory'
  | 'readHome'
  | 'readDamaged'
>;

const SAME_REQUEST_MAX = 20;

/** [digest] ≤ key ≤ [digest, anything]: arrays sort after numbers. Newest first. */
export function requestRange(digest: string): IDBKeyRange {
  return IDBKeyRange.bound([digest], [digest, [[]]]);
}

async function readPromisedOf(tx: AnyTransaction): Promise<Payment[]> {
  const values = await tx.objectStore('payments').index('byState').getAll('promised');
  return readRecords('payment', values).sort((a, b) => a.seq - b.seq);
}

/**
 * A damaged outbox record is made anew from its payment, which has the same signed bytes. It counts
 * as sent, since nobody can know.
 */
export async function readOutboxEntry(
  tx: AnyTransaction,
  id: string,
): Promise<OutboxEntry | undefined> {
  const value = await tx.objectStore('outbox').get(id);
  const entry = readRecord('outboxEntry', value);
  if (entry || value === undefined) return entry;
  const payment = readRecord('payment', await tx.objectStore('payments').get(id));
  if (payment?.state !== 'promised') return undefined;
  const { seq, authorization } = payment;
  return { id, seq, authorization, sentAtMs: 0 };
}

export async function readOutboxOf(tx: AnyTransaction): Promise<OutboxEntry[]> {
  const ids = await tx.objectStore('outbox').getAllKeys();
  const entries = await Promise.all(ids.map((id) => readOutboxEntry(tx, id)));
  return entries.filter((entry) => entry !== undefined).sort((a, b) => a.seq - b.seq);
}

function sumByCurrency(payments: readonly Payment[]): ReadonlyMap<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const { currency, amountMinor } of payments) {
    sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  }
  return sums;
}

const KINDS: { readonly [store in Exclude<StoreName, 'meta'>]: RecordKind } = {
  payments: 'payment',
  outbox: 'outboxEntry',
  entries: 'entry',
  requests: 'request',
  payees: 'payee',
};
const SINGLE: readonly RecordKind[] = ['wallet', 'lastSeq', 'identity', 'settings', 'draft'];

async function readDamagedOf(tx: ReadTransaction): Promise<DamagedRecord[]> {
  const damaged: DamagedRecord[] = [];
  for (const store of ['payments', 'outbox', 'entries', 'requests', 'payees'] as const) {
    const [keys, values] = await Promise.all([
      tx.objectStore(store).getAllKeys(),
      tx.objectStore(store).getAll(),
    ]);
    for (const [at, raw] of values.entries()) {
      if (isDamaged(KINDS[store], raw)) damaged.push({ store, key: String(keys[at]), raw });
    }
  }
  for (const kind of SINGLE) {
    const raw = await tx.objectStore('meta').get(kind);
    if (isDamaged(kind, raw)) damaged.push({ store: 'meta', key: kind, raw });
  }
  return damaged;
}

async function readHomeOf(tx: ReadTransaction, recentMax: number) {
  const [wallet, settings, recentValues, waiting, promised] = await Promise.all([
    readWalletOf(tx),
    tx.objectStore('meta').get('settings'),
    tx.objectStore('payments').index('byNewest').getAll(null, recentMax),
    readOutboxOf(tx),
    readPromisedOf(tx),
  ]);
  const recent = readRecords('payment', recentValues);
  return {
    ...(wallet && { wallet }),
    settings: readRecord('settings', settings) ?? DEFAULT_SETTINGS,
    recent,
    waiting,
    promisedMinor: sumByCurrency(promised),
    damaged: recentValues.length - recent.length,
  };
}

export function createPaymentReads(database: WalletDatabase): PaymentReads {
  const both = ['payments', 'outbox'] as const;
  return {
    readOutbox: () => database.read(both, readOutboxOf),
    readPayment: (id) =>
      database.read(['payments'], async (tx) =>
        readRecord('payment', await tx.objectStore('payments').get(id)),
      ),
    readPayments: (limit, last) =>
      database.read(['payments'], async (tx) => {
        const after = last && IDBKeyRange.lowerBound([-last.createdAtMs, -last.seq], true);
        const values = await tx
          .objectStore('payments')
          .index('byNewest')
          .getAll(after ?? null, limit);
        return readRecords('payment', values);
      }),
    readPromised: () => database.read(['payments'], readPromisedOf),
    readPaying: (digest) =>
      database.read(['payments', 'meta'], async (tx) => {
        const [wallet, identity, promised, same] = await Promise.all([
          readWalletOf(tx),
          readMeta(tx, 'identity'),
          readPromisedOf(tx),
          tx
            .objectStore('payments')
            .index('byRequest')
            .getAll(requestRange(digest), SAME_REQUEST_MAX),
        ]);
        if (!wallet) return refuse('no_account');
        if (!identity) return refuse('unavailable', 'the server has not been met yet');
        return accept({ wallet, identity, promised, sameRequest: readRecords('payment', same) });
      }),
    readStory: (id) =>
      database.read(both, async (tx) => {
        const payment = readRecord('payment', await tx.objectStore('payments').get(id));
        const entry = await readOutboxEntry(tx, id);
        return payment && (entry ? { payment, entry } : { payment });
      }),
    readHome: (recentMax) =>
      database.read(['payments', 'outbox', 'meta'], (tx) => readHomeOf(tx, recentMax)),
    readDamaged: () =>
      database.read(['payments', 'outbox', 'entries', 'requests', 'payees', 'meta'], readDamagedOf),
  };
}
