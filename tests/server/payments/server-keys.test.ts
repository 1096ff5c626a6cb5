import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '#ledger/database.ts';
import { migrate } from '#ledger/migrate.ts';
import { decodeAllowance } from '#protocol/allowance.ts';
import { beginEpoch, createIdentityOnce, rotateKey } from '#server/payments/server-keys.ts';
import { systemRandom } from '#server/ports.ts';
import { startRunningServer } from '../../support/running-server.ts';
import {
  authorize,
  enrol,
  grantAllowance,
  readIdentity,
  settle,
  trustReceipt,
} from '../../support/server-wallet.ts';
import { SILENT_LOG, startTestCluster, type TestCluster } from '../../support/test-database.ts';

const HOUR_MS = 3_600_000;

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

test('of many processes that start on a new database, one gives it its id and its key', async () => {
  const database = openDatabase(await cluster.empty(), { log: SILENT_LOG });
  await migrate(database);
  await Promise.all(Array.from({ length: 8 }, () => createIdentityOnce(database, systemRandom)));
  const { rows } = await database.query('SELECT 1 FROM server_key CROSS JOIN server_state');
  expect(rows).toHaveLength(1);
  await database.close();
});

test('a new epoch stands in the receipts of a server that is running', async () => {
  const server = await startRunningServer(cluster);
  const [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
  const epochOf = async () => {
    const [answer] = await settle(server, [await authorize(server, ada, ben)]);
    if (answer?.kind !== 'receipt') throw new Error('no receipt');
    return trustReceipt(await readIdentity(server), answer.receipt).epoch;
  };
  expect(await epochOf()).toBe(1);
  const epoch = await beginEpoch(server.database, server.nowMs());
  expect(epoch).toBeGreaterThan(1);
  server.advance(5000);
  expect(await epochOf()).toBe(epoch);
  await server.stop();
});

test('an epoch is called after its minute, so that restores of one backup begin different ones', async () => {
  const { database } = await cluster.fresh();
  await createIdentityOnce(database, systemRandom);
  const minute = Math.floor(Date.now() / 60_000);
  expect(await beginEpoch(database, Date.now())).toBeGreaterThanOrEqual(minute);
});

test('an epoch is greater than the one before, whatever the clock says', async () => {
  const { database } = await cluster.fresh();
  await createIdentityOnce(database, systemRandom);
  await database.query('UPDATE server_state SET epoch = 2000000000');
  expect(await beginEpoch(database, Date.now())).toBe(2_000_000_001);
});

test('after a rotation receipts have the new key, and what phones check offline has it a day later', async () => {
  const server = await startRunningServer(cluster);
  const [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
  const activeKey = async () => {
    const { keys } = await readIdentity(server);
    return keys.find(({ active }) => active)?.keyId;
  };
  const keyOfAllowance = async () => {
    const signed = decodeAllowance((await grantAllowance(server, ada)).bytes);
    if (!signed.ok) throw new Error(signed.refusal.code);
    return signed.value.keyId;
  };
  const before = await activeKey();
  await rotateKey(server.database);
  server.advance(5000);
  const after = await activeKey();
  expect(after).not.toEqual(before);
  const [answer] = await settle(server, [await authorize(server, ada, ben)]);
  if (answer?.kind !== 'receipt') throw new Error('no receipt');
  expect(trustReceipt(await readIdentity(server), answer.receipt).keyId).toEqual(after);
  expect(await keyOfAllowance()).toEqual(before);
  server.advance(23 * HOUR_MS);
  expect(await keyOfAllowance()).toEqual(before);
  server.advance(HOUR_MS);
  expect(await keyOfAllowance()).toEqual(after);
  await server.stop();
});
