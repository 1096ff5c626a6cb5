import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkLedger } from '#ledger/check-ledger.ts';
import { type Database, openDatabase } from '#ledger/database.ts';
import { type Settlement, settlePayments } from '#ledger/post-payments.ts';
import { readReceipts } from '#ledger/read-statement.ts';
import {
  balanceOf,
  countRows,
  enrolWith,
  OPTIONS,
  settle,
  verdictOf,
} from '../../support/settling.ts';
import { enrol, newPayment, VERIFIERS } from '../../support/signed-payments.ts';
import { SILENT_LOG, startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => cluster.stop());

type Cut = 'before COMMIT arrives' | 'after COMMIT is done';

/** A wire to PostgreSQL that breaks at COMMIT, as many times as `cuts` says. */
async function openWire(target: pg.PoolConfig, cut: Cut, cuts: number) {
  const folder = await mkdtemp(join(tmpdir(), 'cf-wire-'));
  const state = { left: cuts };
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const upstream = target.host?.startsWith('/')
      ? connect(`${target.host}/.s.PGSQL.${target.port}`)
      : connect(Number(target.port), target.host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    let swallowing = false;
    upstream.on('data', (data) => {
      // The server's answer to COMMIT exists, and nobody ever hears it.
      if (swallowing) client.destroy();
      else client.write(data);
    });
    client.on('data', (data) => {
      const message = data.indexOf('COMMIT\0') - 5;
      if (message < 0 || state.left === 0) {
        upstream.write(data);
        return;
      }
      state.left--;
      if (cut === 'before COMMIT arrives') {
        upstream.end(data.subarray(0, message));
        client.destroy();
      } else {
        swallowing = true;
        upstream.write(data);
      }
    });
  });
  await new Promise<void>((resolve) =>
    server.listen(join(folder, `.s.PGSQL.${target.port}`), resolve),
  );
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });
  return { connection: { ...target, host: folder }, state };
}

function open(connection: pg.PoolConfig, attemptsMax = 10): Database {
  const database = openDatabase(connection, { log: SILENT_LOG, attemptsMax });
  cleanups.push(() => database.close());
  return database;
}

test.each<Cut>(['before COMMIT arrives', 'after COMMIT is done'])(
  'a connection cut %s is looked up, never guessed: settled once, receipt in hand',
  async (cut) => {
    const { database, connection } = await cluster.fresh();
    const payer = await enrolWith(database, 1000n);
    const payee = await enrol(database);
    const wire = await openWire(connection, cut, 2);
    const payments = [newPayment(payer, payee), newPayment(payer, payee)];
    const settlements = await settle(open(wire.connection), payments);
    expect(settlements.map(verdictOf)).toEqual(['accepted', 'accepted']);
    expect(wire.state.left).toBe(0);
    expect(await balanceOf(database, payer)).toBe(800n);
    const stored = await readReceipts(
      database,
      payments.map((payment) => payment.id),
    );
    expect(settlements.map((item) => (item.kind === 'receipt' ? item.receipt : null))).toEqual(
      stored,
    );
    expect(await checkLedger(database, VERIFIERS)).toMatchObject({ clean: true, payments: 2 });
  },
);

test('when the outcome cannot be found out the answer is unavailable, never a verdict', async () => {
  const { database, connection } = await cluster.fresh();
  const payer = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  const wire = await openWire(connection, 'before COMMIT arrives', 1000);
  const payment = newPayment(payer, payee);
  const faults: unknown[] = [];
  const [settlement] = await settlePayments(open(wire.connection, 3), [payment], {
    ...OPTIONS,
    onFault: (cause) => faults.push(cause),
  });
  expect(verdictOf(settlement)).toBe('unsigned unavailable');
  expect(faults).toHaveLength(1);
  expect((await settle(database, [payment])).map(verdictOf)).toEqual(['accepted']);
});

