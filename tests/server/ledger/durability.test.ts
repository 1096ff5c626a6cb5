import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#ledger/database.ts';
import { readDurabilityFaults } from '#ledger/durability.ts';
import { migrate } from '#ledger/migrate.ts';
import { readReceipts } from '#ledger/read-statement.ts';
import {
  npmBinaries,
  type PlainPostgres,
  startPlainPostgres,
} from '../../support/plain-postgres.ts';
import { balanceOf, enrolWith, settle, verdictOf } from '../../support/settling.ts';
import { enrol, newPayment } from '../../support/signed-payments.ts';
import { SILENT_LOG } from '../../support/test-database.ts';

let server: PlainPostgres;
let admin: pg.Client;
const opened: Database[] = [];

function openAt(url: string, limits: pg.PoolConfig = {}, attemptsMax = 10): Database {
  const options = { log: SILENT_LOG, attemptsMax };
  const database = openDatabase({ connectionString: url, ...limits }, options);
  opened.push(database);
  return database;
}

beforeAll(async () => {
  server = await startPlainPostgres(await npmBinaries());
  admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
});
afterAll(async () => {
  await admin?.end();
  await Promise.all(opened.map((database) => database.close()));
  await server?.stop();
});

/** An empty name is none. The server reads it anew without a restart. */
async function waitForStandby(name: string): Promise<void> {
  await admin.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
  await admin.query('SELECT pg_reload_conf()');
  const readName = async () => {
    const { rows } = await admin.query('SHOW synchronous_standby_names');
    return rows[0];
  };
  await expect.poll(readName, { timeout: 10_000 }).toEqual({ synchronous_standby_names: name });
}

test('a server that may forget what it confirmed is named, setting by setting', async () => {
  const faultsWith = (options: string) => readDurabilityFaults(openAt(server.url, { options }));
  // The tests' own servers are fast and forget.
  const forgetful =
    'The database has fsync = off: a power cut can lose or destroy what was acknowledged.';
  expect(await faultsWith('')).toEqual([forgetful]);
  expect(await faultsWith('-c synchronous_commit=off')).toEqual([
    forgetful,
    'The database has synchronous_commit = off: a power cut can lose what was acknowledged.',
  ]);
  expect(await faultsWith('-c synchronous_commit=local')).toEqual([
    forgetful,
    'The database has synchronous_commit = local: a failover can lose what was acknowledged.',
  ]);
  expect(await faultsWith('-c synchronous_commit=remote_apply')).toEqual([forgetful]);
});

// A failover to a standby that lacks a transaction would lose it. So nobody may hear of it before.
test('what the standby has not confirmed is not acknowledged, whatever runs out of time', async () => {
  const database = openAt(server.url);
  await migrate(database);
  const payer = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  const payment = newPayment(payer, payee);
  await waitForStandby('a_standby_that_is_gone');
  // The statement's limit would end the wait for the standby and commit, if it applied to COMMIT.
  const hasty = openAt(
    server.url,
    { statement_timeout: 300, lock_timeout: 300, query_timeout: 1500 },
    2,
  );
  expect((await settle(hasty, [payment])).map(verdictOf)).toEqual(['unsigned unavailable']);
  expect(await readReceipts(database, [payment.id])).toEqual([null]);
  await waitForStandby('');
  const [settlement] = await settle(database, [payment]);
  expect(verdictOf(settlement)).toBe('accepted');
  const [receipt] = await readReceipts(database, [payment.id]);
  expect(settlement).toMatchObject({ kind: 'receipt', receipt });
  expect(await balanceOf(database, payer)).toBe(900n);
});
