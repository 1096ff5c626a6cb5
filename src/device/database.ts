/** Owns the wallet's IndexedDB: its schema, and a connection that is reopened when the browser loses it. */
import { type IDBPDatabase, openDB } from 'idb';
import { StoreFault } from '#wallet/ports.ts';
import {
  type ReadTransaction,
  readWith,
  type StoreName,
  type WriteTransaction,
  writeWith,
} from './transaction.ts';

export const DATABASE_NAME = 'counterfoil';
export const SCHEMA_VERSION = 2;

/**
 * `blocked`: another tab holds an older schema, ask the person to close it. `superseded`: a newer
 * wallet wants the database, this page should reload. `lost`: the browser dropped the connection.
 */
export type DatabaseTrouble = 'blocked' | 'superseded' | 'lost';

export type DatabaseOptions = {
  readonly name?: string;
  /** Of the schema; for tests of a wallet newer than this one. */
  readonly version?: number;
  readonly openTimeoutMs?: number;
  readonly onTrouble?: (trouble: DatabaseTrouble) => void;
};

/** Opens itself on first use. Both methods throw `StoreFault` when the world fails them. */
export type WalletDatabase = {
  read<T>(stores: readonly StoreName[], work: (tx: ReadTransaction) => Promise<T>): Promise<T>;
  /**
   * One transaction, on disk when this answers if strict. `work` may run again after a lost
   * connection, so it must be idempotent; it may await nothing but requests of its own transaction
   * (else that ends too soon, and this throws).
   */
  write<T>(
    stores: readonly StoreName[],
    work: (tx: WriteTransaction) => Promise<T>,
    durability: 'strict' | 'relaxed',
  ): Promise<T>;
  close(): void;
};

const OPEN_TIMEOUT_MS = 3_000;
const ATTEMPTS_MAX = 3;

/** Migrations only add or transform; they never drop a record (F16). */
function upgrade(db: IDBPDatabase, oldVersion: number): void {
  if (oldVersion < 1) {
    const payments = db.createObjectStore('payments', { keyPath: 'id' });
    // [-createdAtMs, -seq]: ascending is newest first, in one request.
    payments.createIndex('byNewest', 'newest');
    payments.createIndex('byState', 'state');
    payments.createIndex('byRequest', ['requestDigest', 'newest']);
    db.createObjectStore('outbox', { keyPath: 'id' });
    // Keyed by -version, for the same reason.
    db.createObjectStore('entries');
    db.createObjectStore('requests', { keyPath: 'digest' }).createIndex('byNewest', 'newest');
    db.createObjectStore('payees');
    // One record each: wallet, lastSeq, identity, settings, draft, entriesVersion, entriesEpoch.
    db.createObjectStore('meta');
  }
  if (oldVersion < 2) {
    db.createObjectStore('purses', { keyPath: 'currency' });
    const counterfoils = db.createObjectStore('counterfoils', { keyPath: 'id' });
    counterfoils.createIndex('byNewest', 'newest');
    counterfoils.createIndex('byRequest', ['requestDigest', 'newest']);
    counterfoils.createIndex('byAllowance', 'allowance');
    counterfoils.createIndex('bySeq', ['payer', 'device', 'seq']);
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : '';
}

// What Chromium and WebKit throw when the connection or the storage process went away (F22), and
// what our own race throws when opening never ends (F24).
const LOST: ReadonlySet<string> = new Set([
  'UnknownError',
  'InvalidStateError',
  'TimeoutError',
  'NotReadableError',
]);
// The transaction certainly took no effect.
const ABORTED: ReadonlySet<string> = new Set([
  'AbortError',
  'QuotaExceededError',
  'ConstraintError',
]);

/** Null for a bug of ours, which must not pass for a fault of the world. */
function faultOf(error: unknown, writing: boolean): StoreFault | null {
  const name = nameOf(error);
  const known = LOST.has(name) || ABORTED.has(name) || name === 'VersionError';
  if (!known) return null;
  const code = writing && ABORTED.has(name) ? 'store_not_saved' : 'store_unreadable';
  return new StoreFault(code, `${name}: ${String((error as Error).message)}`, error);
}

/** Rejects when opening takes too long; what opens later is not lost, only not waited for. */
async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const tooLate = () => reject(new DOMException('the database does not open', 'TimeoutError'));
    timer = setTimeout(tooLate, timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function openConnection(
  { name = DATABASE_NAME, version = SCHEMA_VERSION, onTrouble }: DatabaseOptions,
  /** Told when the connection is of no more use. */
  gone: () => void,
): Promise<IDBPDatabase> {
  return openDB(name, version, {
    upgrade,
    blocked: () => onTrouble?.('blocked'),
    blocking: () => {
      // At once, so that the newer wallet can begin; what runs here still ends (F26).
      gone();
      onTrouble?.('superseded');
    },
    terminated: () => {
      gone();
      onTrouble?.('lost');
    },
  });
}

export function openWalletDatabase(options: DatabaseOptions = {}): WalletDatabase {
  let opening: Promise<IDBPDatabase> | undefined;

  /** From now on the next call opens another; an open one ends when its transactions have. */
  function drop(connection = opening): void {
    if (opening === connection) opening = undefined;
    connection?.then(
      (db) => db.close(),
      () => undefined,
    );
  }

  async function connect(): Promise<IDBPDatabase> {
    opening ??= openConnection(options, () => drop(connection));
    const connection = opening;
    try {
      return await inTime(connection, options.openTimeoutMs ?? OPEN_TIMEOUT_MS);
    } catch (error) {
      drop(connection);
      throw error;
    }
  }

  /** Bounded: a dead handle is dropped and the whole transaction done again on a new one (F22). */
  async function attempt<T>(writing: boolean, work: (db: IDBPDatabase) => Promise<T>): Promise<T> {
    for (let attempts = 1; ; attempts++) {
      try {
        return await work(await connect());
      } catch (error) {
        const fault = faultOf(error, writing);
        if (!fault) throw error;
        const again = LOST.has(nameOf(error)) || nameOf(error) === 'AbortError';
        if (!again || attempts === ATTEMPTS_MAX) throw fault;
        drop();
      }
    }
  }

  return {
    read: (stores, work) => attempt(false, (db) => readWith(db, stores, work)),
    write: (stores, work, durability) =>
      attempt(true, (db) => writeWith(db, stores, durability, work)),
    close: () => drop(),
  };
}
