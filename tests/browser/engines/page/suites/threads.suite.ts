// Page and worker on one storage, in this engine: the lock, the news, and who comes first.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createChangeNotice } from '#device/change-notice.ts';
import { type DatabaseTrouble, openWalletDatabase, SCHEMA_VERSION } from '#device/database.ts';
import { createOutboxLock } from '#device/outbox-lock.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { codeOf, faultOf } from '../../../../unit/device/expectations.ts';
import { samplePayment, WALLET } from '../../../../unit/wallet/samples.ts';
import type { Work } from './other-thread.ts';

const threads: Worker[] = [];
afterEach(() => {
  for (const thread of threads.splice(0)) thread.terminate();
});

function otherThread() {
  const worker = new Worker(new URL('./other-thread.ts', import.meta.url), { type: 'module' });
  threads.push(worker);
  return {
    ask: (work: Work, name = '') =>
      new Promise<string>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage({ work, name });
      }),
    end: () => worker.terminate(),
  };
}

describe('the lock between page and worker', () => {
  test('is not given while the worker has it, and not waited for without end (F33)', async () => {
    await otherThread().ask('holdLock', 'lock-held');
    const free = await navigator.locks.request('lock-held', { ifAvailable: true }, (lock) => lock);
    expect(free).toBeNull();
    const drained = createOutboxLock({ name: 'lock-held', waitMs: 50 }).run(async () => 'drained');
    expect(await drained).toBe('drained');
  });

  test('ends with the worker that has it', async () => {
    const thread = otherThread();
    await thread.ask('holdLock', 'lock-ended');
    thread.end();
    const given = await navigator.locks.request('lock-ended', (lock) => lock?.name);
    expect(given).toBe('lock-ended');
  });
});

describe('storage between page and worker', () => {
  test('what one tells, the other hears', async () => {
    const heard = vi.fn();
    const notice = createChangeNotice();
    notice.subscribe(heard);
    await otherThread().ask('tell');
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith(['payments', 'outbox']));
    notice.close();
  });

  test('of two promises with one number at once, one is made', async () => {
    const store = createPaymentStore(openWalletDatabase({ name: 'both-promise' }));
    await store.writeWallet(WALLET);
    const [theirs, ours] = await Promise.all([
      otherThread().ask('promise', 'both-promise'),
      store.promise(samplePayment(1)),
    ]);
    expect([theirs, codeOf(ours)].sort()).toEqual(['ok', 'sequence_taken']);
    expect((await store.readOutbox()).map(({ seq }) => seq)).toEqual([1]);
  });

  test('a connection in the way of a newer wallet is told of, and its end lets it in (F26)', async () => {
    const old = openWalletDatabase({ name: 'newer' });
    await createPaymentStore(old).writeWallet(WALLET);
    // Firefox never says "blocked" where one that gives way answers after the one that does not.
    old.close();
    const thread = otherThread();
    await thread.ask('holdConnection', 'newer');
    const troubles: DatabaseTrouble[] = [];
    const newer = openWalletDatabase({
      name: 'newer',
      version: SCHEMA_VERSION + 1,
      openTimeoutMs: 200,
      onTrouble: (trouble) => troubles.push(trouble),
    });
    const store = createPaymentStore(newer);
    expect(await faultOf(store.readWallet())).toBe('store_unreadable');
    expect(troubles).toContain('blocked');
    thread.end();
    await vi.waitFor(async () => expect((await store.readWallet())?.device).toBe(1), 5_000);
    newer.close();
  });
});
