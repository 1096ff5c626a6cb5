import 'fake-indexeddb/auto';
import { describe, expect, test } from 'vitest';
import { openWalletDatabase, SCHEMA_VERSION } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { storedPayment } from '#device/stored-records.ts';
import { step } from '#wallet/payment.ts';
import { outboxEntryOf } from '#wallet/records.ts';
import { EUR, IDENTITY, NOW_MS, samplePayment, sampleReceipt, WALLET } from '../wallet/samples.ts';

type Records = Readonly<Record<string, readonly (readonly [IDBValidKey | undefined, unknown])[]>>;

const waiting = samplePayment(2);
const ended = samplePayment(1);
const receipt = sampleReceipt(ended);
const { lastSeq: _last, ...walletRecord } = WALLET;
const profile = WALLET.account.profile;

/** What a phone that paid with version 1 has: balances say nothing of what is set aside or owed. */
const VERSION_1: Records = {
  payments: [
    [undefined, storedPayment(step(ended, { kind: 'receipt', ...receipt }))],
    [undefined, storedPayment(waiting)],
    [undefined, { id: 'torn', state: 'promised', newest: [0, 0] }],
  ],
  outbox: [[undefined, { ...outboxEntryOf(waiting), sentAtMs: NOW_MS }]],
  entries: [[-3, { version: 3, anything: 'kept as it is' }]],
  requests: [
    [
      undefined,
      {
        digest: 'DDDDDDDDDDA',
        text: '000201',
        currency: EUR,
        shownAtMs: NOW_MS,
        validUntilS: NOW_MS / 1000,
        newest: -NOW_MS,
      },
    ],
  ],
  payees: [[profile.account, { profile, readAtMs: NOW_MS }]],
  meta: [
    [
      'wallet',
      {
        ...walletRecord,
        account: { ...WALLET.account, balances: [{ currency: EUR, amountMinor: 100_00n }] },
      },
    ],
    ['lastSeq', { device: 1, seq: 2 }],
    ['identity', IDENTITY],
    ['entriesVersion', 3],
  ],
};

/** As version 1 of the wallet made its stores. */
function makeVersion1(db: IDBDatabase): void {
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

function openRaw(name: string, version: number, upgrade?: (db: IDBDatabase) => void) {
  return new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open(name, version);
    opening.onupgradeneeded = () => upgrade?.(opening.result);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

function untilEnd(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onerror = () => reject(tx.error);
  });
}

async function phoneOfVersion1(name: string): Promise<void> {
  const db = await openRaw(name, 1, makeVersion1);
  const tx = db.transaction(Object.keys(VERSION_1), 'readwrite');
  for (const [store, records] of Object.entries(VERSION_1)) {
    for (const [key, value] of records) tx.objectStore(store).put(value, key);
  }
  await untilEnd(tx);
  db.close();
}

async function readAll(name: string, version: number): Promise<Record<string, unknown>> {
  const db = await openRaw(name, version);
  const tx = db.transaction(Object.keys(VERSION_1));
  const requests = Object.keys(VERSION_1).map((store) => {
    const table = tx.objectStore(store);
    return [store, table.getAllKeys(), table.getAll()] as const;
  });
  await untilEnd(tx);
  db.close();
  return Object.fromEntries(
    requests.map(([store, keys, values]) => [store, { keys: keys.result, values: values.result }]),
  );
}

describe('a phone that paid with version 1', () => {
  test('keeps every record as it is, damaged ones too', async () => {
    await phoneOfVersion1('kept');
    const before = await readAll('kept', 1);
    const database = openWalletDatabase({ name: 'kept' });
    await createPaymentStore(database).readSettings();
    database.close();
    expect(await readAll('kept', SCHEMA_VERSION)).toEqual(before);
  });

  test('goes on paying: its promise waits, its money is all its own, nothing is set aside', async () => {
    await phoneOfVersion1('goes-on');
    const database = openWalletDatabase({ name: 'goes-on' });
    const store = createPaymentStore(database);
    const home = await store.readHome(10);
    expect(home.waiting).toEqual([{ ...outboxEntryOf(waiting), sentAtMs: NOW_MS }]);
    expect(home.wallet?.lastSeq).toBe(2);
    expect(home.wallet?.account.balances).toEqual([
      { currency: EUR, amountMinor: 100_00n, heldMinor: 0n, owedMinor: 0n },
    ]);
    expect([home.purses, home.taken]).toEqual([[], []]);
    expect(await store.readIdentity()).toEqual(IDENTITY);
    expect((await store.readDamaged()).map(({ key }) => key)).toEqual(['torn', '-3']);
    const next = await store.promise(samplePayment(3));
    expect(next.ok).toBe(true);
    database.close();
  });
});
