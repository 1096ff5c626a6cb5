/** Owns the signals that mirror the phone's storage. They are read again after every change, never patched. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { ChangeNotice } from '#device/change-notice.ts';
import {
  type Clock,
  type Random,
  StoreFault,
  type Topic,
  type WalletStore,
} from '#wallet/ports.ts';
import type { HomeView, Settings, StoredDraft, WalletState } from '#wallet/records.ts';
import type { ActivityLine } from './activity-lines.ts';
import { type BalanceLine, balanceLines } from './balance-lines.ts';
import { type ConnectionMirror, createConnectionMirror } from './connection.ts';
import type { Engine } from './engine.ts';
import { levelTriggered } from './level-triggered.ts';
import { readNewest } from './newest-lines.ts';

/** How many lines the first screen shows. */
export const NEWEST_MAX = 8;

/** `unreadable` is not "empty": nothing is shown or written as if there were no wallet. */
export type StorageState =
  | { readonly kind: 'reading' }
  | { readonly kind: 'readable' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Whether the server knows who asks. Paying needs no session, reading the account does. */
export type SessionState = 'unknown' | 'open' | 'closed';

export type Wallet = {
  readonly storage: ReadonlySignal<StorageState>;
  readonly home: ReadonlySignal<HomeView | undefined>;
  /** Undefined: no wallet on this phone, once `storage` is readable. */
  readonly state: ReadonlySignal<WalletState | undefined>;
  readonly balances: ReadonlySignal<readonly BalanceLine[]>;
  readonly newest: ReadonlySignal<readonly ActivityLine[]>;
  readonly settings: ReadonlySignal<Settings | undefined>;
  /** A payment that was begun and neither approved nor given up. */
  readonly draft: ReadonlySignal<StoredDraft | undefined>;
  readonly connection: ConnectionMirror;
  readonly session: { value: SessionState };

  // What actions and screens work with.
  readonly store: WalletStore;
  readonly notice: ChangeNotice;
  readonly clock: Clock;
  readonly random: Random;
  /** Relay, its triggers and the account calls; fetched after the first screen stands. */
  engine(): Promise<Engine>;
  /** Reads everything mirrored again. Never throws: a failed read shows as `unreadable`. */
  reread(): Promise<void>;
  /**
   * Writes, tells everybody, and answers once this page has read it again. False: the phone could not
   * keep it, and it holds for this page alone.
   */
  writeSettings(settings: Settings): Promise<boolean>;
};

export type WalletParts = Pick<Wallet, 'store' | 'notice' | 'clock' | 'random' | 'engine'>;

type Mirrored = {
  readonly home: HomeView;
  readonly newest: readonly ActivityLine[];
  readonly draft: StoredDraft | undefined;
};

const MIRRORED_TOPICS: readonly Topic[] = ['payments', 'wallet', 'settings', 'outbox'];

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function createWallet(parts: WalletParts): Wallet {
  const { store, notice } = parts;
  const storage = signal<StorageState>({ kind: 'reading' });
  const mirrored = signal<Mirrored | undefined>(undefined);
  const home = computed(() => mirrored.value?.home);
  /** Chosen here and not kept. */
  const unkept = signal<Settings | undefined>(undefined);

  const reread = levelTriggered(async () => {
    try {
      const [view, draft] = await Promise.all([store.readHome(NEWEST_MAX), store.readDraft()]);
      const newest = await readNewest(store, view, NEWEST_MAX);
      mirrored.value = { home: view, newest, draft };
      storage.value = { kind: 'readable' };
    } catch (error) {
      storage.value = { kind: 'unreadable', why: whyOf(error) };
    }
  });

  notice.subscribe((topics) => {
    if (topics.some((topic) => MIRRORED_TOPICS.includes(topic))) void reread();
  });

  return {
    ...parts,
    storage,
    home,
    state: computed(() => home.value?.wallet),
    balances: computed(() => (home.value ? balanceLines(home.value) : [])),
    newest: computed(() => mirrored.value?.newest ?? []),
    settings: computed(() => unkept.value ?? home.value?.settings),
    draft: computed(() => mirrored.value?.draft),
    connection: createConnectionMirror(),
    session: signal<SessionState>('unknown'),
    reread,
    async writeSettings(settings) {
      try {
        await store.writeSettings(settings);
      } catch (error) {
        if (!(error instanceof StoreFault)) throw error;
        unkept.value = settings;
        return false;
      }
      unkept.value = undefined;
      notice.changed('settings');
      await reread();
      return true;
    },
  };
}
