/** Owns what everything beside settling may take of the database, so that a payment always finds a connection. */
import type { Database } from '#ledger/database.ts';
import { Unavailable } from './ports.ts';

/** Settling asks what is known and posts: one connection for each. */
const KEPT_FREE = 2;

export type Share = {
  /** How many connections there are in all. */
  readonly connectionsMax: number;
  /** More than so many wait in vain: they are told at once. */
  readonly waitingMax: number;
  readonly waitMaxMs: number;
};

type Waiter = { readonly begin: () => void };

/** Lets so many in at once. Rejects `Unavailable` whoever would wait too long, or behind too many. */
function createGate(atOnceMax: number, { waitingMax, waitMaxMs }: Share) {
  const waiting = new Set<Waiter>();
  let inside = 0;

  function enter(): Promise<void> {
    if (inside < atOnceMax) {
      inside++;
      return Promise.resolve();
    }
    if (waiting.size >= waitingMax) {
      return Promise.reject(new Unavailable('too many wait for the database'));
    }
    return new Promise((resolve, reject) => {
      const waiter = {
        begin() {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        waiting.delete(waiter);
        reject(new Unavailable('the database has been busy for too long'));
      }, waitMaxMs);
      waiting.add(waiter);
    });
  }

  function leave(): void {
    const [next] = waiting;
    if (!next) {
      inside--;
      return;
    }
    // Its place goes to who has waited longest.
    waiting.delete(next);
    next.begin();
  }

  return async <T>(work: () => Promise<T>): Promise<T> => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

/** The same database, of whose connections some stay free. Nothing of it may be asked from within itself. */
export function leaveRoom(database: Database, share: Share): Database {
  const { connectionsMax } = share;
  const atOnceMax = Math.max(1, connectionsMax - KEPT_FREE);
  const gated = createGate(atOnceMax, share);
  return {
    ...database,
    query: (statement, values) => gated(() => database.query(statement, values)),
    transaction: (work) => gated(() => database.transaction(work)),
    borrow: (work) => gated(() => database.borrow(work)),
  };
}
