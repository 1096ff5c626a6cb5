/** Owns what the machine itself can do, measured beside the server: signatures, syncs, bare transfers. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Engine } from './engines.ts';
import { type Folder, startPart } from './parts.ts';
import { payersFile, RECORD, SIGNED_SAMPLE } from './payers.ts';
import { median } from './percentiles.ts';

const run = promisify(execFile);

type VerifyRate = { readonly perSecond: number; readonly perProcessorSecond: number };

export type VerifyLimit = {
  /** What one processor verifies in a second of its time. */
  readonly perThread: number;
  /** That, times the processors. */
  readonly perSecond: number;
};

export type VerifyMeter = {
  limit(): Promise<VerifyLimit>;
  /** On all processors at once, by the clock. */
  together(): Promise<number>;
  stop(): void;
};

const VERIFY_MS = 300;
const REPEATS = 3;

/** Of a measurement in between: the machine may have changed under it. */
export const meanLimit = (before: VerifyLimit, after: VerifyLimit): VerifyLimit => ({
  perThread: (before.perThread + after.perThread) / 2,
  perSecond: (before.perSecond + after.perSecond) / 2,
});

export async function startVerifyMeter(here: Folder, folder: string): Promise<VerifyMeter> {
  const part = await startPart(here, 'verify-rate.mjs');
  const cores = availableParallelism();
  const data = { file: payersFile(folder), record: RECORD, message: new Uint8Array(SIGNED_SAMPLE) };
  await part.ask({ what: 'open', count: cores, ...data });
  const measure = (count: number) =>
    part.ask<VerifyRate>({ what: 'measure', count, forMs: VERIFY_MS });
  return {
    async limit() {
      const rates: number[] = [];
      for (let i = 0; i < REPEATS; i++) rates.push((await measure(1)).perProcessorSecond);
      const perThread = median(rates) ?? 0;
      return { perThread, perSecond: perThread * cores };
    },
    together: async () => (await measure(cores)).perSecond,
    stop: () => part.stop(),
  };
}

/** What OpenSSL itself says, where it is installed. */
export async function readOpensslSpeed(): Promise<number | null> {
  try {
    const { stdout } = await run('openssl', ['speed', '-seconds', '1', 'ecdsap256']);
    const last = stdout.trim().split('\n').at(-1)?.trim().split(/\s+/).at(-1);
    return Number(last) || null;
  } catch {
    return null;
  }
}

/** Of one page after another, as a log is written. */
export function measureSyncs(folder: string, forMs = 1000): number {
  const file = path.join(folder, `sync-${process.pid}`);
  const handle = fs.openSync(file, 'w');
  const page = Buffer.alloc(8192, 1);
  try {
    // As a log is: its room is there before it is written.
    for (let i = 0; i < 128; i++) fs.writeSync(handle, page, 0, page.length, i * page.length);
    fs.fsyncSync(handle);
    const startedMs = performance.now();
    let count = 0;
    while (performance.now() - startedMs < forMs) {
      fs.writeSync(handle, page, 0, page.length, (count % 128) * page.length);
      fs.fdatasyncSync(handle);
      count++;
    }
    return count / ((performance.now() - startedMs) / 1000);
  } finally {
    fs.closeSync(handle);
    fs.rmSync(file);
  }
}

const TRANSFER_ACCOUNTS = 10_000;
const CONNECTIONS = 8;

async function transferOnce(client: pg.Client): Promise<void> {
  const pick = () => 1 + Math.floor(Math.random() * TRANSFER_ACCOUNTS);
  const from = pick();
  const to = (from % TRANSFER_ACCOUNTS) + 1;
  // The lower first, as whoever wants no deadlock does.
  const legs = [
    [from, -100],
    [to, 100],
  ].sort(([a = 0], [b = 0]) => a - b);
  await client.query('BEGIN');
  for (const values of legs) {
    await client.query({
      name: 'move',
      text: 'UPDATE bare_account SET balance = balance + $2 WHERE id = $1',
      values,
    });
    await client.query({
      name: 'note',
      text: 'INSERT INTO bare_entry (account, amount) VALUES ($1, $2)',
      values,
    });
  }
  await client.query('COMMIT');
}

/** One transfer a transaction, as programs do that settle one by one: what gathering is held against. */
export async function measureTransfers(engine: Engine, forMs = 3000): Promise<number> {
  const clients = Array.from({ length: CONNECTIONS }, () => new pg.Client(engine.connection));
  const [first] = clients;
  if (!first) return 0;
  await Promise.all(clients.map((client) => client.connect()));
  await first.query(`DROP TABLE IF EXISTS bare_account, bare_entry`);
  await first.query(
    'CREATE TABLE bare_account (id integer PRIMARY KEY, balance bigint NOT NULL) WITH (fillfactor = 50)',
  );
  await first.query(
    'CREATE TABLE bare_entry (id bigserial PRIMARY KEY, account integer NOT NULL, amount bigint NOT NULL, at timestamptz NOT NULL DEFAULT now())',
  );
  await first.query('INSERT INTO bare_account SELECT n, 0 FROM generate_series(1, $1::integer) n', [
    TRANSFER_ACCOUNTS,
  ]);
  const startedMs = performance.now();
  const counts = await Promise.all(
    clients.map(async (client) => {
      let count = 0;
      for (; performance.now() - startedMs < forMs; count++) await transferOnce(client);
      return count;
    }),
  );
  const elapsedMs = performance.now() - startedMs;
  await first.query('DROP TABLE bare_account, bare_entry');
  await Promise.all(clients.map((client) => client.end()));
  return counts.reduce((sum, count) => sum + count, 0) / (elapsedMs / 1000);
}
