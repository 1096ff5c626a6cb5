/** Owns the wallet's IndexedDB: its schema, and a connection that is reopened when the browser loses it. */
import {
  type DBSchema,
  type IDBPDatabase,
  type IDBPTransaction,
  openDB,
  type StoreNames,
} from 'idb';
import { StoreFault } from '#wallet/ports.ts';

export const DATABASE_NAME = 'counterfoil';
export const SCHEMA_VERSION = 1;

/** Values are what we wrote, or damaged: `stored-records.ts` decides, so here they are unknown. */
export interface WalletSchema extends DBSchema {
  payments: {
    key: string;
    value: unknown;
    indexes: {
      /** [-createdAtMs, -seq]: ascending is newest first, in one request. */
      byNewest: number[];
      byState: string;
      /** [requestDigest, newest]. */
      byRequest: (string | number[])[];
    };
  };
  outbox: { key: string; value: unknown };
  /** Keyed by -version, so that ascending is newest first. */
  entries: { key: number; value: unknown };
  requests: { key: string; value: unknown; indexes: { byNewest: number } };
  payees: { key: string; value: unknown };
  /** One record each; see `wallet-state-store.ts`. */
  meta: { key: string; value: unknown };
}

export type StoreName = StoreNames<WalletSchema>;
type Connection = IDBPDatabase<WalletSchema>;
export type ReadTransaction = IDBPTransaction<WalletSchema, StoreName[], 'readonly'>;
export type WriteTransaction = IDBPTransaction<WalletSchema, StoreName[], 'readwrite'>;

/**
 * `blocked`: another tab holds an older schema, ask the person to close it. `superseded`: a newer
 * wallet wants the database, this page should reload. `lost`: the browser dropped the connection.
 */
export type DatabaseTrouble = 'blocked' | 'superseded' | 'lost';

export type DatabaseOptions = {
  readonly name?: string;
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
function upgrade(db: Connection, oldVersion: number): void {
  if (oldVersion < 1) {
    const payments = db.createObjectStore('payments', { keyPath: 'id' });
    payments.createIndex('byNewest', 'newest');
    payments.createIndex('byState', 'state');
    payments.createIndex('byRequest', ['requestDigest', 'newest']);
    db.createObjectStore('outbox', { keyPath: 'id' });
    db.createObjectStore('entries');
    db.createObjectStore('requests', { keyPath: 'digest' }).createIndex('byNewest', 'newest');
    db.createObjectStore('payees');
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
  private opening: Promise<Connection> | undefined;

  constructor(options: DatabaseOptions) {
    this.options = options;
  }

  read<T>(stores: readonly StoreName[], work: (tx: ReadTransaction) => Promise<T>): Promise<T> {
    return this.attempt(false, async (db) => {
      const tx = db.transaction([...stores], 'readonly');
      // The values are what counts; a failing request rejects `work` itself.
      tx.done.catch(() => undefined);
      return work(tx);
    });
  }

  write<T>(
    stores: readonly StoreName[],
    work: (tx: WriteTransaction) => Promise<T>,
    durability: 'strict' | 'relaxed',
  ): Promise<T> {
    return this.attempt(true, (db) => {
      const tx = db.transaction([...stores], 'readwrite', { durability });
      return finish(tx, work);
    });
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
  private async attempt<T>(writing: boolean, work: (db: Connection) => Promise<T>): Promise<T> {
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

  private async connect(): Promise<Connection> {
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

  private open(): Promise<Connection> {
    const tell = (trouble: DatabaseTrouble) => this.options.onTrouble?.(trouble);
    const drop = () => {
      if (this.opening === opening) this.opening = undefined;
    };
    const opening: Promise<Connection> = openDB<WalletSchema>(
      this.options.name ?? DATABASE_NAME,
      SCHEMA_VERSION,
      {
        upgrade,
        blocked: () => tell('blocked'),
        blocking: (_current, _wanted, event) => {
          // At once, so that the newer wallet can begin; what runs here still ends (F26).
          drop();
          (event.target as IDBDatabase).close();
          tell('superseded');
        },
        terminated: () => {
          drop();
          tell('lost');
        },
      },
    );
    // One that nobody waits for any more is closed as soon as it opens.
    opening.then(
      (db) => {
        if (this.opening !== opening) db.close();
      },
      () => undefined,
    );
    return opening;
  }
}

/** Awaits the commit itself: a successful `put` proves nothing (F20). */
async function finish<T>(
  tx: WriteTransaction,
  work: (tx: WriteTransaction) => Promise<T>,
): Promise<T> {
  let working = true;
  let early = false;
  const done = tx.done.then(() => {
    early = working;
  });
  done.catch(() => undefined);
  try {
    const value = await work(tx);
    working = false;
    await done;
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

export function openWalletDatabase(options: DatabaseOptions = {}): WalletDatabase {
  return new Handle(options);
}
