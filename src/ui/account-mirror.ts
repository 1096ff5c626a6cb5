/** Owns bringing the server's account and statement into the phone's storage, and hearing of changes live. */
import { effect } from '@preact/signals';
import type { AccountApi } from '#device/account-api.ts';
import type { Refusal } from '#protocol/refusals.ts';
import { StoreFault } from '#wallet/ports.ts';
import { levelTriggered } from './level-triggered.ts';
import type { Wallet } from './wallet-model.ts';

/** Keys are asked for again after this long: a phone must know new ones before it meets their receipts. */
const IDENTITY_AGE_MS_MAX = 24 * 60 * 60 * 1000;
/** A server that never reaches its own version must not keep a phone busy for ever. */
const STATEMENT_PAGES_MAX = 50;

export type AccountMirror = {
  refresh(): Promise<void>;
  /** Refreshes now, whenever the page is shown again, and while it is shown whenever the server says so. */
  start(): void;
};

type LiveStream = {
  listen(): Promise<void>;
  hangUp(): void;
  /** A wallet just opened, or opened again, is heard of at once; one that was left no longer. */
  followSession(): void;
};

function createLiveStream(
  wallet: Wallet,
  api: AccountApi,
  refresh: () => Promise<void>,
): LiveStream {
  const { store, clock, connection, session } = wallet;
  let live: { close(): void } | undefined;

  async function listen(): Promise<void> {
    if (live || document.visibilityState !== 'visible' || session.value !== 'open') return;
    // Storage that cannot be read shows itself elsewhere; from the beginning nothing is missed.
    const after = await store.readEntriesVersion().catch(() => 0);
    live ??= api.events(after, {
      changed: () => void refresh(),
      state: (state) => {
        if (state === 'connecting') return;
        const kind = state === 'live' ? 'heard' : 'silence';
        connection.tell({ kind, atMs: clock.nowMs() });
      },
    });
  }

  function hangUp(): void {
    live?.close();
    live = undefined;
  }

  return {
    listen,
    hangUp,
    followSession() {
      const { value } = session;
      if (value === 'open') void listen();
      if (value === 'closed') hangUp();
    },
  };
}

export function createAccountMirror(wallet: Wallet, api: AccountApi): AccountMirror {
  const { store, notice, clock, connection, session } = wallet;

  function hear(answer: { readonly ok: boolean; readonly refusal?: Refusal }): void {
    const silent = !answer.ok && answer.refusal?.code === 'unavailable';
    connection.tell({ kind: silent ? 'silence' : 'heard', atMs: clock.nowMs() });
    if (answer.ok) session.value = 'open';
    if (answer.refusal?.code === 'not_signed_in') session.value = 'closed';
  }

  async function readIdentity(): Promise<void> {
    const known = await store.readIdentity();
    const ageMs = clock.nowMs() - (known?.readAtMs ?? Number.NEGATIVE_INFINITY);
    // A clock that has gone back can count nothing until the server's is read again.
    if (ageMs >= 0 && ageMs < IDENTITY_AGE_MS_MAX) return;
    const answer = await api.readIdentity();
    if (!answer.ok) return;
    await store.writeIdentity(answer.value, clock.nowMs());
    notice.changed('wallet');
  }

  async function readStatement(): Promise<void> {
    for (let page = 0; page < STATEMENT_PAGES_MAX; page++) {
      const after = await store.readEntriesVersion();
      const answer = await api.readStatement(after);
      if (!answer.ok) return;
      const { entries, version } = answer.value;
      const reached = entries.at(-1)?.version ?? version;
      if (entries.length > 0) {
        const paid = await store.writeEntries(entries, reached);
        notice.changed('payments', ...(paid.length > 0 ? (['requests'] as const) : []));
      }
      if (reached >= version) return;
    }
  }

  const refresh = levelTriggered(async () => {
    try {
      if ((await store.readWallet()) === undefined) return;
      connection.tell({ kind: 'asked', atMs: clock.nowMs() });
      const answer = await api.readAccount();
      hear(answer);
      if (!answer.ok) return;
      await store.writeAccount(answer.value, clock.nowMs());
      notice.changed('wallet');
      await readStatement();
      await readIdentity();
    } catch (error) {
      // The storage failed, not the network: what is shown is read again and says so itself.
      if (!(error instanceof StoreFault)) throw error;
      await wallet.reread();
    }
  });

  const stream = createLiveStream(wallet, api, refresh);

  function followVisibility(): void {
    if (document.visibilityState === 'visible') void refresh().then(stream.listen);
    else stream.hangUp();
  }

  return {
    refresh,
    start() {
      document.addEventListener('visibilitychange', followVisibility);
      addEventListener('online', () => void refresh());
      effect(stream.followSession);
      void refresh();
    },
  };
}
