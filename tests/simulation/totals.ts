// What many runs were, in one table.
import type { RunSummary } from './world.ts';

export type Totals = {
  readonly seeds: number;
  readonly payments: number;
  readonly uploads: number;
  readonly simulatedDays: number;
  /** How often each kind of fault was injected. */
  readonly faults: Readonly<Record<string, number>>;
  readonly killsSurvived: { readonly client: number; readonly server: number };
  /** How many payments ended so, on all phones. */
  readonly ends: Readonly<Record<string, number>>;
};

type Counts = Record<string, number>;

function add(to: Counts, from: Readonly<Counts>): void {
  for (const [name, count] of Object.entries(from)) to[name] = (to[name] ?? 0) + count;
}

export function totalsOf(summaries: readonly Omit<RunSummary, 'trace'>[]): Totals {
  const faults: Counts = {};
  const ends: Counts = {};
  let [payments, uploads, simulatedMs] = [0, 0, 0];
  for (const summary of summaries) {
    payments += summary.payments;
    uploads += summary.uploads;
    simulatedMs += summary.simulatedMs;
    add(faults, summary.faults);
    add(ends, summary.states);
  }
  return {
    seeds: summaries.length,
    payments,
    uploads,
    simulatedDays: Math.round(simulatedMs / 86_400_000),
    faults,
    killsSurvived: {
      client: (faults['page killed'] ?? 0) + (faults['worker killed'] ?? 0),
      server: faults['server process ends'] ?? 0,
    },
    ends,
  };
}

function rows(title: string, counts: Readonly<Counts>): string[] {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return [title, ...sorted.map(([name, count]) => `  ${name.padEnd(34)} ${count}`)];
}

export function tableOf(totals: Totals, wallS: number): string {
  const { seeds, payments, uploads, simulatedDays, killsSurvived, faults, ends } = totals;
  const injected = Object.values(faults).reduce((sum, count) => sum + count, 0);
  return [
    ...rows('faults injected', faults),
    ...rows('payments and counterfoils ended', ends),
    `seeds run            ${seeds}`,
    `payments simulated   ${payments}, in ${uploads} uploads`,
    `faults injected      ${injected}`,
    `kills survived       ${killsSurvived.client} of a page or worker, ${killsSurvived.server} of a server`,
    `time                 ${simulatedDays} days simulated in ${Math.round(wallS)} s`,
  ].join('\n');
}
