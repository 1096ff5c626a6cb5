// A connection that ends by itself: only the fake IndexedDB can be told to do that.
import 'fake-indexeddb/auto';
import { forceCloseDatabase } from 'fake-indexeddb';
import { describe, expect, test, vi } from 'vitest';
import { type DatabaseTrouble, openWalletDatabase } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { WALLET } from '../wallet/samples.ts';

describe('a connection that the browser loses (F22)', () => {
  test('a closed connection is opened again', async () => {
    const troubles: DatabaseTrouble[] = [];
    const database = openWalletDatabase({ onTrouble: (trouble) => troubles.push(trouble) });
    const store = createPaymentStore(database);
    await store.writeWallet(WALLET);
    let connection: IDBDatabase | undefined;
    const original = IDBDatabase.prototype.transaction;
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
      this: IDBDatabase,
      ...args
    ) {
      connection = this;
      return Reflect.apply(original, this, args);
    });
    await store.readWallet();
    if (!connection) throw new Error('no connection');
    forceCloseDatabase(connection as never);
    await vi.waitFor(() => expect(troubles).toEqual(['lost']));
    vi.restoreAllMocks();
    expect((await store.readWallet())?.device).toBe(1);
    database.close();
    expect((await store.readWallet())?.device).toBe(1);
  });
});
