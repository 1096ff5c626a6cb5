/** Owns the wait for a machine that nobody else is using; it never waits for ever. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseBusyTicks } from './processor-time.ts';

const SAMPLE_MS = 300;
/** Above this a measurement is marked. */
export const FOREIGN_MAX = 0.25;

/** Answers how many processors others kept busy in the last sample. */
export async function waitForQuiet(patienceMs: number): Promise<number> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const before = parseBusyTicks(readFileSync('/proc/stat', 'utf8'));
    const startedMs = performance.now();
    await sleep(SAMPLE_MS);
    const ticks = parseBusyTicks(readFileSync('/proc/stat', 'utf8')) - before;
    const busy = Math.min(ticks / ((performance.now() - startedMs) / 10), availableParallelism());
    if (busy <= FOREIGN_MAX || performance.now() > deadlineMs) return busy;
  }
}
