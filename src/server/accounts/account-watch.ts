/** Owns waking who watches an account: at once for commits of this process, by looking now and then for others'. */
import { toBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';

export type AccountWatch = {
  /** `wake` means "read again", and may come for nothing. Answers how to stop watching. */
  subscribe(account: Bytes, wake: () => void): () => void;
  /** Something of these accounts was committed. */
  announce(accounts: readonly Bytes[]): void;
  /** How many streams listen, and how long ago new versions were last looked for: 0 when none does. */
  state(): { readonly streams: number; readonly behindMs: number };
  stop(): void;
};

export type WatchParts = {
  readonly readVersions: (accounts: readonly Bytes[]) => Promise<(bigint | null)[]>;
  /** Between two looks while somebody watches; longer after a look that took long. */
  readonly intervalMs: number;
  readonly onFault: (cause: unknown) => void;
};

type Watched = {
  readonly account: Bytes;
  readonly wakes: Set<() => void>;
  /** As last seen by the look; undefined before the first. */
  version?: bigint | null;
};

/**
 * A look costs some microseconds for each account that is watched. After it the watch rests this many
 * times as long, so that it takes a twentieth of a connection's time at most, however many watch.
 */
const RESTS = 20;
const REST_MAX_MS = 5000;

export function createAccountWatch(parts: WatchParts): AccountWatch {
  const { readVersions, intervalMs, onFault } = parts;
  const watched = new Map<string, Watched>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let lookedAtMs = 0;

  /** One question for all who are watched, so its cost does not grow with the streams. */
  async function look(): Promise<void> {
    const startedMs = performance.now();
    try {
      const all = [...watched.values()];
      const versions = await readVersions(all.map((item) => item.account));
      all.forEach((item, index) => {
        const version = versions[index] ?? null;
        if (item.version === version) return;
        item.version = version;
        for (const wake of item.wakes) wake();
      });
      lookedAtMs = startedMs;
    } catch (cause) {
      onFault(cause);
    }
    const restMs = RESTS * (performance.now() - startedMs);
    timer = undefined;
    lookAfter(Math.max(intervalMs, Math.min(restMs, REST_MAX_MS)));
  }

  function lookAfter(delayMs: number): void {
    if (timer !== undefined || isStopped || watched.size === 0) return;
    timer = setTimeout(() => void look(), delayMs);
    timer.unref();
  }

  return {
    subscribe(account, wake) {
      if (watched.size === 0) lookedAtMs = performance.now();
      const key = toBase32(account);
      const item = watched.get(key) ?? { account, wakes: new Set() };
      watched.set(key, item);
      item.wakes.add(wake);
      lookAfter(intervalMs);
      return () => {
        item.wakes.delete(wake);
        if (item.wakes.size === 0 && watched.get(key) === item) watched.delete(key);
      };
    },
    announce(accounts) {
      if (watched.size === 0) return;
      for (const account of accounts) {
        for (const wake of watched.get(toBase32(account))?.wakes ?? []) wake();
      }
    },
    state() {
      let streams = 0;
      for (const { wakes } of watched.values()) streams += wakes.size;
      return { streams, behindMs: streams > 0 ? performance.now() - lookedAtMs : 0 };
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
