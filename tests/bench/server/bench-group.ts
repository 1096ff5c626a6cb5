/** Owns one ledger with its servers while it is measured: which payments it has got, and the proof of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from './engines.ts';
import { assertAllStored, assertLedgerClean } from './ledger-promises.ts';
import type { Load, LoadResult } from './load-client.ts';
import { meanLimit, type VerifyMeter } from './machine-limits.ts';
import { formatRow, type Row, type RowPlace, rowOf } from './measured-row.ts';
import type { Options } from './options.ts';
import type { Part } from './parts.ts';
import { readPayers } from './payers.ts';
import { type PaymentServers, type ServerOptions, startServers } from './payment-servers.ts';
import { waitForQuiet } from './quiet-machine.ts';
import { seedLedger } from './seed-ledger.ts';
import type { Kind } from './signer.ts';
import { ensureSupply } from './supply.ts';

export type Bench = {
  readonly options: Options;
  /** This folder, and that of the build. */
  readonly here: string;
  readonly dist: string;
  readonly cacheDir: string;
  /** The people's, with their signed payments. */
  readonly folder: string;
  readonly meter: VerifyMeter;
  readonly client: Part;
  say(line: string): void;
  /** What is not a result. */
  note(line: string): void;
};

/** As many as keep all cores busy; more would only wait. */
export const IN_FLIGHT: Readonly<Record<number, number>> = { 1: 256, 20: 32, 200: 16 };
/** How often every passkey is used before anything is measured: each thread of each process keeps keys. */
const WARM_ROUNDS = 4;
const WARM_MS = 800;
/** No more of what all threads verify together is settled. */
const RATIO_MAX: Readonly<Record<number, number>> = { 1: 0.6, 20: 0.8, 200: 0.9 };
/** What is signed at least, a second: others may stop using the machine. */
const PAYMENTS_PER_S_MIN = 3000;
const STORED_CHECKED_MAX = 100_000;
/** The server notes device numbers a little later, and that is part of the cost of what came before. */
const LATE_MS = 50;

export type GroupPlace = {
  readonly engine: Engine;
  readonly processes: number;
  /** Payments in the ledger before the servers start. */
  readonly stored: number;
};

/** The whole of `check-ledger` reads every signed byte again, which takes longer than to settle them. */
type Checks = 'books' | 'payments too';

type DuringOptions = {
  readonly checks?: Checks;
  /** Settings of the servers. */
  readonly extra?: Readonly<Record<string, string>>;
};

export class BenchGroup {
  readonly servers: PaymentServers;
  readonly #bench: Bench;
  readonly #place: GroupPlace;
  readonly #next = new Map<Kind, number>();
  #receipts = 0;
  #unknown = 0;

  private constructor(bench: Bench, place: GroupPlace, servers: PaymentServers) {
    this.#bench = bench;
    this.#place = place;
    this.servers = servers;
  }

  /** On a fresh ledger, with all keys known to the servers. */
  static async #open(
    bench: Bench,
    { engine, processes, stored }: GroupPlace,
    extra: Readonly<Record<string, string>>,
  ): Promise<BenchGroup> {
    const { payers, nodeOptions } = bench.options;
    const whole = Math.floor(stored / payers) * payers;
    await seedLedger(engine.connection, readPayers(bench.folder), whole);
    const options: ServerOptions = { dist: bench.dist, processes, nodeOptions };
    const servers = await startServers(engine, options, extra);
    const group = new BenchGroup(bench, { engine, processes, stored: whole }, servers);
    try {
      const warmPayments = payers * WARM_ROUNDS * processes;
      await group.load('spread', 200, { warmPayments, windowMs: 200 });
    } catch (error) {
      await servers.stop();
      throw error;
    }
    return group;
  }

  get watched() {
    return { servers: this.servers.pids, postmaster: this.#place.engine.postmaster() };
  }

  /** How much of the stock has been sent. */
  sent(kind: Kind): number {
    return this.#next.get(kind) ?? 0;
  }

  /** What somebody else has sent of it. */
  noteSent(kind: Kind, next: number, receipts: number, unknown = 0): void {
    this.#unknown += unknown;
    this.#next.set(kind, next);
    this.#receipts += receipts;
  }

  async load(kind: Kind, batch: number, change: Partial<Load> = {}): Promise<LoadResult> {
    const { options, folder, client, here, meter, note } = this.#bench;
    const from = change.isRepeat ? 0 : this.sent(kind);
    const windowMs = change.windowMs ?? options.windowMs;
    const warmMs = change.warmMs ?? WARM_MS;
    const warmPayments = change.warmPayments ?? 0;
    const rate = Math.max(PAYMENTS_PER_S_MIN, (RATIO_MAX[batch] ?? 1) * (await meter.together()));
    const wanted = warmPayments + Math.ceil(((windowMs + warmMs + 1000) / 1000) * rate);
    const end = change.isRepeat ? this.sent(kind) : from + wanted;
    await ensureSupply(here, folder, kind, end, note);
    const result = await client.ask<LoadResult>({
      ports: this.servers.ports,
      folder,
      kind,
      from,
      end,
      isRepeat: false,
      batch,
      inFlight: options.inFlight ?? IN_FLIGHT[batch] ?? 32,
      warmPayments,
      warmMs,
      windowMs,
      watched: this.watched,
      ...change,
    });
    if (!change.isRepeat) this.noteSent(kind, result.next, result.receipts);
    await sleep(LATE_MS);
    return result;
  }

  async measureRow(place: Pick<RowPlace, 'accounts' | 'batch' | 'once'>): Promise<Row> {
    const { options, meter, say } = this.#bench;
    const { engine, processes, stored } = this.#place;
    await waitForQuiet(options.patienceMs);
    const before = await meter.limit();
    const result = await this.load(place.once ? 'once' : place.accounts, place.batch);
    const limit = meanLimit(before, await meter.limit());
    const named = { ...place, engine: engine.name, processes, storedBefore: stored };
    const row = rowOf(named, result, limit);
    say(formatRow(row));
    return row;
  }

  /** A fresh ledger for `work`, held against its promises afterwards unless it failed. */
  static async during<T>(
    bench: Bench,
    place: GroupPlace,
    work: (group: BenchGroup) => Promise<T>,
    { checks = 'books', extra = {} }: DuringOptions = {},
  ): Promise<T> {
    const group = await BenchGroup.#open(bench, place, extra);
    let value: T;
    try {
      value = await work(group);
    } finally {
      await group.servers.stop();
    }
    await group.#check(checks);
    return value;
  }

  /** Holds the ledger against what was acknowledged. */
  async #check(how: Checks): Promise<void> {
    const { connection } = this.#place.engine;
    const { stored } = this.#place;
    await assertAllStored(connection, this.#receipts + stored, this.#unknown);
    // Made-up rows are many and prove nothing.
    if (!this.#bench.options.check || stored > STORED_CHECKED_MAX) return;
    const startedMs = performance.now();
    await assertLedgerClean(connection, how === 'payments too' && stored === 0);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    this.#bench.note(
      `${this.#receipts} payments acknowledged and stored, ${how} clean (${seconds} s)`,
    );
  }
}
