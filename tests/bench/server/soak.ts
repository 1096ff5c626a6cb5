/** Owns the soak: twice what the server can settle, for a long time; memory stays flat and nothing is lost. */
import { type BenchLine, formatSection, isMissed } from '../section.ts';
import { type Bench, BenchGroup } from './bench-group.ts';
import { startEmbedded, startPostgresql } from './engines.ts';
import { type Part, startPart } from './parts.ts';
import { familyOf, residentMb } from './processor-time.ts';
import type { Soak, SoakResult } from './soak-client.ts';
import { ensureSupply } from './supply.ts';

const BATCH = 20;
const LANES = 400;
const OVERLOAD = 2;
/** Signed at most, which takes minutes; when all of them are settled, they are sent again. */
const SIGNED_MAX = 3_000_000;
const MINUTE_MS = 60_000;
const SAMPLE_MS = 1000;
/** After a minute everything has its size; then only what a collection of garbage strays. */
const GROWTH_MAX = 1.15;

/** Its own limits decide again what is turned away; only those of single addresses are lifted. */
const LIMITS = {
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
  const stop = () => {
    clearInterval(timer);
    sample();
  };
  return { samples, stop };
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
    { what: 'payments answered', measured: perSecond(result.answered), unit: '1/s' },
    { what: '  repeats among them', measured: perSecond(result.repeated), unit: '1/s' },
    { what: 'payments turned away', measured: perSecond(result.shed), unit: '1/s' },
    {
      what: 'payments that found no connection',
      measured: perSecond(result.heldBack),
      unit: '1/s',
    },
    { what: 'uploads whose connection broke', measured: result.broken, unit: '' },
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

async function soakGroup(bench: Bench, group: BenchGroup, client: Part): Promise<BenchLine[]> {
  const { options, here, folder, note } = bench;
  const forMs = (options.soakSeconds ?? 0) * 1000;
  const { paymentsPerSecond: capacity } = await group.load('spread', BATCH);
  const from = group.sent('spread');
  const end = from + Math.min(SIGNED_MAX, Math.ceil((forMs / 1000) * capacity * 1.1));
  await ensureSupply(here, folder, 'spread', end, note);
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
  const result = await client.ask<SoakResult>(soak).finally(() => memory.stop());
  // What was settled without an answer that was heard, at most: all of the stock that is left.
  const unknown = Math.max(0, end - from - result.receipts);
  group.noteSent('spread', result.next, result.receipts, unknown);
  return soakLines(capacity, result, memory.samples, forMs);
}

/** Answers how many goals were missed. Throws when an acknowledged payment is not in the ledger. */
export async function measureSoak(bench: Bench): Promise<number> {
  const { options, here, cacheDir, say } = bench;
  const [name = 'embedded'] = options.engines;
  const [processes = 1] = options.processes;
  const engine = await (name === 'embedded' ? startEmbedded(cacheDir) : startPostgresql(cacheDir));
  const client = await startPart(here, 'soak-client.ts');
  try {
    const place = { engine, processes, stored: 0 };
    const work = (group: BenchGroup) => soakGroup(bench, group, client);
    const lines = await BenchGroup.during(bench, place, work, { extra: LIMITS });
    say(formatSection({ title: `Soak of ${options.soakSeconds} s, ${engine.said}`, lines }));
    return lines.filter(isMissed).length;
  } finally {
    client.stop();
    await engine.stop();
  }
}
