// The benchmark's wallet of 500 payments must be one that the real storage would have written.
import 'fake-indexeddb/auto';
import fs from 'node:fs';
import { IDBFactory } from 'fake-indexeddb';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openWalletDatabase, SCHEMA_VERSION } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';

const script = fs.readFileSync(new URL('../../bench/seed-payments.js', import.meta.url), 'utf8');

type Schema = readonly (readonly [string, unknown, readonly (readonly [string, unknown])[]])[];

function schemaOf(name: string): Promise<Schema> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, SCHEMA_VERSION);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const db = opening.result;
      const names = [...db.objectStoreNames];
      const tx = db.transaction(names);
      const schema = names.map((store) => {
        const table = tx.objectStore(store);
        const indexes = [...table.indexNames].map(
          (index) => [index, table.index(index).keyPath] as const,
        );
        return [store, table.keyPath, indexes] as const;
      });
      db.close();
      resolve(schema);
    };
  });
}

test('the seeded wallet is whole, and its schema is ours', async () => {
  // The page's own name for the database, which other tests may have used.
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('location', { hostname: 'localhost', origin: 'http://localhost' });
  onTestFinished(() => void vi.unstubAllGlobals());
  new Function(script)();
  const seeded = createPaymentStore(openWalletDatabase());
  const home = await seeded.readHome(10);
  expect(home.wallet?.lastSeq).toBe(500);
  expect(home.recent).toHaveLength(10);
  expect(home.recent[0]?.seq).toBe(500);
  expect(await seeded.readDamaged()).toEqual([]);
  expect(await seeded.readPayments(1_000)).toHaveLength(500);
  expect(await seeded.readIdentity()).toBeDefined();

  const own = openWalletDatabase({ name: 'own' });
  await createPaymentStore(own).readSettings();
  own.close();
  expect(await schemaOf('counterfoil')).toEqual(await schemaOf('own'));
});
