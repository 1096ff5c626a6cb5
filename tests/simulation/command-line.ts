// The simulator's command: which seeds, on how many cores, and what is printed of them.
import { type ChildProcess, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import type { Order, Report } from './crew.ts';
import { huntPlantedBugs } from './planted/command.ts';
import { tableOf, totalsOf } from './totals.ts';
import type { RunSummary } from './world.ts';

const USAGE = `Usage: npm run simulate -- [--seed N] [--runs M] [--processes P] [--story S] [--json FILE] [--planted]
  --seed       the first seed; alone, it is the only one            (1)
  --runs       how many seeds from there                            (100, or 1 with --seed)
  --processes  how many at once                                     (the cores)
  --story      seconds to look for a short story of what broke      (120)
  --json       where to write the totals
  --planted    runs code with a bug in it instead, each of the list until it is noticed
One seed is one run, the same each time. Ends with 1 when anything broke, and tells how.
`;

type Options = {
  readonly seed: number;
  readonly runs: number;
  readonly processes: number;
  readonly storyMs: number;
  readonly json?: string;
  readonly isPlanted: boolean;
};

const TEXT = { type: 'string' } as const;

/** Undefined: they cannot be read, or help is wanted. */
function readOptions(args: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: TEXT,
        runs: TEXT,
        processes: TEXT,
        story: TEXT,
        json: TEXT,
        planted: { type: 'boolean' },
      },
    });
    const { json, planted: isPlanted = false } = values;
    const runs = values.runs ?? (values.seed === undefined ? '100' : '1');
    const [seed, count, processes, storyS] = [
      values.seed ?? '1',
      runs,
      values.processes ?? String(os.availableParallelism()),
      values.story ?? '120',
    ].map(Number) as [number, number, number, number];
    const areWhole = [seed, count, processes, storyS].every(Number.isSafeInteger);
    if (!areWhole || count < 1 || processes < 1) return undefined;
    const options = { seed, runs: count, processes, storyMs: storyS * 1000, isPlanted };
    return { ...options, ...(json !== undefined && { json }) };
  } catch {
    return undefined;
  }
}

type Ledger = {
  readonly summaries: Omit<RunSummary, 'trace'>[];
  readonly failed: number[];
};

function note({ summaries, failed }: Ledger, { seed, summary, failure }: Report): void {
  if (summary) summaries.push(summary);
  if (!failure) return;
  failed.push(seed);
  const lost = `SEED ${seed} broke once, and not again: ${failure.what}`;
  process.stdout.write(`\n${failure.story?.text ?? lost}\n\n`);
}

/** Hands out seeds until there are none left. */
function employ(child: ChildProcess, next: () => Order | undefined, onReport: (r: Report) => void) {
  return new Promise<void>((resolve, reject) => {
    const goOn = () => {
      const order = next();
      child.send(order ?? 'end');
    };
    child.on('message', (message: Report | 'ready') => {
      if (message !== 'ready') onReport(message);
      goOn();
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`a process of the simulator ended with ${code}`));
    });
  });
}

/** Answers the exit code. `program` is what runs `crew.ts` when it is forked. */
export async function runSimulations(args: readonly string[], program: string): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    process.stdout.write(USAGE);
    return args.includes('--help') ? 0 : 2;
  }
  const { seed, runs, processes, storyMs, json } = options;
  if (options.isPlanted) return huntPlantedBugs(runs);
  const ledger: Ledger = { summaries: [], failed: [] };
  const startedMs = performance.now();
  const wallS = () => (performance.now() - startedMs) / 1000;
  let given = 0;
  const next = () => (given < runs ? { seed: seed + given++, storyMs } : undefined);
  let saidAtS = 0;
  const onReport = (report: Report) => {
    note(ledger, report);
    const done = ledger.summaries.length + ledger.failed.length;
    if (wallS() - saidAtS < 10 && done < runs) return;
    saidAtS = wallS();
    process.stdout.write(`${done} of ${runs} seeds, ${Math.round(wallS())} s\n`);
  };
  const crew = Array.from({ length: Math.min(processes, runs) }, () =>
    fork(program, { execArgv: ['--max-semi-space-size=64'] }),
  );
  await Promise.all(crew.map((child) => employ(child, next, onReport)));
  const totals = totalsOf(ledger.summaries);
  process.stdout.write(`\n${tableOf(totals, wallS())}\n`);
  const { failed } = ledger;
  if (failed.length > 0) process.stdout.write(`BROKEN: seeds ${failed.join(', ')}\n`);
  if (json) writeFileSync(json, `${JSON.stringify({ ...totals, failed, wallS: wallS() })}\n`);
  return failed.length > 0 ? 1 : 0;
}
