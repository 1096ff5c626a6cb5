/** Owns one IndexedDB transaction as promises: its tables, and its end. */

/** Values are what we wrote, or damaged: `stored-records.ts` decides, so here they are unknown. */
export type StoreName = 'payments' | 'outbox' | 'entries' | 'requests' | 'payees' | 'meta';

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

/**
 * Resolves within the transaction. What throws at once rejects like the rest, and a failure that
 * nobody awaits is no news: the transaction's own end says it.
 */
function settled<T>(begin: () => IDBRequest<T>): Promise<T> {
  const promise = new Promise<T>((resolve, reject) => {
    const request = begin();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  promise.catch(() => undefined);
  return promise;
}

function tableOf(tx: IDBTransaction, table: StoreName): WriteTable {
  const store = () => tx.objectStore(table);
  return {
    get: (key) => settled(() => store().get(key)),
    getAll: (range, limit) => settled(() => store().getAll(range, limit)),
    getAllKeys: () => settled(() => store().getAllKeys()),
    count: () => settled(() => store().count()),
    byIndex: (name, range, limit) => settled(() => store().index(name).getAll(range, limit)),
    put: (value, key) => settled(() => store().put(value, key)),
    add: (value) => settled(() => store().add(value)),
    delete: (key) => settled(() => store().delete(key)),
    clear: () => settled(() => store().clear()),
  };
}

/**
 * Does the work in one transaction, and awaits the commit of a writing one: a successful `put`
 * proves nothing (F20).
 */
export async function transact<T>(
  tx: IDBTransaction,
  work: (tables: WriteTransaction) => Promise<T>,
): Promise<T> {
  let working = true;
  let early = false;
  const ended = new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => {
      early = working;
      resolve();
    };
    tx.onabort = () => reject(tx.error ?? new DOMException('aborted', 'AbortError'));
  });
  ended.catch(() => undefined);
  try {
    const value = await work({ objectStore: (name) => tableOf(tx, name) });
    working = false;
    if (tx.mode !== 'readonly') await ended;
    // Then the rest of the work was done outside of it, or not at all (F21).
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
