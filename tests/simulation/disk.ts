// The storage of a simulated phone, beneath the production code: read past it, broken under it, copied, wiped.
import { openWalletDatabase, type WalletDatabase } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import type { ReadTable, StoreName } from '#device/transaction.ts';
import type { WalletStore } from '#wallet/ports.ts';

/**
 * What storage does to one transaction or one opening. `stuck`: it opens never, and says nothing (F24). `torn`: it commits, and says that it does not know.
 * `aborted`: every request succeeds, and the commit fails (F20). `lost`: the connection is gone (F22).
 */
export type DiskFate = 'well' | 'unopened' | 'stuck' | 'lost' | 'failed' | 'aborted' | 'torn';

export type Disk = {
  readonly name: string;
  /** How many writing transactions have ended well. */
  readonly commits: number;
  /** The production store on what is stored now; it reads only, and at once. */
  readonly reader: WalletStore;
  /** Its power is gone, and with it what no strict transaction has put on disk (F19). Answers how many writes. */
  losePower(): number;
  /** Everything is gone. */
  wipe(): void;
  /** The same under another name, as a profile that was copied. */
  copyTo(name: string, fate: Known['fate']): Promise<Disk>;
};

type RawRecord = { readonly key: IDBValidKey; readonly value: unknown };
type RawRecords = {
  values(range?: IDBKeyRange): Iterable<RawRecord>;
  get(key: IDBValidKey): RawRecord;
};
type RawStore = {
  readonly keyPath: string | null;
  readonly records: RawRecords;
  readonly rawIndexes: ReadonlyMap<string, { readonly records: RawRecords }>;
};
type RawDatabase = { readonly rawObjectStores: ReadonlyMap<string, RawStore> };
type RawFactory = { readonly _databases: Map<string, RawDatabase> };

type RawTransaction = IDBTransaction & {
  error: DOMException | null;
  _state: string;
  _requests: { request: IDBRequest }[];
  _rollbackLog: (() => void)[];
  _start(): void;
  _abort(name: string): void;
};

type Known = {
  commits: number;
  /** How to undo what was committed since the last strict transaction, in that order. */
  unflushed: (() => void)[];
  readonly fate: (writing: boolean | 'open') => DiskFate;
};

const known = new Map<string, Known>();
const databases = () => (indexedDB as unknown as RawFactory)._databases;

/** The first request fails, and the transaction with it. */
function fail(tx: RawTransaction): void {
  let hasFailed = false;
  const start = tx._start.bind(tx);
  tx._start = () => {
    if (hasFailed || tx._state === 'finished') return start();
    hasFailed = true;
    tx._abort('UnknownError');
  };
}

/** All requests are done, and it was about to end well. `torn` keeps what it did. */
function breakEnd(tx: RawTransaction, isTorn: boolean, onCommit: () => void): void {
  const start = tx._start.bind(tx);
  tx._start = () => {
    const isOver = tx._requests.every(({ request }) => request.readyState === 'done');
    if (!isOver || tx._state === 'finished') return start();
    if (isTorn) {
      tx._rollbackLog.length = 0;
      onCommit();
    }
    tx._abort(isTorn ? 'UnknownError' : 'QuotaExceededError');
  };
}

function committed(tx: RawTransaction, disk: Known): void {
  disk.commits++;
  if (tx.durability === 'strict') disk.unflushed = [];
  else disk.unflushed.push(...tx._rollbackLog);
}

function begin(database: IDBDatabase, tx: RawTransaction, disk: Known): RawTransaction {
  const isWriting = tx.mode === 'readwrite';
  if (isWriting) tx.addEventListener('complete', () => committed(tx, disk));
  switch (disk.fate(isWriting)) {
    case 'lost':
      tx.abort();
      database.close();
      throw new DOMException('the connection is lost', 'InvalidStateError');
    case 'failed':
      fail(tx);
      break;
    case 'aborted':
      if (isWriting) breakEnd(tx, false, () => undefined);
      break;
    case 'torn':
      if (isWriting) breakEnd(tx, true, () => void disk.commits++);
  }
  return tx;
}

