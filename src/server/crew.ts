/** Owns the worker processes: starts them, puts a new one in the place of one that died, stops them all. */
import cluster, { type Worker } from 'node:cluster';
import { StartRefused } from './free-port.ts';
import type { LineLog } from './log-lines.ts';
import type { Member } from './metrics/ask-workers.ts';
import type { ToPrimary, ToWorker } from './process-messages.ts';

export type Crew = {
  /** Comes back when all serve; throws `StartRefused` when one cannot. */
  start(): Promise<void>;
  /** Who is there now; some may only be starting. */
  members(): Member[];
  /** How many ended by themselves since the start. */
  replaced(): number;
  /** Lets all of them end what they have begun; who takes too long is killed. */
  stop(): Promise<void>;
};

export type CrewParts = {
  readonly size: number;
  readonly begin: ToWorker;
  /** What a worker itself allows its requests. */
  readonly stopTimeoutMs: number;
  readonly log: LineLog;
};

/** Beyond what its requests may take, for late writes and closing connections. */
const LAST_WRITES_MS = 10_000;
/** A worker that dies again and again is not to keep the machine busy with its starts. */
const RESTART_DELAYS_MS = [0, 200, 1000, 5000];
const STEADY_MS = 30_000;

/**
 * This process accepts connections and hands them out in turn, then never sees them again: its part
 * is some microseconds a connection and nothing a request. Left to the operating system (SCHED_NONE)
 * most connections would go to few of the workers, and phones keep theirs for long. A worker is handed
 * one connection at a time: that one is lost, until its client gives up, when the worker dies just then.
 */
function deal(): void {
  cluster.schedulingPolicy = cluster.SCHED_RR;
}

function tell(worker: Worker, message: ToWorker): void {
  // One that is just dying needs no message; its end is heard of.
  if (worker.isConnected()) worker.send(message, () => undefined);
}

const ended = (worker: Worker) =>
  new Promise<void>((resolve) => {
    if (worker.isDead()) resolve();
    else worker.once('exit', () => resolve());
  });

export function createCrew({ size, begin, stopTimeoutMs, log }: CrewParts): Crew {
  const crew = new Map<Worker, number>();
  const replacements = new Set<NodeJS.Timeout>();
  let deaths = 0;
  let replaced = 0;
  let isStarted = false;
  let isStopping = false;

  function replaceLater(place: number, livedMs: number): void {
    replaced++;
    deaths = livedMs > STEADY_MS ? 0 : deaths + 1;
    const delayMs = RESTART_DELAYS_MS[deaths] ?? RESTART_DELAYS_MS.at(-1);
    const timer = setTimeout(() => {
      replacements.delete(timer);
      // Its end is met above, by the next attempt.
      addWorker(place).catch(() => undefined);
    }, delayMs);
    replacements.add(timer);
  }

  /** Comes back when it serves. */
  function addWorker(place: number): Promise<void> {
    const startedMs = Date.now();
    const worker = cluster.fork();
    crew.set(worker, place);
    return new Promise((resolve, reject) => {
      let words = 'A worker process ended while it started.';
      worker.on('error', (error) => log.warn(`worker ${worker.process.pid}: ${error.message}`));
      worker.on('message', (message: ToPrimary) => {
        // Asked for rather than sent at once: what came before the worker listens would be lost.
        if (message.kind === 'awake') tell(worker, isStopping ? { kind: 'stop' } : begin);
        if (message.kind === 'ready') resolve();
        if (message.kind === 'cannot') words = message.words;
      });
      worker.once('exit', (code, signal) => {
        crew.delete(worker);
        reject(new StartRefused(words));
        if (isStopping || !isStarted) return;
        log.warn(`worker ${worker.process.pid} has ended (${signal || code}): starting another`);
        replaceLater(place, Date.now() - startedMs);
      });
    });
  }

  return {
    async start() {
      deal();
      await Promise.all(Array.from({ length: size }, (_, index) => addWorker(index + 1)));
      // One that served may have ended while the others came.
      if (crew.size < size) throw new StartRefused('A worker process ended while others started.');
      isStarted = true;
    },
    members: () => [...crew].map(([worker, place]) => ({ place, worker })),
    replaced: () => replaced,
    async stop() {
      isStopping = true;
      for (const timer of replacements) clearTimeout(timer);
      const all = [...crew.keys()];
      for (const worker of all) tell(worker, { kind: 'stop' });
      const late = setTimeout(() => {
        for (const worker of crew.keys()) worker.process.kill('SIGKILL');
      }, stopTimeoutMs + LAST_WRITES_MS);
      await Promise.all(all.map(ended));
      clearTimeout(late);
    },
  };
}
