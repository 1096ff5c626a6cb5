/** Signals mirror the store: read again after changes, never patched, and unreadable is never empty. */
import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import { levelTriggered } from '#ui/level-triggered.ts';
import { createWallet, type WalletParts } from '#ui/wallet-model.ts';
import { StoreFault, type Topic, type WalletStore } from '#wallet/ports.ts';
import type { HomeView, Settings } from '#wallet/records.ts';

const HOME: HomeView = {
  settings: { theme: 'system' },
  recent: [],
  waiting: [],
  purses: [],
  taken: [],
  promisedMinor: new Map(),
  coveredMinor: new Map(),
  damaged: 0,
};

function parts(readHome: () => Promise<HomeView>) {
  const listeners = new Set<(topics: readonly Topic[]) => void>();
  const store: Partial<WalletStore> = {
    readHome,
    readEntries: async () => [],
    readDraft: async () => undefined,
  };
  const given: WalletParts = {
    store: store as WalletStore,
    notice: {
      changed: (...topics) => {
        for (const listener of listeners) listener(topics);
      },
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close: () => {},
    },
    clock: { nowMs: () => 0 },
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    engine: () => Promise.reject(new Error('no engine here')),
  };
  return given;
}

test('before the first read nothing is claimed', () => {
  const wallet = createWallet(parts(async () => HOME));
  expect(wallet.storage.value.kind).toBe('reading');
  expect(wallet.home.value).toBeUndefined();
});

test('a change notice makes it read again', async () => {
  let reads = 0;
  const given = parts(async () => {
    reads += 1;
    return { ...HOME, damaged: reads };
  });
  const wallet = createWallet(given);
  await wallet.reread();
  given.notice.changed('payments');
  await wallet.reread();
  expect(wallet.home.value?.damaged).toBeGreaterThanOrEqual(2);
});

test('a notice about something that is not mirrored reads nothing', async () => {
  let reads = 0;
  const given = parts(async () => {
    reads += 1;
    return HOME;
  });
  createWallet(given);
  given.notice.changed('requests');
  await Promise.resolve();
  expect(reads).toBe(0);
});

test('a failed read shows as unreadable and keeps what was read before', async () => {
  const failing = signal(false);
  const wallet = createWallet(
    parts(async () => {
      if (failing.value) throw new StoreFault('store_unreadable', 'lost');
      return HOME;
    }),
  );
  await wallet.reread();
  failing.value = true;
  await wallet.reread();
  expect(wallet.storage.value).toEqual({ kind: 'unreadable', why: 'lost' });
  expect(wallet.home.value).toBe(HOME);
  failing.value = false;
  await wallet.reread();
  expect(wallet.storage.value.kind).toBe('readable');
});

test('settings that could not be kept hold for this page, until some are kept', async () => {
  const full = signal(true);
  let kept: Settings = { theme: 'system' };
  const given = parts(async () => ({ ...HOME, settings: kept }));
  given.store.writeSettings = async (settings) => {
    if (full.value) throw new StoreFault('store_not_saved', 'full');
    kept = settings;
  };
  const wallet = createWallet(given);
  await wallet.reread();
  expect(await wallet.writeSettings({ theme: 'dark' })).toBe(false);
  expect(wallet.settings.value).toEqual({ theme: 'dark' });
  await wallet.reread();
  expect(wallet.settings.value).toEqual({ theme: 'dark' });
  full.value = false;
  expect(await wallet.writeSettings({ theme: 'light' })).toBe(true);
  expect(wallet.settings.value).toEqual({ theme: 'light' });
});

describe('level-triggered work', () => {
  test('runs once more when it was asked for while it ran, and never two at once', async () => {
    let running = 0;
    let runs = 0;
    let open: () => void = () => {};
    const work = levelTriggered(async () => {
      running += 1;
      runs += 1;
      expect(running).toBe(1);
      if (runs === 1) await new Promise<void>((resolve) => (open = resolve));
      running -= 1;
    });
    const first = work();
    void work();
    void work();
    open();
    await first;
    expect(runs).toBe(2);
  });
});
