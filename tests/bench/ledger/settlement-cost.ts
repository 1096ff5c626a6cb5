// What one settled payment costs in CPU, in Node and in PostgreSQL, without HTTP and without verifying:
// groups of several sizes, payees spread or all the same. Run by settlement-cost.mjs.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '#ledger/database.ts';
import { startEmbeddedPostgres } from '#ledger/embedded-postgres.ts';
import { migrate } from '#ledger/migrate.ts';
import type { SettledPayment, VerifiedPayment } from '#ledger/payment-rows.ts';
import { settlePayments } from '#ledger/post-payments.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { FIRST_EPOCH } from '#protocol/epoch.ts';
import { encodeOrder, type Order } from '#protocol/order.ts';

const ACCOUNTS = 10_000;
const NOW_S = 1_800_000_000;
const EUR = 978;
const ASSERTION_BYTES = 80;
const WARM_UP = 6;
const TICKS_PER_S = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

const LOG = { info: () => undefined, warn: (line: string) => console.error(line) };
const OPTIONS = {
  rules: {
    validForMaxS: 30 * 86_400,
    amountMaxMinor: 2n ** 63n - 1n,
    isCurrencyKnown: () => true,
    guaranteeMaxMinor: () => 0n,
  },
  epoch: FIRST_EPOCH,
  nowS: () => NOW_S,
  onFault: (cause: unknown) => console.error(cause),
};

const random = (length: number): Bytes => new Uint8Array(randomBytes(length));
const noise = random(1 << 20);
let noiseAt = 0;

/** As long as real ones of this group would be, and as hard to compress. */
function signReceipts(settled: readonly SettledPayment[]): Bytes[] {
  const length = 200 + 34 * Math.ceil(Math.log2(Math.min(256, settled.length)));
  return settled.map(() => {
    noiseAt = (noiseAt + 61) % (noise.length - 1024);
    return noise.subarray(noiseAt, noiseAt + length);
  });
}

function newPayment(
  payer: Bytes,
  payee: Bytes,
  seq: number,
  change: Partial<Order>,
): VerifiedPayment {
  const order: Order = {
    server: new Uint8Array(5).fill(7),
    payer,
    payee,
    amountMinor: 100n,
    currency: EUR,
    requestDigest: random(8),
    once: false,
    nonce: random(16),
    device: 1,
    seq,
    authorizedAtS: NOW_S - 10,
    validUntilS: NOW_S + 3600,
    ...change,
  };
  const orderBytes = encodeOrder(order);
  const bytes = new Uint8Array(Buffer.concat([orderBytes, randomBytes(ASSERTION_BYTES)]));
  return { id: random(32), order, orderBytes, bytes };
}

/** Of a process and all that it has started and collected, in µs. */
function cpuUsOfTree(pid: number): number {
  let ns = 0;
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(name) !== pid && Number(fields[1]) !== pid) continue;
      ns += Number(readFileSync(`/proc/${name}/schedstat`, 'utf8').split(' ')[0]);
      if (Number(name) === pid) ticks += Number(fields[13]) + Number(fields[14]);
    } catch {
      // It has ended meanwhile, and counts among its parent's.
    }
  }
  return ns / 1000 + (ticks / TICKS_PER_S) * 1e6;
}

async function fundAll(database: Database): Promise<Bytes[]> {
  const ids = Array.from({ length: ACCOUNTS }, () => random(16));
  const all = ids.map((id) => Buffer.from(id).toString('hex'));
  await database.query(
    `INSERT INTO account (id, kind) SELECT decode(i, 'hex'), 'person' FROM unnest($1::text[]) AS i`,
    [all],
  );
  await database.query(
    `INSERT INTO balance (account, currency, balance)
      SELECT decode(i, 'hex'), ${EUR}, 1000000000000 FROM unnest($1::text[]) AS i`,
    [all],
  );
  return ids;
}

const pick = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T;

type Case = { readonly size: number; readonly hot: boolean; readonly once: boolean };
type Cost = { node: number; postgres: number; verify: number; wal: number; rate: number };

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signature = sign('sha256', noise.subarray(0, 64), privateKey);

/** What one verification costs at this moment: other work on the machine makes everything dearer. */
function verifyUs(): number {
  const before = process.cpuUsage();
  for (let i = 0; i < 40; i++) verify('sha256', noise.subarray(0, 64), publicKey, signature);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 40;
}

