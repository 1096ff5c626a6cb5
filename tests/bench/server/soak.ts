/** Owns the soak: twice what the server can settle, for a long time; memory stays flat and nothing is lost. */
import { type BenchLine, formatSection, isMissed } from '../section.ts';
import { type Bench, BenchGroup } from './bench-group.ts';
import { startEmbedded, startPostgresql } from './engines.ts';
import { startPart } from './parts.ts';
import { familyOf, residentMb } from './processor-time.ts';
import type { Soak, SoakResult } from './soak-client.ts';
import { ensureSupply } from './supply.ts';

const BATCH = 20;
const LANES = 400;
const OVERLOAD = 2;
/** Signed beyond what is expected to be settled, since the server may be faster than it was. */
const SPARE = 1.3;
const MINUTE_MS = 60_000;
const SAMPLE_MS = 1000;
/** After a minute everything has its size; then only what a collection of garbage strays. */
const GROWTH_MAX = 1.15;

/** Its own limits decide again what is turned away; only those of single addresses are lifted. */
const LIMITS = {
  UPLOADS_IN_FLIGHT_MAX: '',
  PAYMENTS_WAITING_MAX: '',
  UPLOAD_BYTES_WAITING_MAX: '',
};

type MemorySample = { readonly atMs: number; readonly mb: number };

function watchMemory(group: BenchGroup) {
  const samples: MemorySample[] = [];
  const { servers, postmaster } = group.watched;
  const startedMs = performance.now();
  const sample = () => {
    const pids = servers.flatMap((pid) => familyOf(pid, [postmaster]));
    const mb = pids.reduce((sum, pid) => sum + (residentMb(pid) ?? 0), 0);
    samples.push({ atMs: performance.now() - startedMs, mb });
  };
  sample();
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    stop: () => {
      clearInterval(timer);
      sample();
      return samples;
    },
  };
}

/** The median of the samples in this span: one of them may fall before a collection. */
function memoryIn(samples: readonly MemorySample[], fromMs: number, toMs: number): number {
  const found = samples
    .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
    .map(({ mb }) => mb)
    .sort((a, b) => a - b);
  return found[Math.floor(found.length / 2)] ?? 0;
}

function soakLines(
  capacity: number,
  result: SoakResult,
  samples: readonly MemorySample[],
  forMs: number,
): BenchLine[] {
  const early = Math.min(MINUTE_MS, forMs / 3);
  const endMs = samples.at(-1)?.atMs ?? 0;
  const start = samples[0]?.mb ?? 0;
  const settled = memoryIn(samples, early, early * 1.3);
  const end = memoryIn(samples, endMs - early * 0.3, endMs);
  const perSecond = (count: number) => (count * BATCH) / (forMs / 1000);
  return [
    { what: 'capacity, closed loop', measured: capacity, unit: '1/s' },
    { what: 'payments offered', measured: capacity * OVERLOAD, unit: '1/s' },
    { what: 'payments settled', measured: perSecond(result.answered), unit: '1/s' },
    { what: 'payments turned away', measured: perSecond(result.shed), unit: '1/s' },
    {
      what: 'payments that found no connection',
      measured: perSecond(result.heldBack),
      unit: '1/s',
    },
    { what: 'connections broken', measured: result.broken, unit: '' },
    { what: 'answered with receipts, p50', measured: result.p50Ms, unit: 'ms' },
    { what: 'answered with receipts, p99', measured: result.p99Ms, unit: 'ms' },
    { what: 'turned away, p99', measured: result.shedP99Ms, unit: 'ms' },
    { what: 'memory of the server, start', measured: start, unit: 'MB' },
    { what: '  once it has its size', measured: settled, unit: 'MB' },
    { what: '  at the end', measured: end, unit: 'MB' },
    { what: '  most', measured: Math.max(...samples.map(({ mb }) => mb)), unit: 'MB' },
    {
      what: '  end to settled size',
      measured: end / settled,
      unit: '×',
      goal: GROWTH_MAX,
      goalIs: 'at most',
    },
  ];
}

/** Answers how many goals were missed. Throws when an acknowledged payment is not in the ledger. */
export async function measureSoak(bench: Bench): Promise<number> {
  const { options, here, folder, cacheDir, note, say } = bench;
  const forMs = (options.soakSeconds ?? 0) * 1000;
  const name = options.engines[0] ?? 'embedded';
  const engine = await (name === 'embedded' ? startEmbedded(cacheDir) : startPostgresql(cacheDir));
  const client = await startPart(here, 'soak-client.ts');
  try {
    const processes = options.processes[0] ?? 1;
    const group = await BenchGroup.open(bench, { engine, processes, stored: 0 }, LIMITS);
    try {
      const { paymentsPerSecond: capacity } = await group.load('spread', BATCH);
      const from = group.sent('spread');
      const end = from + Math.ceil((forMs / 1000) * capacity * SPARE);
      await ensureSupply(here, folder, new Map([['spread', end]]), note);
      const memory = watchMemory(group);
      const soak: Soak = {
        ports: group.servers.ports,
        folder,
        kind: 'spread',
        from,
        end,
        batch: BATCH,
        uploadsPerSecond: (capacity * OVERLOAD) / BATCH,
        forMs,
        lanes: LANES,
      };
      const result = await client.ask<SoakResult>(soak);
      group.noteSent('spread', result.next, result.receipts);
      const lines = soakLines(capacity, result, memory.stop(), forMs);
      say(formatSection({ title: `Soak of ${forMs / 1000} s, ${engine.said}`, lines }));
      return lines.filter(isMissed).length;
    } finally {
      await group.close('books');
    }
  } finally {
    client.stop();
    await engine.stop();
  }
}
