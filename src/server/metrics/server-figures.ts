/** Owns what is told of the server as a whole, beside what each process tells of itself. */
import type { Database } from '#ledger/database.ts';
import type { LineLog } from '../log-lines.ts';
import { systemClock } from '../ports.ts';
import { formatExposition, type Told } from './exposition.ts';
import { createLedgerFigures } from './ledger-figures.ts';
import { METRICS } from './metric-names.ts';
import { createRegistry } from './registry.ts';

export type ServerFiguresParts = {
  readonly database: Database;
  readonly log: LineLog;
  /** Every process that serves and answers in time. */
  readonly askProcesses: () => Promise<readonly Told[]>;
  readonly replaced: () => number;
};

/** Answers the whole text of one scrape. */
export function createServerFigures(parts: ServerFiguresParts): () => Promise<string> {
  const { database, log, askProcesses, replaced } = parts;
  const ledger = createLedgerFigures({
    database,
    nowMs: systemClock.nowMs,
    onFault: (cause) => log.error('reading the ledger’s figures', cause),
  });
  let answering = 0;
  const whole = createRegistry();
  whole.gauge(METRICS.processes, () => answering);
  whole.counted(METRICS.replaced, replaced);
  return async () => {
    const [processes, figures] = await Promise.all([askProcesses(), ledger.collect()]);
    answering = processes.length;
    return formatExposition([
      ...processes,
      { labels: {}, families: [...whole.collect(), ...figures] },
    ]);
  };
}
