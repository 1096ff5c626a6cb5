/** Owns the wallet's storage on IndexedDB: every rule of `WalletStore` as one transaction each. */
import type { WalletStore } from '#wallet/ports.ts';
import type { WalletDatabase } from './database.ts';

export function createPaymentStore(database: WalletDatabase): WalletStore {
  throw new Error(`not built yet ${String(database)}`);
}
