/** Owns the reads of payments and outbox that screens and the relay make. */
import { accept, refuse } from '#protocol/refusals.ts';
import type { Payment } from '#wallet/payment.ts';
import type { WalletStore } from '#wallet/ports.ts';
import {
  type DamagedRecord,
  DEFAULT_SETTINGS,
  type HomeView,
  type OutboxEntry,
} from '#wallet/records.ts';
import type { WalletDatabase } from './database.ts';
import { readMeta, readOutboxEntry, readOutboxOf, WAITING } from './outbox-store.ts';
import { readPursesOf } from './purse-store.ts';
import { requestRange } from './request-range.ts';
import {
  DRAFT,
  ENTRY,
  IDENTITY,
  isDamaged,
  LAST_SEQ,
  OUTBOX_ENTRY,
  PAYEE,
  PAYMENT,
  PURSE,
  REQUEST,
  type RecordKind,
  readRecord,
  readRecords,
  SETTINGS,
  TAKEN,
  WALLET,
} from './stored-records.ts';
import type { ReadTransaction, StoreName } from './transaction.ts';
import { readWalletOf } from './wallet-state-store.ts';

type PaymentReads = Pick<
  WalletStore,
  | 'readPayment'
  | 'readPayments'
  | 'readPromised'
  | 'readPaying'
  | 'readStory'
  | 'readHome'
  | 'readDamaged'
>;

const SAME_REQUEST_MAX = 20;

async function readPromisedOf(tx: ReadTransaction): Promise<Payment[]> {
  const values = await tx.objectStore('payments').byIndex('byState', 'promised');
  return readRecords(PAYMENT, values).sort((a, b) => a.seq - b.seq);
}

function sumByCurrency(payments: readonly Payment[]): ReadonlyMap<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const { currency, amountMinor } of payments) {
    sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  }
  return sums;
}

type ListStore = Exclude<StoreName, 'meta'>;
const LISTS: readonly (readonly [ListStore, RecordKind<unknown>])[] = [
  ['payments', PAYMENT],
  ['outbox', OUTBOX_ENTRY],
  ['entries', ENTRY],
  ['requests', REQUEST],
  ['payees', PAYEE],
  ['purses', PURSE],
  ['counterfoils', TAKEN],
];
const SINGLE: readonly (readonly [string, RecordKind<unknown>])[] = [
  ['wallet', WALLET],
  ['lastSeq', LAST_SEQ],
  ['identity', IDENTITY],
  ['settings', SETTINGS],
  ['draft', DRAFT],
];

async function readDamagedOf(tx: ReadTransaction): Promise<DamagedRecord[]> {
  const damaged: DamagedRecord[] = [];
  for (const [store, kind] of LISTS) {
    const [keys, values] = await Promise.all([
      tx.objectStore(store).getAllKeys(),
      tx.objectStore(store).getAll(),
    ]);
    for (const [at, raw] of values.entries()) {
      if (isDamaged(kind, raw)) damaged.push({ store, key: String(keys[at]), raw });
    }
  }
  for (const [key, kind] of SINGLE) {
    const raw = await tx.objectStore('meta').get(key);
    if (isDamaged(kind, raw)) damaged.push({ store: 'meta', key, raw });
  }
  return damaged;
}

/** The counterfoils among what waits, as they are stored. */
async function readTakenOf(tx: ReadTransaction, waiting: readonly OutboxEntry[]) {
  const carried = waiting.filter((entry) => entry.carried);
  const counterfoils = tx.objectStore('counterfoils');
  const values = await Promise.all(carried.map(({ id }) => counterfoils.get(id)));
  return readRecords(TAKEN, values).sort((a, b) => b.takenAtMs - a.takenAtMs);
}

async function readHomeOf(tx: ReadTransaction, recentMax: number): Promise<HomeView> {
  const [wallet, settings, recentValues, waiting, promised, purses] = await Promise.all([
    readWalletOf(tx),
    tx.objectStore('meta').get('settings'),
    tx.objectStore('payments').byIndex('byNewest', null, recentMax),
    readOutboxOf(tx),
    readPromisedOf(tx),
    readPursesOf(tx),
  ]);
  const recent = readRecords(PAYMENT, recentValues);
  return {
    ...(wallet && { wallet }),
    settings: readRecord(SETTINGS, settings) ?? DEFAULT_SETTINGS,
    recent,
    waiting,
    purses,
    taken: await readTakenOf(tx, waiting),
    promisedMinor: sumByCurrency(promised),
    coveredMinor: sumByCurrency(promised.filter(({ allowance }) => allowance !== undefined)),
    damaged: recentValues.length - recent.length,
  };
}

export function createPaymentReads(database: WalletDatabase): PaymentReads {
  return {
    readPayment: (id) =>
      database.read(['payments'], async (tx) =>
        readRecord(PAYMENT, await tx.objectStore('payments').get(id)),
      ),
    readPayments: (limit, last) =>
      database.read(['payments'], async (tx) => {
        const after = last && IDBKeyRange.lowerBound([-last.createdAtMs, -last.seq], true);
        const values = await tx.objectStore('payments').byIndex('byNewest', after ?? null, limit);
        return readRecords(PAYMENT, values);
      }),
    readPromised: () => database.read(['payments'], readPromisedOf),
    readPaying: (digest) =>
      database.read(['payments', 'purses', 'meta'], async (tx) => {
        const [wallet, identity, purses, promised, same] = await Promise.all([
          readWalletOf(tx),
          readMeta(tx, 'identity', IDENTITY),
          readPursesOf(tx),
          readPromisedOf(tx),
          tx.objectStore('payments').byIndex('byRequest', requestRange(digest), SAME_REQUEST_MAX),
        ]);
        if (!wallet) return refuse('no_account');
        if (!identity) return refuse('unavailable', 'the server has not been met yet');
        const sameRequest = readRecords(PAYMENT, same);
        return accept({ wallet, identity, purses, promised, sameRequest });
      }),
    readStory: (id) =>
      database.read(WAITING, async (tx) => {
        const payment = readRecord(PAYMENT, await tx.objectStore('payments').get(id));
        if (!payment) return undefined;
        const entry = await readOutboxEntry(tx, id);
        return entry ? { payment, entry } : { payment };
      }),
    readHome: (recentMax) =>
      database.read([...WAITING, 'purses', 'meta'], (tx) => readHomeOf(tx, recentMax)),
    readDamaged: () => database.read([...LISTS.map(([store]) => store), 'meta'], readDamagedOf),
  };
}
