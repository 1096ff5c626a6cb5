/** Owns bringing the server's account and statement into the phone's storage, and hearing of changes live. */
import { effect } from '@preact/signals';
import type { AccountApi } from '#device/account-api.ts';
import type { Refusal } from '#protocol/refusals.ts';
import type { KeptPurse } from '#wallet/keep-allowances.ts';
import { StoreFault } from '#wallet/ports.ts';
import type { WalletState } from '#wallet/records.ts';
import { levelTriggered } from './level-triggered.ts';
import { keepServerKeys } from './server-keys.ts';
import type { Wallet } from './wallet-model.ts';

/** A server that never reaches its own version must not keep a phone busy for ever. */
const STATEMENT_PAGES_MAX = 50;

const RETRY_FIRST_MS = 5_000;
const RETRY_MAX_MS = 60_000;

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

/** While the page is shown, silence is followed by another attempt: the phone may have its network all along. */
function createRetry(fraction: () => number, attempt: () => void): (isSilent: boolean) => void {
  let delayMs = RETRY_FIRST_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = () => document.visibilityState === 'visible' && attempt();
  return (isSilent) => {
    clearTimeout(timer);
    if (isSilent) timer = setTimeout(again, delayMs * (0.5 + fraction() / 2));
    delayMs = isSilent ? Math.min(delayMs * 2, RETRY_MAX_MS) : RETRY_FIRST_MS;
  };
}

export function createAccountMirror(
  wallet: Wallet,
  api: AccountApi,
  keepPurses: () => Promise<readonly KeptPurse[]>,
): AccountMirror {
  const { store, notice, clock, connection, random, session } = wallet;
  const retryAfter = createRetry(random.fraction, () => void refresh());

  type Answer = { readonly ok: boolean; readonly refusal?: Refusal };

  /** Somebody may have signed in to another account, which this wallet knows nothing of. */
  function hear(answer: Answer, isOthers: boolean): void {
    const silent = !answer.ok && answer.refusal?.code === 'unavailable';
    connection.tell({ kind: silent ? 'silence' : 'heard', atMs: clock.nowMs() });
    retryAfter(silent);
    if (answer.ok && !isOthers) session.value = 'open';
    if (isOthers || answer.refusal?.code === 'not_signed_in') session.value = 'closed';
  }

  /** Answers the epoch that the server is in, if it said so. */
  async function readStatement(): Promise<number | undefined> {
    let said: number | undefined;
    for (let page = 0; page < STATEMENT_PAGES_MAX; page++) {
      const after = await store.readEntriesVersion();
      const answer = await api.readStatement(after);
      if (!answer.ok) return said;
      const { entries, version, epoch } = answer.value;
      said = epoch;
      const followed = await store.followEpoch(epoch);
      if (followed === 'older') return said;
      if (followed === 'newer') continue;
      const reached = entries.at(-1)?.version ?? version;
      if (entries.length > 0) {
        const paid = await store.writeEntries(entries, reached, { epoch, after });
        notice.changed('payments', ...(paid.length > 0 ? (['requests'] as const) : []));
      }
      if (reached >= version) return said;
    }
    return said;
  }

  async function readAccount(state: WalletState): Promise<boolean> {
    const own = state.account.profile.account;
    const { device, lastSeq: seq } = state;
    const answer = await api.readAccount({ account: own, device, seq });
    const isOthers = answer.ok && answer.value.profile.account !== own;
    hear(answer, isOthers);
    if (!answer.ok || isOthers) return false;
    await store.writeAccount(answer.value, clock.nowMs());
    notice.changed('wallet');
    return true;
  }

  const refresh = levelTriggered(async () => {
    try {
      const state = await store.readWallet();
      if (!state) return;
      connection.tell({ kind: 'asked', atMs: clock.nowMs() });
      if (!(await readAccount(state))) return;
      const epoch = await readStatement();
      await keepServerKeys(wallet, api.readIdentity, epoch);
      const moved = (await keepPurses()).some(({ step, refusal }) => step !== 'rest' && !refusal);
      if (moved) await readAccount(state);
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
