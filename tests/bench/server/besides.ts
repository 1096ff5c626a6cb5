/** Owns what is measured beside the rows: repeats, requests for one sale, latency unloaded, starting. */
import type { BenchLine } from '../section.ts';
import type { Bench } from './bench-group.ts';
import { BenchGroup } from './bench-group.ts';
import type { Engine } from './engines.ts';
import type { Row } from './measured-row.ts';
import { startServers } from './payment-servers.ts';
import { median } from './percentiles.ts';
import { waitForQuiet } from './quiet-machine.ts';

const REPEATS_MS = 2500;
const LATENCY_MS = 2500;
const SHORT_MS = 3000;
const LATENCY_GOALS_MS: readonly (readonly [number, number])[] = [
  [1, 1.5],
  [20, 5],
  [200, 20],
];
const STARTS = 3;

async function measureLatency(bench: Bench, group: BenchGroup): Promise<BenchLine[]> {
  const lines: BenchLine[] = [];
  for (const [batch, goal] of LATENCY_GOALS_MS) {
    await waitForQuiet(bench.options.patienceMs);
    const { p50Ms, p99Ms } = await group.load('spread', batch, {
      inFlight: 1,
      warmMs: 500,
      windowMs: LATENCY_MS,
    });
    const what = `unloaded, ${batch} at once`;
    lines.push({ what: `${what}, p50`, measured: p50Ms, unit: 'ms', goal, goalIs: 'at most' });
    lines.push({ what: `${what}, p99`, measured: p99Ms, unit: 'ms' });
  }
  return lines;
}

export type Besides = { readonly rows: readonly Row[]; readonly lines: readonly BenchLine[] };

async function measureWith(bench: Bench, group: BenchGroup): Promise<Besides> {
  const place = { accounts: 'spread', batch: 200 } as const;
  const fresh = await group.measureRow({ ...place, once: false });
  const once = await group.measureRow({ ...place, once: true });
  await waitForQuiet(bench.options.patienceMs);
  const repeated = await group.load('spread', 200, { isRepeat: true, windowMs: REPEATS_MS });
  const latency = await measureLatency(bench, group);
  const cost = (row: Row) => row.serverCpuUsPerPayment + row.databaseCpuUsPerPayment;
  return {
    rows: [once],
    lines: [
      {
        what: 'repeats in batches of 200, to new payments',
        measured: repeated.paymentsPerSecond / fresh.paymentsPerSecond,
        unit: '×',
        goal: 3,
        goalIs: 'at least',
      },
      { what: '  server, a repeat', measured: repeated.serverUs, unit: 'µs' },
      { what: '  database, a repeat', measured: repeated.databaseUs, unit: 'µs' },
      {
        what: 'requests for one sale, cost to others',
        measured: cost(once) / cost(fresh),
        unit: '×',
      },
      ...latency,
    ],
  };
}

/** On a ledger small enough for the whole of `check-ledger` at its end. */
export function measureBesides(bench: Bench, engine: Engine): Promise<Besides> {
  const short = { ...bench, options: { ...bench.options, windowMs: SHORT_MS } };
  const place = { engine, processes: 1, stored: 0 };
  const checks = { checks: 'payments too' } as const;
  return BenchGroup.during(short, place, (group) => measureWith(short, group), checks);
}

/** From the start of the program until it is ready, on a ledger that stands; `engine` may be stopped. */
export async function measureStart(
  bench: Bench,
  engine: Pick<Engine, 'environment'>,
): Promise<number | null> {
  const startedMs: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const servers = await startServers(engine, {
      dist: bench.dist,
      processes: 1,
      nodeOptions: [],
    });
    startedMs.push(servers.startedInMs);
    await servers.stop();
  }
  return median(startedMs);
}
