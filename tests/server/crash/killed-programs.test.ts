import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readBalances } from '#ledger/accounts.ts';
import { expireAllowances } from '#ledger/allowances.ts';
import { checkLedger } from '#ledger/check-ledger.ts';
import { type Database, openDatabase } from '#ledger/database.ts';
import { toBase32 } from '#protocol/base32.ts';
import { openWire } from '../../support/database-wire.ts';
import { type KillableProgram, openKillableProgram } from '../../support/killable-program.ts';
import { balanceOf, countRows, enrolWith, open } from '../../support/settling.ts';
import { EUR, NOW_S, VERIFIERS } from '../../support/signed-payments.ts';
import { SILENT_LOG, startTestCluster, type TestCluster } from '../../support/test-database.ts';

const TIMEOUT_MS = 180_000;
const BOTH = ['before', 'done'] as const;

let cluster: TestCluster;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => cluster.stop());

async function openProgram(program: string, target: pg.PoolConfig): Promise<KillableProgram> {
  const opened = await openKillableProgram(program, target);
  cleanups.push(() => opened.close());
  return opened;
}

function openLedger(target: pg.PoolConfig): Database {
  const database = openDatabase(target, { log: SILENT_LOG });
  cleanups.push(() => database.close());
  return database;
}

/** Every column of every table, and every constraint and index, as text. */
async function schemaOf(database: Database): Promise<unknown[]> {
  const { rows } = await database.query(`
    SELECT table_name AS a, column_name AS b, data_type || is_nullable || coalesce(column_default, '') AS c
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    ORDER BY 1, 2, 3`);
  return rows;
}

test('killed around every migration and while it takes its identity, a database grows up all the same', {
  timeout: TIMEOUT_MS,
}, async () => {
  const whole = await cluster.empty();
  const statements = await (await openProgram('check-ledger', whole)).run();
  const migrations = statements.filter((_, index) =>
    statements[index + 1]?.startsWith('INSERT INTO migration ('),
  );
  const identity = statements.filter((each) => /^INSERT INTO server_(state|key) /.test(each));
  expect(migrations.length).toBeGreaterThanOrEqual(6);
  expect(identity).toHaveLength(2);

  const target = await cluster.empty();
  const newborn = await openProgram('check-ledger', target);
  const [turn = ''] = statements.filter((each) => each.startsWith('INSERT INTO migration_turn'));
  for (const when of BOTH) await newborn.killAt({ statement: turn, when });
  for (const statement of migrations) {
    await newborn.killAt({ statement, when: 'done' });
    for (const when of BOTH) await newborn.killAt({ statement: 'COMMIT', when });
  }
  for (const statement of identity) await newborn.killAt({ statement, when: 'done' });
  // The first is of the look for a migration that is missing.
  for (const when of BOTH) await newborn.killAt({ statement: 'COMMIT', when, nth: 2 });
  await newborn.run();

  const database = openLedger(target);
  expect(await schemaOf(database)).toEqual(await schemaOf(openLedger(whole)));
  expect(await countRows(database, 'migration')).toBe(migrations.length);
  expect(await countRows(database, 'server_state')).toBe(1);
  expect(await countRows(database, 'server_key')).toBe(1);
});

/** Which of the COMMITs in `statements` ends what the last of these writes began. */
function commitOf(statements: readonly string[], writes: RegExp): number {
  const last = statements.findLastIndex((each) => writes.test(each));
  return statements.slice(0, last).filter((each) => each === 'COMMIT').length + 1;
}

test('killed while it turns the key, the server has one key that signs, and all that ever did', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { database, connection } = await cluster.fresh();
  const operator = await openProgram('operator', connection);
  const turning = ['rotate-key'];
  await operator.run(turning);
  const statements = await operator.run(turning);
  const writes = /^(UPDATE|INSERT INTO) server_key /;
  const written = statements.filter((each) => writes.test(each));
  expect(written).toHaveLength(2);
  const nth = commitOf(statements, writes);
  const keys = async () => {
    const { rows } = await database.query<{ kid: string; active: boolean }>(
      "SELECT encode(kid, 'hex') AS kid, active FROM server_key ORDER BY created_at",
    );
    expect(rows.filter((row) => row.active)).toHaveLength(1);
    return rows.map((row) => row.kid);
  };
  const before = await keys();
  for (const statement of written) await operator.killAt({ statement, when: 'done' }, turning);
  await operator.killAt({ statement: 'COMMIT', when: 'before', nth }, turning);
  expect(await keys()).toEqual(before);
  await operator.killAt({ statement: 'COMMIT', when: 'done', nth }, turning);
  expect((await keys()).slice(0, -1)).toEqual(before);
});

test('killed while it gives money, the operator has given all of it or none', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { database, connection } = await cluster.fresh();
  const person = await enrolWith(database, 100n);
  const operator = await openProgram('operator', connection);
  const giving = ['fund', toBase32(person.account), '1.00', 'EUR'];
  await operator.run(giving);
  const statements = await operator.run(giving);
  const writes = /^(insert|update)_/;
  const nth = commitOf(statements, writes);
  expect(await balanceOf(database, person)).toBe(300n);
  for (const statement of statements.filter((each) => writes.test(each))) {
    await operator.killAt({ statement, when: 'done' }, giving);
  }
  await operator.killAt({ statement: 'COMMIT', when: 'before', nth }, giving);
  expect(await balanceOf(database, person)).toBe(300n);
  await operator.killAt({ statement: 'COMMIT', when: 'done', nth }, giving);
  expect(await balanceOf(database, person)).toBe(400n);
  expect(await checkLedger(database, VERIFIERS)).toMatchObject({ clean: true });
});

/** The same for the database as a process that dies: its connection ends in the midst. */
test('cut off at every statement while allowances end, what was set aside returns once', async () => {
  const { database, connection } = await cluster.fresh();
  const person = await enrolWith(database, 1000n);
  const wire = await openWire(connection);
  cleanups.push(() => wire.close());
  const ending = openDatabase(wire.connection, { log: SILENT_LOG, attemptsMax: 1 });
  cleanups.push(() => ending.close());
  const expire = (at: Database) => expireAllowances(at, NOW_S, NOW_S);
  const past = { validFromS: NOW_S - 7200, hours: 1 };
  const held = async () => {
    const balances = await readBalances(database, person.account);
    return balances.find(({ currency }) => currency === EUR)?.heldMinor;
  };
  await open(database, person, past);
  await ending.query('SELECT 1');
  wire.forget();
  expect(await expire(ending)).toBe(1);
  const statements = [...wire.passed];
  expect(statements.length).toBeGreaterThanOrEqual(6);
  for (const statement of statements) {
    for (const when of BOTH) {
      await open(database, person, past);
      const stop = wire.stopAt(statement, when);
      const expired = expire(ending);
      expired.catch(() => undefined);
      await stop.reached;
      stop.cut();
      await expect(expired).rejects.toThrow();
      expect([0n, 500n]).toContain(await held());
      await expire(database);
      expect(await held()).toBe(0n);
    }
  }
  expect(await checkLedger(database, VERIFIERS)).toMatchObject({ clean: true });
});