/** Who waits for it has a timer, begun in this very task, whose seconds pass at once. */
function openNever(): IDBOpenDBRequest {
  const { setTimeout: usual } = globalThis;
  const hasten = (work: () => void) => usual(work, 0);
  globalThis.setTimeout = hasten as typeof setTimeout;
  queueMicrotask(() => {
    globalThis.setTimeout = usual;
  });
  const silent = { addEventListener: () => undefined, removeEventListener: () => undefined };
  return Object.assign(Object.create(IDBOpenDBRequest.prototype), silent);
}

let isInstalled = false;

/** All storage of this process goes through here from now on; what is no phone's goes untouched. */
function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (...args) {
    const tx = transaction.apply(this, args);
    const disk = known.get(this.name);
    return disk && tx.mode !== 'versionchange' ? begin(this, tx as RawTransaction, disk) : tx;
  };
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...args) {
    const fate = known.get(args[0])?.fate('open') ?? 'well';
    if (fate === 'stuck') return openNever();
    if (fate !== 'unopened') return open.apply(this, args);
    throw new DOMException('the backing store does not open', 'UnknownError');
  };
}

function tableOf(disk: string, name: StoreName): ReadTable {
  const store = databases().get(disk)?.rawObjectStores.get(name);
  const valuesOf = (
    records: RawRecords | undefined,
    range?: IDBKeyRange | null,
    limit = Infinity,
  ) => {
    const found: RawRecord[] = [];
    for (const record of records?.values(range ?? undefined) ?? []) {
      if (found.length >= limit) break;
      found.push(record);
    }
    return found;
  };
  return {
    get: async (key) => store?.records.get(key)?.value,
    getAll: async (range, limit) =>
      valuesOf(store?.records, range, limit).map(({ value }) => value),
    getAllKeys: async () => valuesOf(store?.records).map(({ key }) => key),
    count: async () => valuesOf(store?.records).length,
    async byIndex(index, range, limit) {
      const isRange = range instanceof IDBKeyRange || range === undefined || range === null;
      const only = isRange ? (range as IDBKeyRange | null | undefined) : IDBKeyRange.only(range);
      const entries = valuesOf(store?.rawIndexes.get(index)?.records, only, limit);
      return entries.map(({ value }) => store?.records.get(value as IDBValidKey).value);
    },
  };
}

function readerOf(name: string): WalletDatabase {
  return {
    read: (_, work) => work({ objectStore: (store) => tableOf(name, store) }),
    write: () => Promise.reject(new Error('a look at the disk changes nothing')),
    close: () => undefined,
  };
}

const STORES: readonly StoreName[] = [
  'payments',
  'outbox',
  'entries',
  'requests',
  'payees',
  'purses',
  'counterfoils',
  'meta',
];

async function copyAll(from: string, to: string): Promise<void> {
  const database = openWalletDatabase({ name: to });
  const raw = databases().get(from);
  await database.write(
    STORES,
    async (tx) => {
      for (const name of STORES) {
        const store = raw?.rawObjectStores.get(name);
        for (const { key, value } of store?.records.values() ?? []) {
          await tx.objectStore(name).put(value, store?.keyPath === null ? key : undefined);
        }
      }
    },
    'relaxed',
  );
  database.close();
}

export function openDisk(name: string, fate: Known['fate']): Disk {
  install();
  const own: Known = { commits: 0, unflushed: [], fate };
  known.set(name, own);
  return {
    name,
    get commits() {
      return own.commits;
    },
    reader: createPaymentStore(readerOf(name)),
    losePower() {
      const undone = own.unflushed.length;
      for (const undo of own.unflushed.toReversed()) undo();
      own.unflushed = [];
      if (undone > 0) own.commits++;
      return undone;
    },
    wipe() {
      databases().delete(name);
      own.commits++;
    },
    async copyTo(other, itsFate) {
      await copyAll(name, other);
      return openDisk(other, itsFate);
    },
  };
}

/** No world finds the storage of another, and none of it stays in memory. */
export function discardDisk({ name }: Disk): void {
  known.delete(name);
  databases().delete(name);
}
