import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '#ledger/database.ts';
import { migrate, readMigrations } from '#ledger/migrate.ts';
import { SILENT_LOG, startTestCluster, type TestCluster } from '../../support/test-database.ts';

const folder = new URL('../../../src/ledger/sql/', import.meta.url);
const MIGRATIONS = readMigrations(
  Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]),
  ),
);

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

const PAYEE = `'\\x0a'::bytea`;
const id = (number: number) => `decode(lpad('${number}', 64, '0'), 'hex')`;

const payment = (number: number, currency: number, amount: number, verdict = 1) => `
  INSERT INTO payment (id, authorization_bytes, payer, payee, currency, amount, request_digest,
    device, seq, verdict, code, transfer_id, receipt, settled_at)
  VALUES (${id(number)}, '', '\\x0b', ${PAYEE}, ${currency}, ${amount}, '\\x01', 1, ${number},
    ${verdict}, ${verdict === 1 ? 'NULL' : "'payer_frozen'"}, ${verdict === 1 ? number : 'NULL'}, '',
    now());`;

test('balances learn their versions and requests what they were paid with, from what is stored', async () => {
  const database = openDatabase(await cluster.empty(), { log: SILENT_LOG });
  await migrate(database, MIGRATIONS.slice(0, 6));
  const account = `'\\x${'0c'.repeat(16)}'::bytea`;
  await database.query(`
    INSERT INTO account (id, kind, version) VALUES (${account}, 'person', 3);
    INSERT INTO balance (account, currency, balance) VALUES
      (${account}, 978, 3), (${account}, 392, 2), (${account}, 756, 0);
    INSERT INTO entry (account, version, currency, amount, balance_after, transfer_id, counterparty,
      posted_at)
    VALUES (${account}, 1, 978, 1, 1, 1, '\\x00', now()), (${account}, 2, 392, 2, 2, 2, '\\x00', now()),
      (${account}, 3, 978, 2, 3, 3, '\\x00', now());
    ${payment(1, 978, 50)} ${payment(2, 978, 60)} ${payment(3, 978, 99, 2)} ${payment(4, 392, 5)}
    INSERT INTO paid_request VALUES (${PAYEE}, '\\x01', ${id(4)});
    SELECT nextval('transfer_number');`);
  await migrate(database, MIGRATIONS);
  const rows = async (text: string) => (await database.query(text)).rows;
  expect(await rows('SELECT currency, version FROM balance ORDER BY currency')).toEqual([
    { currency: 392, version: 2n },
    { currency: 756, version: 0n },
    { currency: 978, version: 3n },
  ]);
  expect(await rows('SELECT currency, amount FROM outpaid_request')).toEqual([
    { currency: 978, amount: 60n },
  ]);
  // The block behind this value has not been touched by numbers that were drawn one by one.
  expect(await rows("SELECT nextval('transfer_number') > 1 + 1 AS is_new")).toEqual([
    { is_new: true },
  ]);
  await database.close();
});