test('no database at all is unavailable', async () => {
  const { database, connection } = await cluster.fresh();
  const payer = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  const nowhere = open({ ...connection, host: '/nonexistent' }, 2);
  const settlements = await settle(nowhere, [newPayment(payer, payee)]);
  expect(settlements.map(verdictOf)).toEqual(['unsigned unavailable']);
});

async function waitForBackend(database: Database, wanted: string): Promise<number> {
  for (;;) {
    const { rows } = await database.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND ${wanted}`,
    );
    if (rows[0]) return rows[0].pid;
    await delay(5);
  }
}

test('a backend that is killed while it waits for a lock costs an attempt, not a payment', async () => {
  const { database, connection } = await cluster.fresh();
  const payer = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  const settling = open(connection);
  let settled: Promise<unknown> | undefined;
  await database.borrow(async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM account WHERE id = $1 FOR UPDATE', [payer.account]);
    settled = settle(settling, [newPayment(payer, payee)]);
    const pid = await waitForBackend(database, "wait_event_type = 'Lock'");
    await database.query('SELECT pg_terminate_backend($1)', [pid]);
    await client.query('COMMIT');
  });
  expect(((await settled) as never[]).map(verdictOf)).toEqual(['accepted']);
  expect(await balanceOf(database, payer)).toBe(900n);
});

const receiptOf = (settlement: Settlement) =>
  settlement.kind === 'receipt' ? settlement.receipt : null;

/** Fewer than there are groups: each time another one has been settled. */
const KILLS = 40;

test('backends killed under load lose nothing and settle nothing twice', async () => {
  const { database, connection } = await cluster.fresh();
  const people = await Promise.all(Array.from({ length: 4 }, () => enrolWith(database, 100_000n)));
  const settling = open({ ...connection, max: 4, application_name: 'victim' }, 50);
  const payments = Array.from({ length: 300 }, (_, index) =>
    newPayment(people[index % 4]!, people[(index + 1) % 4]!),
  );
  const groups = Array.from({ length: 60 }, (_, index) => payments.slice(index * 5, index * 5 + 5));
  let settledGroups = 0;
  // As wallets do: what is unavailable is sent again, however slow this machine is.
  const settlingAll = groups.map(async (group) => {
    for (;;) {
      const settlements = await settle(settling, group);
      if (settlements.some((item) => verdictOf(item) === 'unsigned unavailable')) continue;
      settledGroups++;
      return settlements;
    }
  });
  let killed = 0;
  for (let round = 0; round < KILLS; round++) {
    await expect.poll(() => settledGroups, { timeout: 30_000 }).toBeGreaterThanOrEqual(round);
    const { rowCount } = await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'victim' AND state <> 'idle'`,
    );
    killed += rowCount ?? 0;
  }
  const settlements = await Promise.all(settlingAll);
  expect(killed).toBeGreaterThan(0);
  expect(new Set(settlements.flat().map(verdictOf))).toEqual(new Set(['accepted']));
  // Whatever was cut, and where: everybody holds the receipt that is stored.
  const again = await settle(database, payments);
  expect(settlements.flat().map(receiptOf)).toEqual(again.map(receiptOf));
  expect(await countRows(database, 'payment')).toBe(300);
  expect(await checkLedger(database, VERIFIERS)).toMatchObject({ clean: true, payments: 300 });
});

test('a connection that breaks while idle is replaced without anybody noticing', async () => {
  const { database, connection } = await cluster.fresh();
  const idle = open({ ...connection, max: 1, application_name: 'idle one', idleTimeoutMillis: 0 });
  await idle.query('SELECT 1');
  const pid = await waitForBackend(database, "application_name = 'idle one'");
  await database.query('SELECT pg_terminate_backend($1)', [pid]);
  const [replaced] = await Promise.all([
    idle.retry(() => idle.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')),
  ]);
  expect(replaced.rows[0]?.pid).not.toBe(pid);
});
