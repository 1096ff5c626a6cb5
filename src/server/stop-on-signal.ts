/** Owns the end of a server that is told to stop: once, in order, with an exit code that says how it went. */
import type { LineLog } from './log-lines.ts';

/** Ctrl+C reaches us twice when npm passes it on; a later one means that somebody is impatient. */
const IMPATIENCE_MS = 2000;

/** A failed start and a signal may both ask for the end: the second waits for the first. */
export function once(work: () => Promise<void>): () => Promise<void> {
  let going: Promise<void> | undefined;
  return () => {
    going ??= work();
    return going;
  };
}

export function leaveAfter(stop: () => Promise<void>, log: LineLog): void {
  stop().then(
    () => process.exit(0),
    (error: unknown) => {
      log.error('stopping failed', error);
      process.exit(1);
    },
  );
}

export function stopOnSignal(stop: () => Promise<void>, log: LineLog): void {
  let stoppingSinceMs = 0;
  function onSignal(signal: NodeJS.Signals): void {
    const nowMs = Date.now();
    if (stoppingSinceMs > 0) {
      if (nowMs - stoppingSinceMs > IMPATIENCE_MS) process.exit(1);
      return;
    }
    stoppingSinceMs = nowMs;
    log.info(`stopping on ${signal}`);
    leaveAfter(stop, log);
  }
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
