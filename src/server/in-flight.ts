/** Owns the count of what has begun and is not done, so that a stop waits for it, also where no client does. */

export type InFlight = {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** When nothing is in flight any more. */
  idle(): Promise<void>;
};

export function createInFlight(): InFlight {
  let count = 0;
  const waiting: (() => void)[] = [];
  return {
    async run(work) {
      count++;
      try {
        return await work();
      } finally {
        count--;
        if (count === 0) for (const done of waiting.splice(0)) done();
      }
    },
    idle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
