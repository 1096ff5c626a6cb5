// The small adapters: lock, news, background sync, and the page's triggers, each by itself.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ChangeNotice, createChangeNotice } from '#device/change-notice.ts';
import { createOutboxLock } from '#device/outbox-lock.ts';
import { OUTBOX_SYNC_TAG, registerOutboxSync, type SyncHost } from '#device/sync-registration.ts';
import { startTriggers, type TriggerParts } from '#device/triggers.ts';
import type { DrainReason, RelayReport } from '#wallet/relay.ts';

describe('the lock', () => {
  /** Web Locks with one lock, as browsers have them. */
  function oneLock() {
    let held: Promise<unknown> = Promise.resolve();
    let free = true;
    return {
      held: () => !free,
      request(_name: string, options: { signal: AbortSignal }, work: () => Promise<unknown>) {
        const before = held;
        const mine = new Promise((resolve, reject) => {
          options.signal.addEventListener('abort', () =>
            reject(new DOMException('aborted', 'AbortError')),
          );
          void before.then(async () => {
            if (options.signal.aborted) return;
            free = false;
            try {
              resolve(await work());
            } catch (error) {
              reject(error);
            } finally {
              free = true;
            }
          });
        });
        held = mine.catch(() => undefined);
        return mine;
      },
    };
  }
  const locksOf = (locks: ReturnType<typeof oneLock>) => locks as unknown as LockManager;

  test('lets one drain run at a time', async () => {
    const locks = oneLock();
    const lock = createOutboxLock({ locks: locksOf(locks) });
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      return name;
    };
    const both = await Promise.all([lock.run(work('a')), lock.run(work('b'))]);
    expect(both).toEqual(['a', 'b']);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  test('an owner that never lets go is waited for a while, then done without (F33)', async () => {
    const locks = oneLock();
    const frozen = createOutboxLock({ locks: locksOf(locks) });
    void frozen.run(() => new Promise(() => undefined));
    await vi.waitFor(() => expect(locks.held()).toBe(true));
    const lock = createOutboxLock({ locks: locksOf(locks), waitMs: 10 });
    expect(await lock.run(async () => 'drained')).toBe('drained');
  });

  test('a failure of the work is the work’s own, and it is not done twice', async () => {
    const lock = createOutboxLock({ locks: locksOf(oneLock()) });
    const work = vi.fn(() => Promise.reject(new TypeError('bug')));
    await expect(lock.run(work)).rejects.toThrow('bug');
    expect(work).toHaveBeenCalledTimes(1);
  });

  test('without Web Locks the work is done all the same', async () => {
    expect(await createOutboxLock({ locks: undefined }).run(async () => 1)).toBe(1);
  });

  test('locks that are forbidden do not keep payments from going', async () => {
    const forbidden = { request: () => Promise.reject(new DOMException('no', 'SecurityError')) };
    const lock = createOutboxLock({ locks: forbidden as unknown as LockManager });
    expect(await lock.run(async () => 1)).toBe(1);
  });
});

describe('the news', () => {
  const open: ChangeNotice[] = [];
  const notice = () => {
    const made = createChangeNotice();
    open.push(made);
    return made;
  };
  afterEach(() => {
    for (const made of open.splice(0)) made.close();
  });

  test('reaches this page and every other', async () => {
    const [here, there] = [notice(), notice()];
    const heard: string[] = [];
    here.subscribe((topics) => heard.push(`here ${topics.join()}`));
    there.subscribe((topics) => heard.push(`there ${topics.join()}`));
    here.changed('payments', 'outbox');
    await vi.waitFor(() =>
      expect(heard).toEqual(['here payments,outbox', 'there payments,outbox']),
    );
  });

  test('of another version is heard as far as it is understood', async () => {
    const here = notice();
    const heard: unknown[] = [];
    here.subscribe((topics) => heard.push(topics));
    const other = new BroadcastChannel('counterfoil-changes');
    for (const data of [['allowances'], 'payments', null, ['wallet', 'allowances']]) {
      other.postMessage(data);
    }
    await vi.waitFor(() => expect(heard).toEqual([['wallet']]));
    other.close();
  });

  test('nobody hears after unsubscribing', () => {
    const here = notice();
    const listener = vi.fn();
    here.subscribe(listener)();
    here.changed('wallet');
    expect(listener).not.toHaveBeenCalled();
  });
});

describe('asking for a background sync', () => {
  test('uses the one tag', async () => {
    const register = vi.fn(async () => undefined);
    expect(await registerOutboxSync(Promise.resolve({ sync: { register } }))).toBe(true);
    expect(register).toHaveBeenCalledExactlyOnceWith(OUTBOX_SYNC_TAG);
  });

  test.each<[string, () => Promise<SyncHost>]>([
    ['no support', async () => ({})],
    ['a refusal', async () => ({ sync: { register: () => Promise.reject(new Error('denied')) } })],
    ['no worker', () => Promise.reject(new Error('no registration'))],
  ])('%s is an answer, not an error (F3, F4)', async (_name, host) => {
    expect(await registerOutboxSync(host())).toBe(false);
  });
});

describe('the page’s triggers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function page(report: Partial<RelayReport> = {}, registration?: Promise<SyncHost>) {
    const reasons: DrainReason[] = [];
    const next: RelayReport = { settled: 0, waiting: 0, quarantined: 0, ...report };
    const window = new EventTarget();
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const listeners = new Set<(topics: readonly string[]) => void>();
    const parts: TriggerParts = {
      relay: {
        drain: async (reason) => {
          reasons.push(reason);
          return next;
        },
      },
      notice: {
        changed: () => undefined,
        close: () => undefined,
        subscribe(listener) {
          listeners.add(listener as (topics: readonly string[]) => void);
          return () => listeners.delete(listener as (topics: readonly string[]) => void);
        },
      },
      clock: { nowMs: () => Date.now() },
      random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
      window,
      document,
      ...(registration && { registration }),
    };
    const triggers = startTriggers(parts);
    const show = (state: 'visible' | 'hidden') => {
      document.visibilityState = state;
      document.dispatchEvent(new Event('visibilitychange'));
    };
    const news = (...topics: string[]) => {
      for (const listener of listeners) listener(topics);
    };
    return { triggers, reasons, window, show, news };
  }

  test('a start drains', async () => {
    const { reasons } = page();
    expect(reasons).toEqual(['start']);
  });

  test.each<[DrainReason, (p: ReturnType<typeof page>) => void]>([
    ['online', ({ window }) => void window.dispatchEvent(new Event('online'))],
    ['visible', ({ window }) => void window.dispatchEvent(new Event('pageshow'))],
    ['visible', ({ show }) => show('visible')],
    ['notice', ({ news }) => news('payments', 'outbox')],
    ['enqueue', ({ triggers }) => void triggers.enqueued()],
    ['person', ({ triggers }) => void triggers.drain('person')],
  ])('%s alone drains', async (reason, act) => {
    const it = page();
    await vi.advanceTimersByTimeAsync(0);
    it.reasons.length = 0;
    act(it);
    expect(it.reasons).toEqual([reason]);
  });

  test('news of anything else, or being hidden, drains nothing', async () => {
    const { reasons, news, show } = page();
    news('payments', 'wallet');
    show('hidden');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reasons).toEqual(['start']);
  });

  test('the timer drains when the relay says so, while somebody looks', async () => {
    const { reasons, show } = page({ waiting: 1, nextAttemptAtMs: Date.now() + 30_000 });
    await vi.advanceTimersByTimeAsync(29_999);
    expect(reasons).toEqual(['start']);
    await vi.advanceTimersByTimeAsync(2);
    expect(reasons).toEqual(['start', 'timer']);
    show('hidden');
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(reasons).toEqual(['start', 'timer']);
    show('visible');
    expect(reasons).toEqual(['start', 'timer', 'visible']);
  });

  test('a moment far off is looked at every five minutes, one in the past not at once', async () => {
    const far = page({ waiting: 1, nextAttemptAtMs: Date.now() + 86_400_000 });
    await vi.advanceTimersByTimeAsync(5 * 60_000 + 1);
    expect(far.reasons).toEqual(['start', 'timer']);
    const past = page({ waiting: 1, nextAttemptAtMs: 0 });
    await vi.advanceTimersByTimeAsync(999);
    expect(past.reasons).toEqual(['start']);
    await vi.advanceTimersByTimeAsync(2);
    expect(past.reasons).toEqual(['start', 'timer']);
  });

  test('the sync is asked for before the drain that follows a promise, and not waited for', async () => {
    const order: string[] = [];
    const register = () => {
      order.push('register');
      return new Promise<void>(() => undefined);
    };
    const it = page({}, Promise.resolve({ sync: { register } }));
    await vi.advanceTimersByTimeAsync(0);
    const report = await it.triggers.enqueued();
    expect(report.waiting).toBe(0);
    expect(order).toEqual(['register']);
    expect(it.reasons).toEqual(['start', 'enqueue']);
  });

  test('a start that leaves something waiting asks for the sync anew (F1)', async () => {
    const register = vi.fn(async () => undefined);
    page(
      { waiting: 2, nextAttemptAtMs: Date.now() + 1_000 },
      Promise.resolve({ sync: { register } }),
    );
    await vi.advanceTimersByTimeAsync(0);
    expect(register).toHaveBeenCalledTimes(1);
  });

  test('every report is told, the latest also to who comes late', async () => {
    const { triggers, window } = page({ settled: 3 });
    const heard: number[] = [];
    await vi.advanceTimersByTimeAsync(0);
    const stop = triggers.subscribe(({ settled }) => heard.push(settled));
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    stop();
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual([3, 3]);
  });

  test('after stop nothing drains by itself', async () => {
    const it = page({ waiting: 1, nextAttemptAtMs: Date.now() });
    await vi.advanceTimersByTimeAsync(0);
    it.triggers.stop();
    it.window.dispatchEvent(new Event('online'));
    it.show('visible');
    it.news('outbox');
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(it.reasons).toEqual(['start']);
  });
});
