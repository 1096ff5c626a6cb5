/** Owns one IndexedDB transaction as promises: its tables, and its end. */
import type { IDBPDatabase, IDBPObjectStore, IDBPTransaction } from 'idb';

/** Values are what we wrote, or damaged: `stored-records.ts` decides, so here they are unknown. */
export type StoreName =
  | 'payments'
  | 'outbox'
  | 'entries'
  | 'requests'
  | 'payees'
  | 'purses'
  | 'counterfoils'
  | 'meta';

/** Range or nothing, and how many at most. */
type Listing = (range?: IDBKeyRange | null, limit?: number) => Promise<unknown[]>;

export type ReadTable = {
  get(key: IDBValidKey): Promise<unknown>;
  getAll: Listing;
  getAllKeys(): Promise<IDBValidKey[]>;
  count(): Promise<number>;
  /** Everything with this key, or in this range, by the index. */
  byIndex(
    name: string,
    range?: IDBValidKey | IDBKeyRange | null,
    limit?: number,
  ): Promise<unknown[]>;
};

export type WriteTable = ReadTable & {
  put(value: unknown, key?: IDBValidKey): Promise<unknown>;
  /** Fails the transaction when the key is taken. */
  add(value: unknown): Promise<unknown>;
  delete(key: IDBValidKey): Promise<unknown>;
  clear(): Promise<unknown>;
};

export type ReadTransaction = { objectStore(name: StoreName): ReadTable };
export type WriteTransaction = { objectStore(name: StoreName): WriteTable };

type Mode = 'readonly' | 'readwrite';
type StoreOf<M extends Mode> = () => IDBPObjectStore<unknown, StoreName[], StoreName, M>;

/**
 * What throws at once rejects like the rest, and a failure that nobody awaits is no news: the
 * transaction's own end says it.
 */
function settled<T>(request: () => Promise<T>): Promise<T> {
  const promise = new Promise<T>((resolve) => resolve(request()));
  promise.catch(() => undefined);
  return promise;
}

function readTable<M extends Mode>(store: StoreOf<M>): ReadTable {
  return {
    get: (key) => settled(() => store().get(key)),
    getAll: (range, limit) => settled(() => store().getAll(range, limit)),
    getAllKeys: () => settled(() => store().getAllKeys()),
    count: () => settled(() => store().count()),
    byIndex: (name, range, limit) => settled(() => store().index(name).getAll(range, limit)),
  };
}

function writeTable(store: StoreOf<'readwrite'>): WriteTable {
  return {
    ...readTable(store),
    put: (value, key) => settled(() => store().put(value, key)),
    add: (value) => settled(() => store().add(value)),
    delete: (key) => settled(() => store().delete(key)),
    clear: () => settled(() => store().clear()),
  };
}

/** Calls `work`, and makes nothing of it when it fails. A transaction that ends before it is a bug (F21). */
async function whole<T, M extends Mode>(
  tx: IDBPTransaction<unknown, StoreName[], M>,
  work: () => Promise<T>,
): Promise<T> {
  let working = true;
  let early = false;
  const ended = tx.done.then(() => {
    early = working;
  });
  ended.catch(() => undefined);
  try {
    const value = await work();
    working = false;
    if (tx.mode !== 'readonly') await ended;
    // Then the rest of the work was done outside of it, or not at all.
    if (early)
      throw new Error('a transaction ended before its work: something foreign was awaited');
    return value;
  } catch (error) {
    try {
      tx.abort();
    } catch {
      // It has ended already.
    }
    throw tx.error ?? error;
  }
}

export function readWith<T>(
  db: IDBPDatabase,
  stores: readonly StoreName[],
  work: (tables: ReadTransaction) => Promise<T>,
): Promise<T> {
  const tx = db.transaction([...stores], 'readonly');
  return whole(tx, () => work({ objectStore: (name) => readTable(() => tx.objectStore(name)) }));
}

/** Awaits the commit: a successful `put` proves nothing (F20). */
export function writeWith<T>(
  db: IDBPDatabase,
  stores: readonly StoreName[],
  durability: 'strict' | 'relaxed',
  work: (tables: WriteTransaction) => Promise<T>,
): Promise<T> {
  const tx = db.transaction([...stores], 'readwrite', { durability });
  return whole(tx, () => work({ objectStore: (name) => writeTable(() => tx.objectStore(name)) }));
}
