import 'fake-indexeddb/auto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type DatabaseTrouble,
  openWalletDatabase,
  SCHEMA_VERSION,
  type WalletDatabase,
} from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { StoreFault } from '#wallet/ports.ts';
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
import { codeOf, faultOf } from './expectations.ts';
import { failRequests } from './failing-requests.ts';

let count = 0;
const newName = () => `faults-${++count}`;

function openPhone(options: Parameters<typeof openWalletDatabase>[0] = {}) {
  const troubles: DatabaseTrouble[] = [];
  const database = openWalletDatabase({
    name: newName(),
    onTrouble: (trouble) => troubles.push(trouble),
    ...options,
  });
  return { database, store: createPaymentStore(database), troubles };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('what makes money move is on disk before it is said', () => {
  test.each<[string, (store: ReturnType<typeof createPaymentStore>) => Promise<unknown>]>([
    ['a promise', (store) => store.promise(samplePayment(2))],
    ['a claim', (store) => store.claim([samplePayment(1).id], NOW_MS)],
    ['a hand-over', (store) => store.handOver(samplePayment(1).id, NOW_MS)],
    ['a cancellation', (store) => store.cancel(samplePayment(1).id)],
    ['a quarantine', (store) => store.quarantine(samplePayment(1).id, 'payer_unknown', NOW_MS)],
    [
      'a receipt',
      (store) => {
        const { receipt, bytes } = sampleReceipt(samplePayment(1));
        return store.settle(samplePayment(1).id, receipt, bytes);
      },
    ],
    ['a covered promise', (store) => store.promise(coveredPayment(2, 0n))],
    ['a counterfoil', (store) => store.take(sampleTaken(1))],
    [
      'a counterfoil’s receipt',
      (store) => {
        const { receipt, bytes } = sampleReceipt(sampleTaken(2));
        return store.settle(sampleTaken(2).id, receipt, bytes);
      },
    ],
  ])('%s is one strict transaction', async (_name, act) => {
    const { store } = openPhone();
    await store.writeWallet(WALLET);
    await store.writeGrant(EUR, sampleGrant());
    await store.promise(samplePayment(1));
    await store.take(sampleTaken(2));
    const opened = vi.spyOn(IDBDatabase.prototype, 'transaction');
    await act(store);
    expect(opened.mock.calls.map(([, mode, options]) => [mode, options])).toEqual([
      ['readwrite', { durability: 'strict' }],
    ]);
  });
});

describe('a connection that the browser loses (F22)', () => {
  test.each(['UnknownError', 'InvalidStateError'])(
    '%s at any request of a promise: it is done again, once in effect',
    async (errorName) => {
      for (let index = 0; index < 12; index++) {
        const { store } = openPhone();
        await store.writeWallet(WALLET);
        failRequests(errorName, index);
        const promised = await store.promise(samplePayment(1));
        vi.restoreAllMocks();
        expect(codeOf(promised), `request ${index}`).toBe('ok');
        expect(await store.readOutbox()).toHaveLength(1);
        expect((await store.readWallet())?.lastSeq).toBe(1);
      }
    },
  );

  test('at any request of a covered promise: it draws on its purse once', async () => {
    for (let index = 0; index < 14; index++) {
      const { store } = openPhone();
      await store.writeWallet(WALLET);
      await store.writeGrant(EUR, sampleGrant());
      failRequests('UnknownError', index);
      const promised = await store.promise(coveredPayment(1, 0n));
      vi.restoreAllMocks();
      expect(codeOf(promised), `request ${index}`).toBe('ok');
      expect((await store.readPurses())[0]?.granted?.spentMinor).toBe(1250n);
      expect(await store.readOutbox()).toHaveLength(1);
    }
  });

  test('at any request of taking a counterfoil: it is taken once', async () => {
    for (let index = 0; index < 14; index++) {
      const { store } = openPhone();
      failRequests('UnknownError', index);
      const taken = await store.take(sampleTaken(1));
      vi.restoreAllMocks();
      expect(codeOf(taken), `request ${index}`).toBe('ok');
      expect(await store.readOutbox()).toHaveLength(1);
      expect(await store.readTakenList(9)).toHaveLength(1);
    }
  });

  test('after it has taken effect: it is done again, and says what it said', async () => {
    const { database } = openPhone();
    const twice: WalletDatabase = {
      ...database,
      async write(stores, work, durability) {
        await database.write(stores, work, durability);
        return database.write(stores, work, durability);
      },
    };
    const store = createPaymentStore(twice);
    await createPaymentStore(database).writeWallet(WALLET);
    await store.writeGrant(EUR, sampleGrant());
    expect(codeOf(await store.promise(coveredPayment(1, 0n)))).toBe('ok');
    expect((await store.readPurses())[0]?.granted?.spentMinor).toBe(1250n);
    expect(codeOf(await store.take(sampleTaken(1)))).toBe('ok');
    expect(codeOf(await store.take(sampleTaken(1)))).toBe('counterfoil_seen');
    expect(await store.readTakenList(9)).toHaveLength(1);
  });

  test('when it never comes back, the promise is unknown and nothing was thrown at the page', async () => {
    const { store } = openPhone();
    await store.writeWallet(WALLET);
    const injected = failRequests('UnknownError', 0, Number.POSITIVE_INFINITY);
    expect(codeOf(await store.promise(samplePayment(1)))).toBe('store_unreadable');
    expect(injected.calls()).toBeLessThan(20);
  });

  test('an outbox that cannot be read is a fault, never an empty list, and writes nothing (F23)', async () => {
    const { store } = openPhone();
    await store.writeWallet(WALLET);
    failRequests('UnknownError', 0, Number.POSITIVE_INFINITY);
    const put = vi.mocked(IDBObjectStore.prototype.put);
    for (const read of [
      () => store.readOutbox(),
      () => store.readHome(10),
      () => store.readWallet(),
      () => store.readPayments(10),
      () => store.readSettings(),
    ]) {
      expect(await faultOf(read())).toBe('store_unreadable');
    }
    expect(put).not.toHaveBeenCalled();
  });
});

describe('a storage that is full (F20)', () => {
  test('a covered promise that is not saved draws nothing', async () => {
    const { store } = openPhone();
    await store.writeWallet(WALLET);
    await store.writeGrant(EUR, sampleGrant());
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    expect(codeOf(await store.promise(coveredPayment(1, 0n)))).toBe('store_not_saved');
    vi.restoreAllMocks();
    expect((await store.readPurses())[0]?.granted?.spentMinor).toBe(0n);
    expect(codeOf(await store.promise(coveredPayment(1, 0n)))).toBe('ok');
  });

  test('the promise is refused as not saved, and there is none', async () => {
    const { store } = openPhone();
    await store.writeWallet(WALLET);
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    const begun = vi.spyOn(IDBDatabase.prototype, 'transaction');
    expect(codeOf(await store.promise(samplePayment(1)))).toBe('store_not_saved');
    // Full is full: trying the same again at once would only keep the person waiting.
    expect(begun).toHaveBeenCalledTimes(1);
    vi.restoreAllMocks();
    expect(await store.readOutbox()).toEqual([]);
    expect((await store.readWallet())?.lastSeq).toBe(0);
  });

  test('every put succeeded, and the commit is aborted: not saved', async () => {
    const { store } = openPhone();
    await store.writeWallet(WALLET);
    const original = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      ...args
    ) {
      const request: IDBRequest = Reflect.apply(original, this, args);
      const { transaction } = this;
      // After the last success event of the work, before the commit.
      request.addEventListener('success', () => setTimeout(() => undefined));
      request.addEventListener('success', () => queueMicrotask(() => transaction.abort()));
      return request;
    });
    expect(codeOf(await store.promise(samplePayment(1)))).toBe('store_not_saved');
    vi.restoreAllMocks();
    expect(await store.readOutbox()).toEqual([]);
    expect(await store.readPayment(samplePayment(1).id)).toBeUndefined();
  });

  test('a receipt that cannot be saved leaves the promise in the outbox', async () => {
    const { store } = openPhone();
    await store.writeWallet(WALLET);
    await store.promise(samplePayment(1));
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    const { receipt, bytes } = sampleReceipt(samplePayment(1));
    expect(await faultOf(store.settle(samplePayment(1).id, receipt, bytes))).toBe(
      'store_not_saved',
    );
    vi.restoreAllMocks();
    expect(await store.readOutbox()).toHaveLength(1);
  });
});

