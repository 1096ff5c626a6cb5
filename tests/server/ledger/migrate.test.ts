import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#ledger/database.ts';
import { migrate, readMigrations } from '#ledger/migrate.ts';
import { SILENT_LOG, startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
const opened: Database[] = [];

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
});
afterAll(() => cluster.stop());

async function openEmpty(times = 1): Promise<Database[]> {
  const connection = await cluster.empty();
  const databases = Array.from({ length: times }, () =>
    openDatabase(connection, { log: SILENT_LOG }),
  );
  opened.push(...databases);
  return databases;
}

async function openOne(): Promise<Database> {
  const [database] = await openEmpty();
  return database!;
}

const FILES = {
  './sql/0001-first.sql': 'CREATE TABLE first (id integer PRIMARY KEY);',
  './sql/0002-second.sql':
    'CREATE TABLE second (id integer PRIMARY KEY); INSERT INTO second VALUES (1);',
};

const SHIPPED = [
  '0001-ledger.sql',
  '0002-server.sql',
  '0003-kind-of-money.sql',
  '0004-allowances.sql',
  '0005-outpaid-requests.sql',
  '0006-beyond-funds.sql',
  '0007-cheaper-settlement.sql',
  '0008-reoffers.sql',
  '0009-device-gaps.sql',
];

test('a schema that is up to date is left alone', async () => {
  const database = await openOne();
  expect(await migrate(database)).toEqual(SHIPPED);
  expect(await migrate(database)).toEqual([]);
});

test('processes that start at once apply every file exactly once', async () => {
  const databases = await openEmpty(6);
  const applied = await Promise.all(databases.map((database) => migrate(database)));
  expect(applied.flat().sort()).toEqual(SHIPPED);
});

test('a missing file is added later, in order', async () => {
  const database = await openOne();
  const all = readMigrations(FILES);
  expect(await migrate(database, all.slice(0, 1))).toEqual(['0001-first.sql']);
  expect(await migrate(database, all)).toEqual(['0002-second.sql']);
});

test('an applied file that was edited is refused, and nothing is changed', async () => {
  const database = await openOne();
  await migrate(database, readMigrations(FILES).slice(0, 1));
  const edited = readMigrations({ ...FILES, './sql/0001-first.sql': 'CREATE TABLE other ();' });
  await expect(migrate(database, edited)).rejects.toThrow('0001-first.sql has been edited');
  const { rows } = await database.query("SELECT to_regclass('second') AS second");
  expect(rows).toEqual([{ second: null }]);
});

test('a database of a newer release is refused', async () => {
  const database = await openOne();
  const all = readMigrations(FILES);
  await migrate(database, all);
  await expect(migrate(database, all.slice(0, 1))).rejects.toThrow('newer release');
});

test('a file that fails leaves no half of it', async () => {
  const database = await openOne();
  const broken = readMigrations({
    ...FILES,
    './sql/0002-second.sql': 'CREATE TABLE second (id integer); SELECT nonsense;',
  });
  await expect(migrate(database, broken)).rejects.toThrow('nonsense');
  const { rows } = await database.query(
    "SELECT to_regclass('first')::text AS first, to_regclass('second') AS second",
  );
  expect(rows).toEqual([{ first: 'first', second: null }]);
  expect(await migrate(database, readMigrations(FILES))).toEqual(['0002-second.sql']);
});

test('files are numbered from 1 without gaps and named for what they add', () => {
  expect(() => readMigrations({ './sql/0002-late.sql': '' })).toThrow('should have number 1');
  expect(() => readMigrations({ './sql/1-short.sql': '' })).toThrow('is not called like');
});
