import { randomInt } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { anyOf, type Carrier, createCarrier } from '../../support/carrier.ts';
import { enrolPeople, ORIGIN, startLoad, UNLIMITED } from '../../support/load.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { endProcessesOn } from '../../support/processes-on.ts';
import { layCluster } from '../../support/ready-cluster.ts';
import {
  type RestartablePostgres,
  startRestartablePostgres,
} from '../../support/restartable-postgres.ts';
import type { WalletServer } from '../../support/server-wallet.ts';

const TIMEOUT_MS = 240_000;
/** Replays the same choices; when exactly they strike is the machine's. */
const SEED = Number(process.env.CRASH_SEED ?? randomInt(2 ** 31));

/** Mulberry32. */
function chooseWith(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

let room = '';
const servers: TestServer[] = [];
let postgres: RestartablePostgres | undefined;

afterEach(async () => {
  await Promise.allSettled(servers.splice(0).map((server) => server.dispose()));
  await postgres?.stop();
  postgres = undefined;
  if (room) await rm(room, { recursive: true, force: true });
  room = '';
});

const addressOf = ({ port }: TestServer) => `http://localhost:${port}`;

async function startOnRestartablePostgres(count: number): Promise<RestartablePostgres> {
  room = await mkdtemp(join(tmpdir(), 'cf-crash-'));
  await chmod(room, 0o755);
  await layCluster(join(room, 'data'));
  postgres = await startRestartablePostgres(join(room, 'data'));
  for (let n = 0; n < count; n++) {
    servers.push(await startServer({ env: { ...UNLIMITED, DATABASE_URL: postgres.url } }));
  }
  return postgres;
}

async function expectAllThere(bank: WalletServer, carrier: Carrier, authorized: number) {
  expect(await carrier.missingAt(bank)).toEqual([]);
  expect(carrier.receipts.size).toBe(authorized);
  expect(await servers[0]?.run('check-ledger')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`payments ${authorized}\n`),
  });
}

/** Load on all servers, and something bad after each few receipts. */
async function strike(rounds: number, bad: (round: number) => Promise<void>): Promise<void> {
  let turn = 0;
  const bank = anyOf(() => {
    const at = turn++ % servers.length;
    return [...servers.slice(at), ...servers.slice(0, at)].map(addressOf);
  }, ORIGIN);
  const carrier = createCarrier(bank);
  const load = startLoad(bank, carrier, await enrolPeople(bank, 4));
  for (let round = 0; round < rounds; round++) {
    await load.more(12);
    await bad(round);
    expect(await carrier.missingAt(bank), `after round ${round}`).toEqual([]);
  }
  await load.end();
  await expectAllThere(bank, carrier, load.authorized());
}

/** Within the life of an upload: what it hits is chance. */
const aMoment = (choose: (below: number) => number) => delay(choose(25));

test(`two servers on one PostgreSQL, killed at random one by one and together (seed ${SEED})`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const choose = chooseWith(SEED);
  await startOnRestartablePostgres(2);
  await strike(6, async () => {
    await aMoment(choose);
    const chosen = choose(4);
    const victims = servers.filter((_, index) => chosen === index || chosen > 2);
    const dying = victims.length > 0 ? victims : servers.slice(0, 1);
    await Promise.all(dying.map((server) => server.kill()));
    await Promise.all(dying.map((server) => server.start()));
  });
});

async function killABackend({ connection }: RestartablePostgres): Promise<void> {
  const client = new pg.Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'
      AND pid <> pg_backend_pid() ORDER BY state = 'active' DESC, query_start DESC LIMIT 1`,
  );
  // PostgreSQL ends all others too, since their memory may be damaged, and recovers.
  if (rows[0]) process.kill(rows[0].pid, 'SIGKILL');
  await client.end().catch(() => undefined);
}

const TROUBLES: readonly [string, (server: RestartablePostgres) => Promise<void>][] = [
  ['restarted in order', (server) => server.restart('fast')],
  ['stopped at once', (server) => server.restart('immediate')],
  ['killed', (server) => server.kill().then(() => server.start())],
  ['bereft of a backend', killABackend],
];

test(`PostgreSQL restarted, stopped and killed under the load of two servers (seed ${SEED})`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const choose = chooseWith(SEED);
  const server = await startOnRestartablePostgres(2);
  await strike(TROUBLES.length * 2, async (round) => {
    await aMoment(choose);
    await TROUBLES[round % TROUBLES.length]?.[1](server);
  });
});

test(`a server of two processes with its embedded database, killed at random (seed ${SEED})`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const choose = chooseWith(SEED);
  const server = await startServer({ env: { ...UNLIMITED, PROCESSES: '2' } });
  servers.push(server);
  await strike(4, async (round) => {
    await aMoment(choose);
    await server.kill();
    // Else the database lives on, and is adopted in whatever state it is.
    if (round % 2 === 0) await endProcessesOn(server.dataDir);
    await server.start();
  });
});
