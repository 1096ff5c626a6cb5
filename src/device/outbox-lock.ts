/** Owns the Web Locks of page and worker: one drain, one top-up at a time, but never a wait without end. */
import type { OutboxLock } from '#wallet/ports.ts';

const LOCK_NAME = 'outbox';
/** A frozen or lost owner must not stop payments (F33); two drains at once are safe, only wasteful. */
const WAIT_MS_MAX = 5_000;

/** `navigator.locks`, or whatever of it there is. */
type Locks = Pick<LockManager, 'request'>;

export type OutboxLockOptions = {
  /** Of the lock; another than the outbox's for other work. */
  readonly name?: string;
  readonly locks?: Locks | undefined;
  readonly waitMs?: number;
};

export function createOutboxLock(options: OutboxLockOptions = {}): OutboxLock {
  const locks = 'locks' in options ? options.locks : navigator.locks;
  const { name = LOCK_NAME, waitMs = WAIT_MS_MAX } = options;
  return {
    async run(work) {
      if (!locks) return work();
      const patience = new AbortController();
      const timer = setTimeout(() => patience.abort(), waitMs);
      let started = false;
      try {
        return await locks.request(name, { signal: patience.signal }, () => {
          clearTimeout(timer);
          started = true;
          return work();
        });
      } catch (error) {
        // Once the work has begun its own failure is the answer; before, only the lock failed.
        if (started) throw error;
        return work();
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
