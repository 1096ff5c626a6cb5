/** Owns the return of funds whose allowance ended: looked for now and then, by any number of processes. */
import { expireAllowances } from '#ledger/allowances.ts';
import type { Database } from '#ledger/database.ts';
import type { Clock } from '../ports.ts';

export type AllowanceExpiry = {
  /** Ends all that are due. A look that is going on already is joined. */
  look(): Promise<void>;
  stop(): Promise<void>;
};

export type ExpiryParts = {
  readonly database: Database;
  readonly clock: Clock;
  /** Orders that were shown in the last minute may take this long to arrive. */
  readonly graceMs: number;
  readonly intervalMs: number;
  readonly onFault: (cause: unknown) => void;
};

export function createAllowanceExpiry(parts: ExpiryParts): AllowanceExpiry {
  const { database, clock, graceMs, intervalMs, onFault } = parts;
  let looking: Promise<void> | undefined;
  let isStopped = false;

  async function endAllDue(): Promise<void> {
    const nowS = Math.floor(clock.nowMs() / 1000);
    const untilS = Math.floor((clock.nowMs() - graceMs) / 1000);
    while (!isStopped && (await expireAllowances(database, untilS, nowS)) > 0);
  }

  function look(): Promise<void> {
    looking ??= endAllDue()
      .catch(onFault)
      .finally(() => {
        looking = undefined;
      });
    return looking;
  }

  const timer = setInterval(() => void look(), intervalMs);
  timer.unref();

  return {
    look,
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await looking;
    },
  };
}
