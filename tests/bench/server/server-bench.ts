/** Owns the order of the measurements: engine by engine, processes by processes, each on a fresh ledger. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Engine, type EngineName, startEmbedded, startPostgresql } from './engines.ts';
import { assertAllStored, assertLedgerClean } from './ledger-promises.ts';
import type { Load, LoadResult } from './load-client.ts';
import { startVerifyMeter, type VerifyMeter } from './machine-limits.ts';
import { formatRow, ROW_HEAD, type Row, type RowPlace, rowOf } from './measured-row.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { type Part, startPart } from './parts.ts';
import { obtainPayers, readPayers } from './payers.ts';
import { type PaymentServers, startServers } from './payment-servers.ts';
import { waitForQuiet } from './quiet-machine.ts';
import { seedLedger } from './seed-ledger.ts';
import type { Kind } from './signer.ts';
import { ensureSupply } from './supply.ts';

export type BenchPlace = {
  readonly args: readonly string[];
  /** This folder, and that of the build. */
  readonly here: string;
  readonly dist: string;
};

/** As many as keep both cores busy; more would only wait. */
const IN_FLIGHT: Readonly<Record<number, number>> = { 1: 256, 20: 32, 200: 16 };
/** How often every passkey is used before anything is measured: each thread of each process caches keys. */
const WARM_ROUNDS = 4;
const WARM_MS = 800;
/** More than this machine settles in a second. */
const PAYMENTS_PER_S_MAX: Readonly<Record<number, number>> = { 1: 11_000, 20: 17_000, 200: 19_000 };

const say = (line: string) => process.stdout.write(`${line}\n`);
const note = (line: string) => process.stderr.write(`  ${line}\n`);

type Bench = {
  readonly place: BenchPlace;
  readonly options: Options;
  readonly cacheDir: string;
  readonly folder: string;
  readonly meter: VerifyMeter;
  readonly client: Part;
};

/** One ledger and the servers on it. */
class Group {
  readonly #bench: Bench;
  readonly #engine: Engine;
  readonly #servers: PaymentServers;
  readonly #stored: number;
  readonly #next = new Map<Kind, number>();
  #receipts = 0;

  constructor(bench: Bench, engine: Engine, servers: PaymentServers, stored: number) {
    this.#bench = bench;
    this.#engine = engine;
    this.#servers = servers;
    this.#stored = stored;
  }

  async load(kind: Kind, batch: number, change: Partial<Load> = {}): Promise<LoadResult> {
    const { options, folder, client, place } = this.#bench;
    const from = this.#next.get(kind) ?? 0;
    const rate = PAYMENTS_PER_S_MAX[batch] ?? 19_000;
    const windowMs = change.windowMs ?? options.windowMs;
    const warmMs = change.warmMs ?? WARM_MS;
    const warm = change.warmPayments ?? 0;
    const end = from + warm + Math.ceil(((windowMs + warmMs + 1000) / 1000) * rate);
    await ensureSupply(place.here, folder, new Map([[kind, end]]), note);
    const result = await client.ask<LoadResult>({
      ports: this.#servers.ports,
      folder,
      kind,
      from,
      end,
      batch,
      inFlight: options.inFlight ?? IN_FLIGHT[batch] ?? 32,
      warmPayments: warm,
      warmMs,
      windowMs,
      watched: { servers: this.#servers.pids, postmaster: this.#engine.postmaster() },
      ...change,
    });
    this.#next.set(kind, result.next);
    this.#receipts += result.receipts;
    return result;
  }

  async warm(): Promise<void> {
    const { payers } = this.#bench.options;
    const warmPayments = payers * WARM_ROUNDS * this.#servers.pids.length;
    await this.load('spread', 200, { warmPayments, windowMs: 200 });
  }

  async check(): Promise<void> {
    await assertAllStored(this.#engine.connection, this.#receipts + this.#stored);
    if (!this.#bench.options.check) return;
    const startedMs = performance.now();
    await assertLedgerClean(this.#engine.connection, this.#stored === 0);
    note(`check-ledger: clean, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  }
}

const startEngine = (name: EngineName, cacheDir: string) =>
  name === 'embedded' ? startEmbedded(cacheDir) : startPostgresql(cacheDir);

async function measureRows(
  bench: Bench,
  group: Group,
  place: Omit<RowPlace, 'accounts' | 'batch' | 'once'>,
): Promise<Row[]> {
  const { options, meter } = bench;
  const rows: Row[] = [];
  for (const accounts of options.accounts) {
    for (const batch of options.batches) {
      await waitForQuiet(options.patienceMs);
      const limit = await meter.limit();
      const result = await group.load(accounts, batch);
      const row = rowOf({ ...place, accounts, batch, once: false }, result, limit);
      say(formatRow(row));
      rows.push(row);
    }
  }
  return rows;
}

async function measureGroup(
  bench: Bench,
  engine: Engine,
  processes: number,
  stored: number,
): Promise<Row[]> {
  const { options, place, folder } = bench;
  const payers = readPayers(folder);
  await seedLedger(engine.connection, payers, stored);
  const storedBefore = Math.floor(stored / payers.length) * payers.length;
  const servers = await startServers(engine, {
    dist: place.dist,
    processes,
    nodeOptions: options.nodeOptions,
  });
  const group = new Group(bench, engine, servers, storedBefore);
  let rows: Row[];
  try {
    await group.warm();
    rows = await measureRows(bench, group, { engine: engine.name, processes, storedBefore });
  } finally {
    await servers.stop();
  }
  await group.check();
  return rows;
}

async function measureEngines(bench: Bench): Promise<Row[]> {
  const { options, cacheDir } = bench;
  const rows: Row[] = [];
  for (const name of options.engines) {
    const engine = await startEngine(name, cacheDir);
    note(engine.said);
    try {
      for (const processes of options.processes) {
        rows.push(...(await measureGroup(bench, engine, processes, options.stored ?? 0)));
      }
    } finally {
      await engine.stop();
    }
  }
  return rows;
}

export async function runBench(place: BenchPlace): Promise<number> {
  const options = readOptions(place.args);
  if (options.help) {
    say(HELP);
    return 0;
  }
  // The database's user must be able to enter it.
  const cacheDir = path.join(tmpdir(), `counterfoil-bench-${process.getuid?.() ?? 0}`);
  fs.mkdirSync(cacheDir, { recursive: true, mode: 0o711 });
  const folder = obtainPayers(cacheDir, options.payers);
  const meter = await startVerifyMeter(place.here, folder);
  const client = await startPart(place.here, 'load-client.ts');
  const bench: Bench = { place, options, cacheDir, folder, meter, client };
  try {
    const limit = await meter.limit();
    say(
      `ES256: ${Math.round(limit.perThread)}/s a thread, limit ${Math.round(limit.perSecond)}/s, ` +
        `${Math.round(await meter.together())}/s reached by all threads at once`,
    );
    say(ROW_HEAD);
    const rows = await measureEngines(bench);
    if (options.json !== undefined) {
      fs.writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
    }
  } finally {
    client.stop();
    meter.stop();
  }
  return 0;
}
