/** Owns gathering: while one lot of jobs is worked on, what arrives makes up the next. */

export type Gathering<Job> = {
  add(job: Job): void;
};

export type GatheringParts<Job> = {
  readonly sizeOf: (job: Job) => number;
  /** Of one lot, unless a single job is larger. */
  readonly sizeMax: number;
  /** Answers its jobs by itself, and never rejects. */
  readonly work: (jobs: readonly Job[]) => Promise<void>;
};

/** No timer, so nobody waits alone; under load the lots grow by themselves. */
export function createGathering<Job>({ sizeOf, sizeMax, work }: GatheringParts<Job>) {
  const waiting: Job[] = [];
  let isBusy = false;

  function nextLot(): Job[] {
    let size = 0;
    let count = 0;
    for (const job of waiting) {
      size += sizeOf(job);
      if (count > 0 && size > sizeMax) break;
      count++;
    }
    return waiting.splice(0, count);
  }

  async function drain(): Promise<void> {
    isBusy = true;
    while (waiting.length > 0) await work(nextLot());
    isBusy = false;
  }

  return {
    add(job) {
      waiting.push(job);
      if (!isBusy) void drain();
    },
  } satisfies Gathering<Job>;
}
