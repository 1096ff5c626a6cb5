/** Owns the part of the storage that the relay works on, in page and worker alike: outbox, receipts, server keys. */
import type { Bytes } from '#protocol/bytes.ts';
import type { Receipt } from '#protocol/receipt.ts';
import { step } from '#wallet/payment.ts';
import { type OutboxStore, type Settled, StoreFault } from '#wallet/ports.ts';
import { type OutboxEntry, outboxEntryOf } from '#wallet/records.ts';
import type { WalletDatabase } from './database.ts';
import {
  IDENTITY,
  isDamaged,
  OUTBOX_ENTRY,
  PROMISED,
  type RecordKind,
  readRecord,
  settleable,
} from './stored-records.ts';
import type { ReadTransaction, WriteTransaction } from './transaction.ts';

const MONEY = ['payments', 'outbox'] as const;

/** One record of `meta`, or undefined when there is none. Damage is not absence: it throws. */
export async function readMeta<T>(
  tx: ReadTransaction,
  key: string,
  kind: RecordKind<T>,
): Promise<T | undefined> {
  const value = await tx.objectStore('meta').get(key);
  if (isDamaged(kind, value)) throw new StoreFault('store_unreadable', `damaged: ${kind.name}`);
  return readRecord(kind, value);
}

/**
 * A damaged outbox record is made anew from its payment, which has all that is in it. It counts as
 * sent, since nobody can know.
 */
export async function readOutboxEntry(
  tx: ReadTransaction,
  id: IDBValidKey,
): Promise<OutboxEntry | undefined> {
  const value = await tx.objectStore('outbox').get(id);
  const entry = readRecord(OUTBOX_ENTRY, value);
  if (entry || value === undefined) return entry;
  const payment = readRecord(PROMISED, await tx.objectStore('payments').get(id));
  return payment?.state === 'promised' ? { ...outboxEntryOf(payment), sentAtMs: 0 } : undefined;
}

export async function readOutboxOf(tx: ReadTransaction): Promise<OutboxEntry[]> {
  const ids = await tx.objectStore('outbox').getAllKeys();
  const entries = await Promise.all(ids.map((id) => readOutboxEntry(tx, id)));
  return entries.filter((entry) => entry !== undefined).sort((a, b) => a.seq - b.seq);
}

async function claimIn(tx: WriteTransaction, id: string, nowMs: number) {
  const entry = await readOutboxEntry(tx, id);
  if (!entry || entry.sentAtMs !== undefined) return entry;
  const claimed: OutboxEntry = { ...entry, sentAtMs: nowMs };
  await tx.objectStore('outbox').put(claimed);
  return claimed;
}

async function settleIn(
  tx: WriteTransaction,
  id: string,
  receipt: Receipt,
  bytes: Bytes,
): Promise<Settled> {
  const payments = tx.objectStore('payments');
  const stored = (await payments.get(id)) ?? (await tx.objectStore('outbox').get(id));
  const payment = settleable(id, stored);
  const settled = step(payment, { kind: 'receipt', receipt, bytes });
  const known = settled === payment;
  // One transaction moves it from the outbox to the receipts: it is always in one of them (I9).
  await Promise.all([known || payments.put(settled), tx.objectStore('outbox').delete(id)]);
  if (known) return 'known';
  return settled.contradiction ? 'contradicted' : 'settled';
}

export function createOutboxStore(database: WalletDatabase): OutboxStore {
  return {
    readIdentity: () => database.read(['meta'], (tx) => readMeta(tx, 'identity', IDENTITY)),
    writeIdentity: (identity) =>
      database.write(
        ['meta'],
        async (tx) => {
          await tx.objectStore('meta').put(identity, 'identity');
        },
        'relaxed',
      ),
    readOutbox: () => database.read(MONEY, readOutboxOf),
    claim: (ids, nowMs) =>
      database.write(
        MONEY,
        async (tx) => {
          const entries = await Promise.all(ids.map((id) => claimIn(tx, id, nowMs)));
          return entries.filter((entry) => entry !== undefined);
        },
        'strict',
      ),
    settle: (id, receipt, bytes) =>
      database.write(MONEY, (tx) => settleIn(tx, id, receipt, bytes), 'strict'),
    quarantine: (id, code, nowMs) =>
      database.write(
        MONEY,
        async (tx) => {
          const entry = await readOutboxEntry(tx, id);
          if (!entry) return;
          const sinceMs = entry.quarantine?.sinceMs ?? nowMs;
          const quarantine = { code, sinceMs, offeredAtMs: nowMs };
          await tx.objectStore('outbox').put({ ...entry, quarantine });
        },
        'strict',
      ),
  };
}
