/** Owns the scanner thread as the page sees it: every call ends, and a dead thread is replaced. */
import { type Remote, transfer, wrap } from 'comlink';
import type { Effort, Scanner } from '#workers/scanner.ts';
import { SCANNER_VERSION } from '#workers/scanner-version.ts';

export type ReadAnswer =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'nothing' }
  /** The thread did not answer. It has been replaced unless it `gaveUp`. */
  | { readonly kind: 'lost'; readonly gaveUp: boolean };

export type ScannerClient = {
  /** Takes the picture over and closes it. */
  read(picture: ImageBitmap, effort: Effort): Promise<ReadAnswer>;
  stop(): void;
};

export type ScannerLimits = {
  readonly startMs: number;
  readonly cameraMs: number;
  readonly photoMs: number;
  /** Threads lost one after another without an answer between them. */
  readonly lossesMax: number;
};

const LIMITS: ScannerLimits = { startMs: 10_000, cameraMs: 3_000, photoMs: 20_000, lossesMax: 4 };

type Thread = {
  readonly worker: Worker;
  readonly scanner: Remote<Scanner>;
  /** Resolves when the thread reports a fault; a thread that just vanishes reports nothing. */
  readonly failed: Promise<typeof LOST>;
  /** True once it said that it speaks our version. */
  readonly ready: Promise<boolean>;
};

const LOST = Symbol('lost');

function startThread(): Thread {
  const worker = new Worker(new URL('../workers/scanner.ts', import.meta.url), { type: 'module' });
  const scanner = wrap<Scanner>(worker);
  const failed = new Promise<typeof LOST>((resolve) => {
    worker.addEventListener('error', () => resolve(LOST), { once: true });
    worker.addEventListener('messageerror', () => resolve(LOST), { once: true });
  });
  const ready = scanner.version.then((version) => version === SCANNER_VERSION);
  return { worker, scanner, failed, ready };
}

/** A call to a thread that was ended never settles (a Comlink port has no end event): hence the limit. */
async function within<T>(
  thread: Thread,
  call: Promise<T>,
  timeoutMs: number,
): Promise<T | typeof LOST> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<typeof LOST>((resolve) => {
    timer = setTimeout(() => resolve(LOST), timeoutMs);
  });
  try {
    return await Promise.race([call, thread.failed, late]);
  } catch {
    return LOST;
  } finally {
    clearTimeout(timer);
  }
}

export function createScannerClient(limits: ScannerLimits = LIMITS): ScannerClient {
  let thread: Thread | undefined;
  let losses = 0;

  function drop(): void {
    thread?.worker.terminate();
    thread = undefined;
  }

  function lose(): ReadAnswer {
    drop();
    losses += 1;
    return { kind: 'lost', gaveUp: losses >= limits.lossesMax };
  }

  return {
    async read(picture, effort) {
      if (losses >= limits.lossesMax) {
        picture.close();
        return { kind: 'lost', gaveUp: true };
      }
      thread ??= startThread();
      const mine = thread;
      if ((await within(mine, mine.ready, limits.startMs)) !== true) {
        picture.close();
        return thread === mine ? lose() : { kind: 'lost', gaveUp: false };
      }
      const call = mine.scanner.read(transfer(picture, [picture]), effort);
      const limitMs = effort === 'photo' ? limits.photoMs : limits.cameraMs;
      const text = await within(mine, call, limitMs);
      if (text === LOST) return thread === mine ? lose() : { kind: 'lost', gaveUp: false };
      losses = 0;
      return text === null ? { kind: 'nothing' } : { kind: 'text', text };
    },
    stop: drop,
  };
}
