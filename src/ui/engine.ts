/** Owns what the first screen does without: relay with its triggers, the account calls, live updates. */
import { computed, effect } from '@preact/signals';
import { type AccountApi, createAccountApi } from '#device/account-api.ts';
import { createHttpTransport } from '#device/http-transport.ts';
import { createOutboxLock } from '#device/outbox-lock.ts';
import { createSpareShelf, mirrorOutbox } from '#device/spare-copies.ts';
import { startTriggers, type Triggers } from '#device/triggers.ts';
import { verifyEs256 } from '#device/verify-es256.ts';
import { accept } from '#protocol/refusals.ts';
import { createAllowanceKeeper, type KeptPurse } from '#wallet/keep-allowances.ts';
import type { OfflinePurse } from '#wallet/offline-records.ts';
import type { Transport } from '#wallet/ports.ts';
import { createRelay } from '#wallet/relay.ts';
import { createAccountMirror } from './account-mirror.ts';
import { followReports } from './connection.ts';
import { levelTriggered } from './level-triggered.ts';
import { type OfflineFunds, offlineFunds } from './offline-funds.ts';
import { fetchServerKeys } from './server-keys.ts';
import type { Wallet } from './wallet-model.ts';

export type Engine = {
  readonly api: AccountApi;
  readonly triggers: Triggers;
  /** For carrying what is not in this phone's outbox: a promise scanned from another phone. */
  readonly transport: Transport;
  /** Reads account and statement from the server and stores them; without network it changes nothing. */
  refresh(): Promise<void>;
  /** Has the server set aside what is wished for paying without a network; says what came of each. */
  keepPurses(): Promise<readonly KeptPurse[]>;
  /** What these purses can pay now and be guaranteed; nothing before the server was ever met. */
  readOfflineFunds(purses: readonly OfflinePurse[]): Promise<readonly OfflineFunds[]>;
};

/**
 * A settled promise moved the balance; only the server knows by how much. What the worker has settled
 * shows as what has left the outbox.
 */
function followSettling(wallet: Wallet, triggers: Triggers, refresh: () => Promise<void>): void {
  triggers.subscribe(({ settled }) => {
    if (settled > 0) void refresh();
  });
  let waiting = 0;
  effect(() => {
    const before = waiting;
    waiting = wallet.home.value?.waiting.length ?? 0;
    if (waiting < before) void refresh();
  });
}

/** Where the server was heard although the phone said that it has no network, its word counts no more. */
function followNetworkWord(wallet: Wallet): () => boolean {
  let isWrong = false;
  effect(() => {
    if (wallet.connection.value.kind === 'reached' && !navigator.onLine) isWrong = true;
  });
  return () => !navigator.onLine && !isWrong;
}

/** Keeps the spare copies in step with the outbox; what the database has lost comes back and is sent. */
function keepSpareCopies(wallet: Wallet): void {
  const shelf = createSpareShelf();
  if (!shelf) return;
  const { store, notice } = wallet;
  const mirror = levelTriggered(async () => {
    try {
      if ((await mirrorOutbox(store, shelf)) > 0) notice.changed('payments', 'outbox');
    } catch {
      // Neither side is touched when one cannot be read; the next change looks again.
    }
  });
  notice.subscribe((topics) => {
    if (topics.includes('payments') || topics.includes('outbox')) void mirror();
  });
  void mirror();
}

/**
 * Whoever has a wallet, or is opening one, needs more of the app without network than a visitor. What
 * could not be fetched is fetched when the server is heard.
 */
function keepWalletScreens({ connection }: Wallet): void {
  if (!('serviceWorker' in navigator)) return;
  const kind = computed(() => connection.value.kind);
  effect(() => {
    if (kind.value === 'silent') return;
    void navigator.serviceWorker.ready.then(({ active, waiting }) => {
      // A new version brings them itself, and could not take over from a worker that this woke.
      if (!waiting) active?.postMessage({ type: 'KEEP_FOR_WALLET' });
    });
  });
}

/** Of one of the account's devices; a device that the server does not list has none. */
async function readOpen(api: AccountApi, device: number) {
  const list = await api.readDevices();
  if (!list.ok) return list;
  return accept(list.value.devices.find((state) => state.device === device)?.allowances ?? []);
}

function createPurseKeeping(
  wallet: Wallet,
  api: AccountApi,
  drain: Triggers['drain'],
): Engine['keepPurses'] {
  const keeper = createAllowanceKeeper({
    store: wallet.store,
    office: {
      readOpen: (device) => readOpen(api, device),
      request: api.requestAllowance,
      release: api.releaseAllowance,
    },
    freshKeys: () => fetchServerKeys(wallet, api.readIdentity),
    reofferedEpoch: async () => (await drain('notice')).reofferedEpoch,
    clock: wallet.clock,
    verify: verifyEs256,
    lock: createOutboxLock({ name: 'allowances' }),
  });
  return async () => {
    // The session may be another account's, whose device has the same number.
    if (wallet.session.value === 'closed') return [];
    const kept = await keeper.keep();
    if (kept.some(({ step }) => step !== 'rest')) wallet.notice.changed('wallet');
    return kept;
  };
}

/** The second half of main.tsx's wiring, kept apart so that it loads after the first screen stands. */
export function createEngine(wallet: Wallet): Engine {
  const { store, clock, random, notice } = wallet;
  const api = createAccountApi();
  const transport = createHttpTransport();
  const relay = createRelay({
    store,
    clock,
    random,
    notice,
    transport,
    verify: verifyEs256,
    lock: createOutboxLock(),
    hasNoNetwork: followNetworkWord(wallet),
  });
  const triggers = startTriggers({
    relay,
    notice,
    clock,
    random,
    window,
    document,
    ...('serviceWorker' in navigator && { registration: navigator.serviceWorker.ready }),
  });
  const keepPurses = createPurseKeeping(wallet, api, triggers.drain);
  const account = createAccountMirror(wallet, api, keepPurses);
  triggers.subscribe(followReports(wallet.connection));
  followSettling(wallet, triggers, account.refresh);
  account.start();
  keepSpareCopies(wallet);
  keepWalletScreens(wallet);
  return {
    api,
    triggers,
    transport,
    refresh: account.refresh,
    keepPurses,
    async readOfflineFunds(purses) {
      const identity = await store.readIdentity();
      return identity ? offlineFunds(purses, { nowMs: clock.nowMs(), identity }) : [];
    },
  };
}
