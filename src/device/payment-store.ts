/** Owns the wallet's storage on IndexedDB: every rule of `WalletStore` as one transaction each. */
import type { Bytes } from '#protocol/bytes.ts';
import type { Receipt } from '#protocol/receipt.ts';
import { accept, type Outcome, type RefusalCode, refuse } from '#protocol/refusals.ts';
import { occupiesRequest, type Payment, step } from '#wallet/payment.ts';
import { type Settled, StoreFault, type WalletStore } from '#wallet/ports.ts';
import { OUTBOX_ITEMS_MAX, type OutboxEntry } from '#wallet/records.ts';
import type { WalletDatabase, WriteTransaction } from './database.ts';
import { createPaymentReads, readOutboxEntry, requestRange } from './payment-reads.ts';
import { createStatementStore } from './statement-store.ts';
import { readRecord, readRecords, storedPayment } from './stored-records.ts';
import { createWalletStateStore, readWalletOf } from './wallet-state-store.ts';

type MoneyStore = Pick<WalletStore, 'promise' | 'claim' | 'settle' | 'quarantine' | 'cancel'>;

const MONEY = ['payments', 'outbox'] as const;

/** A failed write as the refusal a person is shown. A bug goes on as it is. */
async function outcomeOf<T>(work: Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreFault) return refuse(error.code, error.message);
    throw error;
  }
}

async function addPromise(tx: WriteTransaction, payment: Payment): Promise<Outcome<Payment>> {
  const payments = tx.objectStore('payments');
  const [wallet, stored, sameRequest, waiting] = await Promise.all([
    readWalletOf(tx),
    payments.get(payment.id),
    payments.index('byRequest').getAll(requestRange(payment.requestDigest)),
    tx.objectStore('outbox').count(),
  ]);
  // The same signed order again (a second tap, a repeat after a lost connection) is one payment.
  const known = readRecord('payment', stored);
  if (known) return accept(known);
  if (!wallet) return refuse('no_account');
  if (payment.device !== wallet.device || payment.seq !== wallet.lastSeq + 1) {
    return refuse('sequence_taken');
  }
  if (payment.once && readRecords('payment', sameRequest).some(occupiesRequest)) {
    return refuse('already_paying');
  }
  if (waiting >= OUTBOX_ITEMS_MAX) return refuse('outbox_full');
  const { id, seq, device, authorization } = payment;
  const entry: OutboxEntry = { id, seq, authorization };
  // Written together: a crash between them would leave money promised with nothing to send.
  await Promise.all([
    payments.add(storedPayment(payment)),
    tx.objectStore('outbox').add(entry),
    tx.objectStore('meta').put({ device, seq }, 'lastSeq'),
  ]);
  return accept(payment);
}

async function settleIn(
  tx: WriteTransaction,
  signed: Payment,
  receipt: Receipt,
  bytes: Bytes,
): Promise<Settled> {
  const stored = await tx.objectStore('payments').get(signed.id);
  const known = readRecord('payment', stored);
  const payment = known ?? signed;
  const settled = step(payment, { kind: 'receipt', receipt, bytes });
  // A damaged record stays inside the new one: nothing that was stored is thrown away.
  const damaged = known || stored === undefined ? {} : { damaged: stored };
  // One transaction moves it from the outbox to the receipts: it is always in one of them (I9).
  await Promise.all([
    settled === payment
      ? undefined
      : tx.objectStore('payments').put({ ...storedPayment(settled), ...damaged }),
    tx.objectStore('outbox').delete(signed.id),
  ]);
  if (settled === payment) return 'known';
  return settled.contradiction ? 'contradicted' : 'settled';
}

async function cancelIn(tx: WriteTransaction, id: string): Promise<Outcome<Payment>> {
  const payment = readRecord('payment', await tx.objectStore('payments').get(id));
  if (!payment) return refuse('not_found');
  if (payment.state === 'cancelled') return accept(payment);
  const entry = await readOutboxEntry(tx, id);
  if (!entry || entry.sentAtMs !== undefined) return refuse('cancel_too_late');
  const cancelled = step(payment, { kind: 'cancel' });
  await Promise.all([
    tx.objectStore('payments').put(storedPayment(cancelled)),
    tx.objectStore('outbox').delete(id),
  ]);
  return accept(cancelled);
}

async function claimIn(tx: WriteTransaction, id: string, nowMs: number) {
  const outbox = tx.objectStore('outbox');
  const entry = await readOutboxEntry(tx, id);
  if (!entry || entry.sentAtMs !== undefined) return entry;
  const claimed: OutboxEntry = { ...entry, sentAtMs: nowMs };
  await outbox.put(claimed);
  return claimed;
}

function createMoneyStore(database: WalletDatabase): MoneyStore {
  return {
    promise: (payment) =>
      outcomeOf(database.write([...MONEY, 'meta'], (tx) => addPromise(tx, payment), 'strict')),
    claim: (ids, nowMs) =>
      database.write(
        MONEY,
        async (tx) => {
          const entries = await Promise.all(ids.map((id) => claimIn(tx, id, nowMs)));
          return entries.filter((entry) => entry !== undefined);
        },
        'strict',
      ),
    settle: (signed, receipt, bytes) =>
      database.write(MONEY, (tx) => settleIn(tx, signed, receipt, bytes), 'strict'),
    quarantine: (id: string, code: RefusalCode, nowMs: number) =>
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
    cancel: (id) => outcomeOf(database.write(MONEY, (tx) => cancelIn(tx, id), 'strict')),
  };
}

/** Everything on one database. Reads throw `StoreFault`; "could not read" never looks like "empty". */
export function createPaymentStore(database: WalletDatabase): WalletStore {
  return {
    ...createMoneyStore(database),
    ...createPaymentReads(database),
    ...createWalletStateStore(database),
    ...createStatementStore(database),
  };
}
