/** Owns the wallet's IndexedDB: its schema, and a connection that is reopened when the browser loses it. */
import { StoreFault } from '#wallet/ports.ts';
import {
  type ReadTransaction,
  type StoreName,
  transact,
  type WriteTransaction,
} from './transaction.ts';

export const DATABASE_NAME = 'counterfoil';
export const SCHEMA_VERSION = 1;

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
function upgrade(db: IDBDatabase, oldVersion: number): void {
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
    // One record each: wallet, lastSeq, identity, settings, draft, entriesVersion.
    db.createObjectStore('meta');
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

class Handle implements WalletDatabase {
  private readonly options: DatabaseOptions;
  private opening: Promise<IDBDatabase> | undefined;

  constructor(options: DatabaseOptions) {
    this.options = options;
  }

  read<T>(stores: readonly StoreName[], work: (tx: ReadTransaction) => Promise<T>): Promise<T> {
    return this.attempt(false, (db) => transact(db.transaction([...stores], 'readonly'), work));
  }

  write<T>(
    stores: readonly StoreName[],
    work: (tx: WriteTransaction) => Promise<T>,
    durability: 'strict' | 'relaxed',
  ): Promise<T> {
    return this.attempt(true, (db) =>
      transact(db.transaction([...stores], 'readwrite', { durability }), work),
    );
  }

  close(): void {
    const { opening } = this;
    this.opening = undefined;
    opening?.then(
      (db) => db.close(),
      () => undefined,
    );
  }

  /** Bounded: a dead handle is dropped and the whole transaction done again on a new one (F22). */
  private async attempt<T>(writing: boolean, work: (db: IDBDatabase) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(await this.connect());
      } catch (error) {
        const fault = faultOf(error, writing);
        if (!fault) throw error;
        const again = LOST.has(nameOf(error)) || nameOf(error) === 'AbortError';
        if (!again || attempt === ATTEMPTS_MAX) throw fault;
        if (nameOf(error) !== 'TimeoutError') this.close();
      }
    }
  }

  private async connect(): Promise<IDBDatabase> {
    this.opening ??= this.open();
    const { opening } = this;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new DOMException('the database does not open', 'TimeoutError')),
        this.options.openTimeoutMs ?? OPEN_TIMEOUT_MS,
      );
    });
    try {
      return await Promise.race([opening, late]);
    } catch (error) {
      if (this.opening === opening) this.opening = undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private open(): Promise<IDBDatabase> {
    const { name = DATABASE_NAME, version = SCHEMA_VERSION, onTrouble } = this.options;
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = ({ oldVersion }) => upgrade(request.result, oldVersion);
    request.onblocked = () => onTrouble?.('blocked');
    const opening = new Promise<IDBDatabase>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const drop = (trouble: DatabaseTrouble) => {
      if (this.opening === opening) this.opening = undefined;
      onTrouble?.(trouble);
    };
    opening.then(
      (db) => {
        // One that nobody waits for any more is closed as soon as it opens.
        if (this.opening !== opening) db.close();
        db.onclose = () => drop('lost');
        db.onversionchange = () => {
          // At once, so that the newer wallet can begin; what runs here still ends (F26).
          db.close();
          drop('superseded');
        };
      },
      () => undefined,
    );
    return opening;
  }
}

export function openWalletDatabase(options: DatabaseOptions = {}): WalletDatabase {
  return new Handle(options);
}
