/** Owns waking who watches an account: at once for commits of this process, by a slow look for others'. */
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
  readonly intervalMs: number;
  readonly onFault: (cause: unknown) => void;
};

type Watched = {
  readonly account: Bytes;
  readonly wakes: Set<() => void>;
  /** As last seen by the look; undefined before the first. */
  version?: bigint | null;
};

export function createAccountWatch(parts: WatchParts): AccountWatch {
  const { readVersions, intervalMs, onFault } = parts;
  const watched = new Map<string, Watched>();
  let looking = false;
  let lookedAtMs = performance.now();

  /** One question for all who are watched, so its cost does not grow with the streams. */
  async function look(): Promise<void> {
    if (looking) return;
    const startedAtMs = performance.now();
    if (watched.size === 0) {
      lookedAtMs = startedAtMs;
      return;
    }
    looking = true;
    try {
      const all = [...watched.values()];
      const versions = await readVersions(all.map((item) => item.account));
      all.forEach((item, index) => {
        const version = versions[index] ?? null;
        if (item.version === version) return;
        item.version = version;
        for (const wake of item.wakes) wake();
      });
      lookedAtMs = startedAtMs;
    } catch (cause) {
      onFault(cause);
    } finally {
      looking = false;
    }
  }

  const timer = setInterval(() => void look(), intervalMs);
  timer.unref();

  return {
    subscribe(account, wake) {
      const key = toBase32(account);
      const item = watched.get(key) ?? { account, wakes: new Set() };
      watched.set(key, item);
      item.wakes.add(wake);
      return () => {
        item.wakes.delete(wake);
        if (item.wakes.size === 0 && watched.get(key) === item) watched.delete(key);
      };
    },
    announce(accounts) {
      for (const account of accounts) {
        for (const wake of watched.get(toBase32(account))?.wakes ?? []) wake();
      }
    },
    state() {
      let streams = 0;
      for (const { wakes } of watched.values()) streams += wakes.size;
      return { streams, behindMs: streams > 0 ? performance.now() - lookedAtMs : 0 };
    },
    stop: () => clearInterval(timer),
  };
}
