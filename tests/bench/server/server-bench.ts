/** Owns the order of the measurements: engine by engine, processes by processes, each on a fresh ledger. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BenchLine, formatSection, isMissed } from '../section.ts';
import { type Bench, BenchGroup } from './bench-group.ts';
import { measureBesides, measureStart } from './besides.ts';
import { type Engine, type EngineName, startEmbedded, startPostgresql } from './engines.ts';
import { goalsOf } from './goals.ts';
import {
  measureSyncs,
  measureTransfers,
  readOpensslSpeed,
  startVerifyMeter,
} from './machine-limits.ts';
import { ROW_HEAD, type Row } from './measured-row.ts';
import { HELP, readOptions } from './options.ts';
import { startPart } from './parts.ts';
import { obtainPayers } from './payers.ts';
import { measureSoak } from './soak.ts';

export type BenchPlace = {
  readonly args: readonly string[];
  readonly here: string;
  readonly dist: string;
};

const STORED = [10_000, 1_000_000] as const;
const START_MS_MAX = 500;

async function measureRows(
  bench: Bench,
  engine: Engine,
  processes: number,
  stored: number,
): Promise<Row[]> {
  const { accounts, batches } = bench.options;
  return BenchGroup.during(bench, { engine, processes, stored }, async (group) => {
    const rows: Row[] = [];
    for (const kind of accounts) {
      for (const batch of batches) {
        rows.push(await group.measureRow({ accounts: kind, batch, once: false }));
      }
    }
    return rows;
  });
}

const startLine = (name: EngineName, measured: number | null): BenchLine => ({
  what: `start on ${name === 'embedded' ? 'the embedded database, started with it' : 'a running PostgreSQL'}`,
  measured,
  unit: 'ms',
  goal: START_MS_MAX,
  goalIs: 'at most',
});

type Found = { readonly rows: Row[]; readonly lines: BenchLine[] };

async function measureEngine(bench: Bench, name: EngineName, found: Found): Promise<void> {
  const { options, cacheDir, note } = bench;
  const engine = await (name === 'embedded' ? startEmbedded(cacheDir) : startPostgresql(cacheDir));
  note(engine.said);
  try {
    for (const processes of options.processes) {
      found.rows.push(...(await measureRows(bench, engine, processes, options.stored ?? 0)));
    }
    if (options.rowsOnly) return;
    found.lines.push({
      what: `${name}: bare transfers, one a transaction, 8 connections`,
      measured: await measureTransfers(engine),
      unit: '1/s',
    });
    if (name === 'embedded') {
      const besides = await measureBesides(bench, engine);
      found.rows.push(...besides.rows);
      found.lines.push(...besides.lines);
      const narrow = { ...options, accounts: ['spread'], batches: [200, 20] } as const;
      for (const stored of STORED) {
        const rows = await measureRows({ ...bench, options: narrow }, engine, 1, stored);
        found.rows.push(...rows);
      }
    } else found.lines.push(startLine(name, await measureStart(bench, engine)));
  } finally {
    await engine.stop();
  }
  if (name !== 'embedded' || options.rowsOnly) return;
  // Only now: the database is to be started by the server itself.
  found.lines.push(startLine(name, await measureStart(bench, engine)));
}

async function measureMachine(bench: Bench): Promise<BenchLine[]> {
  const limit = await bench.meter.limit();
  const lines: BenchLine[] = [
    { what: 'ES256 verifications, one thread', measured: limit.perThread, unit: '1/s' },
    { what: 'that, times the cores: the limit', measured: limit.perSecond, unit: '1/s' },
    { what: 'by the clock, a thread a core', measured: await bench.meter.together(), unit: '1/s' },
  ];
  if (bench.options.rowsOnly) return lines;
  return [
    ...lines,
    { what: 'openssl speed, one thread', measured: await readOpensslSpeed(), unit: '1/s' },
    { what: 'fdatasync of 8 kB', measured: measureSyncs(bench.cacheDir), unit: '1/s' },
  ];
}

async function openBench({ here, dist, args }: BenchPlace): Promise<Bench> {
  const options = readOptions(args);
  // The database's user must be able to enter it.
  const cacheDir = path.join(tmpdir(), `counterfoil-bench-${process.getuid?.() ?? 0}`);
  fs.mkdirSync(cacheDir, { recursive: true, mode: 0o711 });
  const folder = obtainPayers(cacheDir, options.payers);
  return {
    options,
    here,
    dist,
    cacheDir,
    folder,
    meter: await startVerifyMeter(here, folder),
    client: await startPart(here, 'load-client.ts'),
    say: (line) => process.stdout.write(`${line}\n`),
    note: (line) => process.stderr.write(`  ${line}\n`),
  };
}

/** Answers how many goals were missed. */
async function measureAll(bench: Bench): Promise<number> {
  const { options, say } = bench;
  say(formatSection({ title: 'This machine', lines: await measureMachine(bench) }));
  say(`\n## Settlement\n${ROW_HEAD}`);
  const found: Found = { rows: [], lines: [] };
  for (const name of options.engines) await measureEngine(bench, name, found);
  const lines = [...goalsOf(found.rows), ...found.lines];
  say(`\n${formatSection({ title: 'Goals', lines })}`);
  if (options.json !== undefined) {
    fs.writeFileSync(options.json, `${JSON.stringify(found.rows, null, 2)}\n`);
  }
  return lines.filter(isMissed).length;
}

/** Answers the exit code. */
export async function runBench(place: BenchPlace): Promise<number> {
  if (readOptions(place.args).help) {
    process.stdout.write(HELP);
    return 0;
  }
  const bench = await openBench(place);
  try {
    const { soakSeconds } = bench.options;
    const missed = soakSeconds === undefined ? await measureAll(bench) : await measureSoak(bench);
    return missed === 0 ? 0 : 1;
  } finally {
    bench.client.stop();
    bench.meter.stop();
  }
}
