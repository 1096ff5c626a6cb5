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
    indexes: { byCreatedAt: number; byState: string; byOnce: string };
  };
  outbox: { key: string; value: unknown; indexes: { bySeq: number } };
  entries: { key: number; value: unknown };
  requests: { key: string; value: unknown; indexes: { byShownAt: number } };
  payees: { key: string; value: unknown };
  /** One record each: wallet, identity, settings, draft, entriesVersion. */
  meta: { key: string; value: unknown };
}

export type StoreName = StoreNames<WalletSchema>;
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
   * One transaction. `work` may run again after a lost connection, so it must be idempotent; it may
   * await nothing but requests of its own transaction (else that would end too soon, and it throws).
   */
  write<T>(
    stores: readonly StoreName[],
    work: (tx: WriteTransaction) => Promise<T>,
    durability?: 'strict' | 'relaxed',
  ): Promise<T>;
  close(): void;
};

type Connection = IDBPDatabase<WalletSchema>;

const OPEN_TIMEOUT_MS = 3_000;
const ATTEMPTS_MAX = 3;

// What WebKit and Chromium throw when the storage process or the connection went away (F22).
const CONNECTION_ERRORS: ReadonlySet<string> = new Set(['UnknownError', 'InvalidStateError']);

export function openWalletDatabase(options: DatabaseOptions = {}): WalletDatabase {
  throw new StoreFault('store_unreadable', `not built yet: ${options.name ?? DATABASE_NAME}`);
}
export type { Connection };
export { ATTEMPTS_MAX, CONNECTION_ERRORS, OPEN_TIMEOUT_MS, openDB };
