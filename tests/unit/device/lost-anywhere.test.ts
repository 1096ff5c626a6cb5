import 'fake-indexeddb/auto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openWalletDatabase, SCHEMA_VERSION } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import type { WalletStore } from '#wallet/ports.ts';
import {
  coveredPayment,
  EUR,
  NOW_MS,
  sampleGrant,
  samplePayment,
  sampleReceipt,
  sampleTaken,
  WALLET,
} from '../wallet/samples.ts';
import { failRequests } from './failing-requests.ts';
import { lookInto } from './released-versions.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const STORES = [
  'payments',
  'outbox',
  'entries',
  'requests',
  'payees',
  'meta',
  'purses',
  'counterfoils',
];

let phones = 0;

/** One promise waits unsent, one counterfoil was taken, and money is set aside. */
async function phoneInUse() {
  const name = `lost-${++phones}`;
  const database = openWalletDatabase({ name });
  const store = createPaymentStore(database);
  await store.writeWallet(WALLET);
  await store.writeGrant(EUR, sampleGrant());
  await store.promise(samplePayment(1));
  await store.take(sampleTaken(9));
  return { name, database, store };
}

function settled(of: Parameters<typeof sampleReceipt>[0], store: WalletStore) {
  const { receipt, bytes } = sampleReceipt(of);
  return store.settle(of.id, receipt, bytes);
}

const ACTS: readonly (readonly [string, (store: WalletStore) => Promise<unknown>])[] = [
  ['a promise', (store) => store.promise(samplePayment(2))],
  ['a covered promise', (store) => store.promise(coveredPayment(2, 0n))],
  ['a cancellation', (store) => store.cancel(samplePayment(1).id)],
  ['a claim', (store) => store.claim([samplePayment(1).id, sampleTaken(9).id], NOW_MS)],
  ['a hand-over', (store) => store.handOver(samplePayment(1).id, NOW_MS)],
  ['a quarantine', (store) => store.quarantine(samplePayment(1).id, 'payer_unknown', NOW_MS)],
  ['a receipt', (store) => settled(samplePayment(1), store)],
  ['a counterfoil', (store) => store.take(sampleTaken(10))],
  ['a counterfoil’s receipt', (store) => settled(sampleTaken(9), store)],
  ['a promise that comes back', (store) => store.restore(samplePayment(3))],
  ['a newer epoch', (store) => store.followEpoch(7)],
];

/** What is on disk after it, and how many requests it took. */
async function traceOf(act: (store: WalletStore) => Promise<unknown>, failing?: number) {
  const { name, database, store } = await phoneInUse();
  const injected = failRequests('UnknownError', failing ?? Number.POSITIVE_INFINITY);
  const answer = await act(store);
  const requests = injected.calls();
  vi.restoreAllMocks();
  database.close();
  return { answer, requests, disk: await lookInto(name, SCHEMA_VERSION, STORES) };
}

describe('a connection that is lost at any request (F22)', () => {
  test.each(ACTS)('of %s leaves what would be without the loss', async (_name, act) => {
    const whole = await traceOf(act);
    expect(whole.requests).toBeGreaterThan(1);
    for (let index = 0; index < whole.requests; index++) {
      const again = await traceOf(act, index);
      expect(again.answer, `request ${index}`).toEqual(whole.answer);
      expect(again.disk, `request ${index}`).toEqual(whole.disk);
    }
  });
});