async function measure(
  database: Database,
  pid: number,
  accounts: readonly Bytes[],
  one: Case,
  count: number,
): Promise<Cost> {
  const groups = Array.from({ length: Math.ceil(count / one.size) }, (_, group) =>
    Array.from({ length: one.size }, (_, index) => {
      const payee = one.hot ? (accounts[0] as Bytes) : pick(accounts);
      let payer = pick(accounts);
      while (payer === payee) payer = pick(accounts);
      return newPayment(payer, payee, group * one.size + index + 1, { once: one.once });
    }),
  );
  const wal = async () =>
    (await database.query<{ at: bigint }>("SELECT (pg_current_wal_lsn() - '0/0')::bigint AS at"))
      .rows[0]?.at ?? 0n;
  (globalThis as { gc?: () => void }).gc?.();
  const verifyBefore = verifyUs();
  const walBefore = await wal();
  const pgBefore = cpuUsOfTree(pid);
  const nodeBefore = process.cpuUsage();
  const startMs = performance.now();
  let accepted = 0;
  for (const group of groups) {
    const settlements = await settlePayments(database, group, { ...OPTIONS, sign: signReceipts });
    accepted += settlements.filter((settlement) => settlement.kind === 'receipt').length;
  }
  const tookMs = performance.now() - startMs;
  const node = process.cpuUsage(nodeBefore);
  const postgres = cpuUsOfTree(pid) - pgBefore;
  const settled = groups.length * one.size;
  if (accepted !== settled) throw new Error(`only ${accepted} of ${settled} were settled`);
  return {
    node: (node.user + node.system) / settled,
    postgres: postgres / settled,
    verify: (verifyBefore + verifyUs()) / 2,
    wal: Number((await wal()) - walBefore) / settled,
    rate: settled / (tookMs / 1000),
  };
}

export async function run(argv: readonly string[]): Promise<void> {
  const option = (name: string, fallback: string) => {
    const at = argv.indexOf(`--${name}`);
    return at < 0 ? fallback : (argv[at + 1] ?? fallback);
  };
  const sizes = option('sizes', '200,20,1').split(',').map(Number);
  const places = option('places', 'spread,hot').split(',');
  const chunks = Number(option('chunks', '16'));
  const once = argv.includes('--once');
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-cost-'));
  const server = await startEmbeddedPostgres({ dataDir: folder, log: LOG });
  try {
    const database = openDatabase({ ...server.connection, max: 1 }, { log: LOG });
    await migrate(database);
    const accounts = await fundAll(database);
    const { rows } = await database.query<{ data: string }>(
      'SHOW data_directory AS data'.replace(' AS data', ''),
    );
    const data = Object.values(rows[0] ?? {})[0] as string;
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    for (const place of places) {
      for (const size of sizes) {
        const costs: Cost[] = [];
        const count = Math.max(size, size < 10 ? 300 : 2000);
        for (let chunk = 0; chunk < chunks + WARM_UP; chunk++) {
          costs.push(
            await measure(database, pid, accounts, { size, hot: place === 'hot', once }, count),
          );
          if (chunk < WARM_UP) costs.length = 0;
        }
        const sorted = (key: keyof Cost) => costs.map((cost) => cost[key]).sort((a, b) => a - b);
        const say = (key: keyof Cost) => {
          const all = sorted(key);
          const at = (share: number) =>
            (all[Math.floor(all.length * share)] ?? 0).toFixed(1).padStart(6);
          const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
          return `${at(0)} ${at(0.25)} (med ${at(0.5)} mean ${mean.toFixed(1)})`;
        };
        console.log(
          `${place.padEnd(6)} ${String(size).padStart(4)}  node ${say('node')}  pg ${say('postgres')}  verify ${say('verify')} wal ${sorted('wal')[chunks >> 1]?.toFixed(0)} B  ${sorted('rate').at(-1)?.toFixed(0)}/s`,
        );
      }
    }
    if (argv.includes('--sizes-of-tables')) {
      const sizes = await database.query(
        `SELECT relname, pg_relation_size(oid) AS bytes FROM pg_class WHERE relkind IN ('r','i') AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC LIMIT 12`,
      );
      console.log(sizes.rows);
      const hot = await database.query(
        `SELECT relname, n_tup_ins, n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE n_tup_upd > 0`,
      );
      console.log(hot.rows);
    }
    await database.close();
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await run(process.argv.slice(2));
