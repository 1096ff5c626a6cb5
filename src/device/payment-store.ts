/** Owns the wallet's whole storage on IndexedDB: every rule of `WalletStore` as one transaction each. */
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import { occupiesRequest, type Payment, step } from '#wallet/payment.ts';
import type { WalletStore } from '#wallet/ports.ts';
import { OUTBOX_ITEMS_MAX, outboxEntryOf } from '#wallet/records.ts';
import { createCounterfoilStore } from './counterfoil-store.ts';
import type { WalletDatabase } from './database.ts';
import { createOutboxStore, readOutboxEntry, WAITING } from './outbox-store.ts';
import { outcomeOf } from './outcome-of.ts';
import { createPaymentReads } from './payment-reads.ts';
import { createPurseStore, drawAgainIn, drawIn } from './purse-store.ts';
import { requestRange } from './request-range.ts';
import { createStatementStore } from './statement-store.ts';
import { PAYMENT, readRecord, readRecords, storedPayment } from './stored-records.ts';
import type { WriteTransaction } from './transaction.ts';
import { createWalletStateStore, readWalletOf } from './wallet-state-store.ts';

const PROMISING = ['payments', 'outbox', 'purses', 'meta'] as const;

/** Counterfoils of others wait there too, and take no place from this phone's own promises. */
async function isOutboxFull(tx: WriteTransaction): Promise<boolean> {
  if ((await tx.objectStore('outbox').count()) < OUTBOX_ITEMS_MAX) return false;
  const own = await tx.objectStore('payments').byIndex('byState', 'promised', OUTBOX_ITEMS_MAX);
  return own.length >= OUTBOX_ITEMS_MAX;
}

async function promiseIn(tx: WriteTransaction, payment: Payment): Promise<Outcome<Payment>> {
  const payments = tx.objectStore('payments');
  const [wallet, stored, sameRequest, isFull] = await Promise.all([
    readWalletOf(tx),
    payments.get(payment.id),
    payments.byIndex('byRequest', requestRange(payment.requestDigest)),
    isOutboxFull(tx),
  ]);
  // The same signed order again (a second tap, a repeat after a lost connection) is one payment.
  const known = readRecord(PAYMENT, stored);
  if (known) return accept(known);
  if (!wallet) return refuse('no_account');
  if (payment.device !== wallet.device || payment.seq !== wallet.lastSeq + 1) {
    return refuse('sequence_taken');
  }
  if (payment.once && readRecords(PAYMENT, sameRequest).some(occupiesRequest)) {
    return refuse('already_paying');
  }
  if (isFull) return refuse('outbox_full');
  const drawn = await drawIn(tx, payment);
  if (!drawn) return refuse('sequence_taken', 'the purse has changed');
  const { device, seq } = payment;
  // Written together: a crash between them would leave money promised with nothing to send.
  await Promise.all([
    payments.add(storedPayment(drawn)),
    tx.objectStore('outbox').add(outboxEntryOf(payment)),
    tx.objectStore('meta').put({ device, seq }, 'lastSeq'),
  ]);
  return accept(drawn);
}

async function cancelIn(tx: WriteTransaction, id: string): Promise<Outcome<Payment>> {
  const payment = readRecord(PAYMENT, await tx.objectStore('payments').get(id));
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

async function handOverIn(tx: WriteTransaction, id: string, nowMs: number): Promise<boolean> {
  const entry = await readOutboxEntry(tx, id);
  if (!entry) return false;
  await tx.objectStore('outbox').put({ sentAtMs: nowMs, shownAtMs: nowMs, ...entry });
  return true;
}

/** Its number was used, whatever the database still knows of it. */
async function restoreIn(tx: WriteTransaction, payment: Payment): Promise<boolean> {
  const payments = tx.objectStore('payments');
  if ((await payments.get(payment.id)) !== undefined) return false;
  const wallet = await readWalletOf(tx);
  const { device, seq } = payment;
  const isAhead = wallet?.device === device && wallet.lastSeq < seq;
  await Promise.all([
    payments.put(storedPayment(payment)),
    tx.objectStore('outbox').put({ ...outboxEntryOf(payment), sentAtMs: 0 }),
    isAhead ? tx.objectStore('meta').put({ device, seq }, 'lastSeq') : undefined,
    drawAgainIn(tx, payment),
  ]);
  return true;
}

/** Reads throw `StoreFault`; "could not read" never looks like "empty". */
export function createPaymentStore(database: WalletDatabase): WalletStore {
  return {
    ...createOutboxStore(database),
    ...createPaymentReads(database),
    ...createWalletStateStore(database),
    ...createStatementStore(database),
    ...createPurseStore(database),
    ...createCounterfoilStore(database),
    promise: (payment) =>
      outcomeOf(database.write(PROMISING, (tx) => promiseIn(tx, payment), 'strict')),
    restore: (payment) => database.write(PROMISING, (tx) => restoreIn(tx, payment), 'strict'),
    handOver: (id, nowMs) => database.write(WAITING, (tx) => handOverIn(tx, id, nowMs), 'strict'),
    cancel: (id) => outcomeOf(database.write(WAITING, (tx) => cancelIn(tx, id), 'strict')),
  };
}
