/** Owns the threads that verify signatures, so that curve arithmetic holds nobody up who asks for something else. */
import { Worker } from 'node:worker_threads';
import { Unavailable } from '../ports.ts';
import type { SignatureCheck, VerifySignatures } from './ports.ts';
import { packChecks } from './signature-checks.ts';
import { createVerifySignature } from './verify-signature.ts';

export type VerifyPool = {
  readonly verify: VerifySignatures;
  stop(): Promise<void>;
};

/** Enough to keep a thread busy for some milliseconds, few enough to spread one upload over all threads. */
const BLOCK_MAX = 50;
/** The next block waits in the thread already, so that it never waits for us. */
const BLOCKS_AHEAD = 2;

/** The checks of one call; `open` counts down to its answer. */
type Call = {
  readonly valid: boolean[];
  open: number;
  readonly resolve: (valid: boolean[]) => void;
  readonly reject: (cause: unknown) => void;
};

type Job = { readonly check: SignatureCheck; readonly call: Call; readonly index: number };

class Thread {
  readonly waiting: Job[] = [];
  readonly #file: string;
  readonly #more: (thread: Thread) => Job[];
  readonly #sent: Job[][] = [];
  #worker: Worker | undefined;

  constructor(file: string, more: (thread: Thread) => Job[]) {
    this.#file = file;
    this.#more = more;
  }

  /** Sends what there is to do, as far ahead as is useful. */
  feed(): void {
    while (this.#sent.length < BLOCKS_AHEAD) {
      const jobs = this.#more(this);
      if (jobs.length === 0) return;
      this.#sent.push(jobs);
      const block = packChecks(jobs.map((job) => job.check));
      this.#started().postMessage(block, [block.buffer]);
    }
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#file);
    this.#worker = worker;
    worker.on('message', (valid: Uint8Array) => this.#answer(valid));
    worker.on('error', (cause) => this.#fail(worker, cause));
    worker.on('exit', () => this.#fail(worker, new Error('it ended')));
    worker.unref();
    return worker;
  }

  #answer(valid: Uint8Array): void {
    for (const [at, { call, index }] of (this.#sent.shift() ?? []).entries()) {
      call.valid[index] = valid[at] === 1;
      if (--call.open === 0) call.resolve(call.valid);
    }
    this.feed();
  }

  /** Nothing was found out about what it had: unknown is no refusal. The next job starts another. */
  #fail(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const lost = new Unavailable('a thread that verifies signatures has ended', { cause });
    for (const { call } of this.#sent.splice(0).flat()) call.reject(lost);
    this.feed();
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }
}

/** For where there is one processor, or a test: in the caller's thread. */
export function verifyHere(): VerifyPool {
  const verify = createVerifySignature();
  return { verify: async (checks) => checks.map(verify), stop: async () => undefined };
}

/** `file`: the built `verify-thread`. Threads start when there is something to do. */
export function createVerifyPool(file: string, threadCount: number): VerifyPool {
  /** Its own jobs first; then, rather than idle, the last of whoever has most. */
  function more(thread: Thread): Job[] {
    if (thread.waiting.length > 0) return thread.waiting.splice(0, BLOCK_MAX);
    const busiest = threads.reduce((a, b) => (b.waiting.length > a.waiting.length ? b : a));
    return busiest.waiting.splice(-BLOCK_MAX);
  }
  const threads = Array.from({ length: threadCount }, () => new Thread(file, more));

  /** One key, one thread: each is imported once. A point's last byte is as good as chance. */
  function threadFor({ spki }: SignatureCheck): Thread | undefined {
    return threads[(spki.at(-1) ?? 0) % threads.length];
  }

  let isFeeding = false;

  /** In the same turn others ask, too; a block of one costs as much to send as a block of many. */
  function feedSoon(): void {
    if (isFeeding) return;
    isFeeding = true;
    setImmediate(() => {
      isFeeding = false;
      for (const thread of threads) thread.feed();
    });
  }

  return {
    verify: (checks) =>
      new Promise((resolve, reject) => {
        if (checks.length === 0) resolve([]);
        const call: Call = { valid: [], open: checks.length, resolve, reject };
        checks.forEach((check, index) => {
          threadFor(check)?.waiting.push({ check, call, index });
        });
        feedSoon();
      }),
    async stop() {
      await Promise.all(threads.map((thread) => thread.stop()));
    },
  };
}