describe('opening', () => {
  test('that never ends becomes a fault, and the next read tries again (F24)', async () => {
    const name = newName();
    await openPhone({ name }).store.writeWallet(WALLET);
    const pending: IDBOpenDBRequest[] = [];
    const original = indexedDB.open;
    const open = vi.spyOn(indexedDB, 'open').mockImplementation((...args) => {
      const request = Reflect.apply(original, indexedDB, args);
      pending.push(request);
      // Its events are kept from everybody.
      return new Proxy(request, {
        get: (target, name) =>
          name === 'addEventListener' ? () => undefined : Reflect.get(target, name, target),
      });
    });
    const { store } = openPhone({ name, openTimeoutMs: 20 });
    expect(await faultOf(store.readHome(5))).toBe('store_unreadable');
    expect(open).toHaveBeenCalledTimes(3);
    vi.restoreAllMocks();
    for (const request of pending) request.result.close();
    expect((await store.readHome(5)).wallet?.device).toBe(1);
  });

  test('an older tab in the way is told of, and paying goes on once it is closed (F26)', async () => {
    const name = newName();
    const old = openPhone({ name });
    await old.store.writeWallet(WALLET);
    // An old tab that does not listen: it holds its connection whatever the newer wallet wants.
    const held = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, SCHEMA_VERSION);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const newer = openPhone({ name, version: SCHEMA_VERSION + 1, openTimeoutMs: 40 });
    expect(await faultOf(newer.store.readWallet())).toBe('store_unreadable');
    expect(newer.troubles).toContain('blocked');
    // Ours gave way at once.
    expect(old.troubles).toEqual(['superseded']);
    held.close();
    await vi.waitFor(async () => {
      expect((await newer.store.readWallet())?.device).toBe(1);
    });
    // And reads as unreadable, not as empty, until its page is loaded anew.
    expect(await faultOf(old.store.readWallet())).toBe('store_unreadable');
    newer.database.close();
  });
});

describe('a transaction’s work', () => {
  test('that awaits something foreign is a bug, and throws as one (F21)', async () => {
    const { database } = openPhone();
    const foreign = database.write(
      ['meta'],
      async (tx) => {
        await tx.objectStore('meta').get('wallet');
        // Begins when this one has ended, and not before.
        await database.read(['meta'], (behind) => behind.objectStore('meta').get('wallet'));
        return 'done';
      },
      'strict',
    );
    await expect(foreign).rejects.toThrow(/something foreign/);
    await expect(foreign).rejects.not.toBeInstanceOf(StoreFault);
  });

  test('that throws leaves nothing behind', async () => {
    const { database } = openPhone();
    const failing = database.write(
      ['meta'],
      async (tx) => {
        await tx.objectStore('meta').put({ a: 1 }, 'wallet');
        throw new TypeError('bug');
      },
      'strict',
    );
    await expect(failing).rejects.toThrow('bug');
    const left = await database.read(['meta'], (tx) => tx.objectStore('meta').get('wallet'));
    expect(left).toBeUndefined();
  });
});
