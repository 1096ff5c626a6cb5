import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '#ledger/database.ts';
import { startServer, type TestServer } from '../support/payment-server.ts';
import { connectTo } from '../support/remote-server.ts';
import { authorize, balanceOf, enrol, JPY, outcomeOf } from '../support/server-wallet.ts';
import { SILENT_LOG, startTestCluster, type TestCluster, urlOf } from '../support/test-database.ts';

describe('on a database of one’s own', () => {
  let cluster: TestCluster;
  let own: TestServer;
  let database: Database;
  let env: { readonly DATABASE_URL: string };

  beforeAll(async () => {
    cluster = await startTestCluster();
    const connection = await cluster.empty();
    env = { DATABASE_URL: urlOf(connection) };
    database = openDatabase(connection, { log: SILENT_LOG });
    own = await startServer({ env });
  });
  afterAll(async () => {
    await own?.dispose();
    await database.close();
    await cluster.stop();
  });

  test('money is real unless asked otherwise, and nothing is kept in the data folder', async () => {
    const bank = connectTo(own.origin);
    const wallet = await enrol(bank, 'Ada');
    expect(wallet.enrolment.account).toMatchObject({ sandbox: false, balances: [] });
    expect(own.log()).not.toContain('play money');
    expect(readdirSync(own.dataDir)).toEqual([]);
    expect((await own.run('operator', ['fund', 'Ada', '5', 'JPY'])).code).toBe(0);
    expect(await balanceOf(bank, wallet, JPY)).toBe(5n);
  });

  test('play money is not given where money is real', async () => {
    await own.stop();
    await expect(own.start({ env: { ...env, SANDBOX: 'true' } })).rejects.toThrow(
      'is real, and SANDBOX=true would mix it with play money.',
    );
    await own.start({ env });
  });

  test('the full check names what is broken, and ends with 1', async () => {
    const bank = connectTo(own.origin);
    const [payer, payee] = [await enrol(bank, 'Cleo'), await enrol(bank, 'Dan')];
    await own.run('operator', ['fund', 'Cleo', '5.00', 'EUR']);
    expect(await outcomeOf(bank, await authorize(bank, payer, payee))).toBe('accepted');
    expect((await own.run('check-ledger')).code).toBe(0);
    await database.query('UPDATE balance SET balance = balance + 1 WHERE account = $1', [
      payee.account,
    ]);
    const report = await own.run('check-ledger');
    expect(report.code).toBe(1);
    expect(report.stdout).toContain('balance_differs: a balance is not that of the newest entry');
  });
});
