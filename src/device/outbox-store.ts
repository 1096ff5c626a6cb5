/** Owns the part of the storage that the relay works on, in page and worker alike: outbox, receipts, server keys. */
import type { Bytes } from '#protocol/bytes.ts';
import type { Receipt } from '#protocol/receipt.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import { payByCounterfoil } from '#wallet/paid-request.ts';
import { isForgotten, type Payment, withReceipt } from '#wallet/payment.ts';
import { type OutboxStore, type Settled, StoreFault } from '#wallet/ports.ts';
import {
  carriedEntryOf,
  type OutboxEntry,
  outboxEntryOf,
  RECEIPTED_PAGE_MAX,
  type ReceiptedPlace,
} from '#wallet/records.ts';
import type { WalletDatabase } from './database.ts';
import {
  ASKED,
  FUNDS,
  IDENTITY,
  isDamaged,
  OUTBOX_ENTRY,
  PAYING,
  PROMISED,
  RECEIPTED,
  type RecordKind,
  readRecord,
  readRecords,
  settleable,
} from './stored-records.ts';
import type { ReadTransaction, WriteTransaction } from './transaction.ts';

/** Whatever the outbox carries, and the records that it can be made anew from. */
export const WAITING = ['payments', 'counterfoils', 'outbox'] as const;
const MONEY = [...WAITING, 'requests', 'entries', 'meta'] as const;

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
 * A damaged outbox record is made anew from its payment or counterfoil, which has all that is in it.
 * It counts as sent, since nobody can know.
 */
export async function readOutboxEntry(
  tx: ReadTransaction,
  id: IDBValidKey,
): Promise<OutboxEntry | undefined> {
  const value = await tx.objectStore('outbox').get(id);
  const entry = readRecord(OUTBOX_ENTRY, value);
  if (entry || value === undefined) return entry;
  const payment = readRecord(PROMISED, await tx.objectStore('payments').get(id));
  if (payment?.state === 'promised') return { ...outboxEntryOf(payment), sentAtMs: 0 };
  const taken = readRecord(PROMISED, await tx.objectStore('counterfoils').get(id));
  return taken?.state === 'taken' ? { ...carriedEntryOf(taken), sentAtMs: 0 } : undefined;
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

/** The request that the counterfoil answers is paid when the receipt says so, and not before. */
async function payRequestIn(tx: WriteTransaction, settled: unknown): Promise<void> {
  const taken = readRecord(PAYING, settled);
  if (!taken) return;
  const requests = tx.objectStore('requests');
  const request = readRecord(ASKED, await requests.get(taken.requestDigest));
  const paid = request && payByCounterfoil(request, taken);
  if (paid) await requests.put(paid);
}

/** More than a statement brings while one receipt is on its way. */
const NEWEST_ENTRIES = 50;

const atLeastNothing = (minor: bigint) => (minor > 0n ? minor : 0n);

/**
 * Without a network nobody would say that the money is gone: what the server said last of the balance
 * falls by it until it speaks again, unless its statement has told of the payment already.
 */
async function spendIn(tx: WriteTransaction, payment: Payment): Promise<void> {
  const { id, currency, amountMinor, allowance } = payment;
  const [entries, stored] = await Promise.all([
    tx.objectStore('entries').getAll(null, NEWEST_ENTRIES),
    tx.objectStore('meta').get('wallet'),
  ]);
  const wallet = readRecord(FUNDS, stored);
  if (!wallet || entries.some((entry) => Object(entry).paymentId === id)) return;
  const balances = wallet.account.balances.map((balance) => {
    if (balance.currency !== currency) return balance;
    const left = { ...balance, amountMinor: atLeastNothing(balance.amountMinor - amountMinor) };
    if (allowance === undefined || !balance.heldMinor) return left;
    return { ...left, heldMinor: atLeastNothing(balance.heldMinor - amountMinor) };
  });
  const account = { ...wallet.account, balances };
  await tx.objectStore('meta').put({ ...wallet, account }, 'wallet');
}

async function settleIn(
  tx: WriteTransaction,
  id: string,
  receipt: Receipt,
  bytes: Bytes,
  epoch: number | undefined,
): Promise<Settled> {
  const [payment, taken, entry] = await Promise.all([
    tx.objectStore('payments').get(id),
    tx.objectStore('counterfoils').get(id),
    tx.objectStore('outbox').get(id),
  ]);
  const isCarried = payment === undefined && (taken ?? Object(entry).carried) !== undefined;
  const record = settleable<Payment | TakenCounterfoil>(id, payment ?? taken ?? entry);
  const settled = withReceipt(record, receipt, bytes, epoch);
  const known = settled === record;
  // One transaction moves it from the outbox to the receipts: it is always in one of them (I9).
  await Promise.all([
    known || tx.objectStore(isCarried ? 'counterfoils' : 'payments').put(settled),
    tx.objectStore('outbox').delete(id),
  ]);
  if (known) return 'known';
  if (settled.contradiction) return 'contradicted';
  if (settled.state === 'accepted') {
    if (isCarried) await payRequestIn(tx, settled);
    else if (record.state === 'promised') await spendIn(tx, settled as Payment);
  }
  return 'settled';
}

/** What is damaged is not among them: there is nothing to bring back. */
async function readForgottenIn(
  tx: ReadTransaction,
  epoch: number,
  sinceMs: number,
  { store, after = [Number.NEGATIVE_INFINITY] }: ReceiptedPlace,
) {
  const range = IDBKeyRange.bound(after, [-sinceMs], true);
  const page = await tx.objectStore(store).byIndex('byNewest', range, RECEIPTED_PAGE_MAX);
  const entries = readRecords(RECEIPTED, page).filter((record) => isForgotten(record, epoch));
  const last: unknown = Object(page.at(-1)).newest;
  if (page.length === RECEIPTED_PAGE_MAX)
    return { entries, next: { store, after: last as number[] } };
  return store === 'payments' ? { entries, next: { store: 'counterfoils' as const } } : { entries };
}

export function createOutboxStore(database: WalletDatabase): OutboxStore {
  return {
    readIdentity: () => database.read(['meta'], (tx) => readMeta(tx, 'identity', IDENTITY)),
    writeIdentity: (identity, readAtMs) =>
      database.write(
        ['meta'],
        async (tx) => {
          await tx.objectStore('meta').put({ ...identity, readAtMs }, 'identity');
        },
        'relaxed',
      ),
    readOutbox: () => database.read(WAITING, readOutboxOf),
    claim: (ids, nowMs) =>
      database.write(
        WAITING,
        async (tx) => {
          const entries = await Promise.all(ids.map((id) => claimIn(tx, id, nowMs)));
          return entries.filter((entry) => entry !== undefined);
        },
        'strict',
      ),
    settle: (id, receipt, bytes, epoch) =>
      database.write(MONEY, (tx) => settleIn(tx, id, receipt, bytes, epoch), 'strict'),
    readForgotten: (epoch, sinceMs, place) =>
      database.read([place.store], (tx) => readForgottenIn(tx, epoch, sinceMs, place)),
    quarantine: (id, code, nowMs) =>
      database.write(
        WAITING,
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
