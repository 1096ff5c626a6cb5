// A restored server refuses nothing that it may have accepted before, until phones had the time to say so.
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeReceipt } from '#protocol/receipt.ts';
import type { Reoffer } from '#protocol/reoffer.ts';
import { endClean, restoredServer } from '../../support/restored-server.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  authorize,
  enrol,
  outcomeOf,
  reoffer,
  type ServerWallet,
  settle,
} from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let cluster: TestCluster;
let ada: ServerWallet;
let ben: ServerWallet;
let backup: pg.PoolConfig;
/** Ada's payment of 60 000 of her 100 000 to Ben, accepted after the backup. */
let lost: Reoffer;

beforeAll(async () => {
  cluster = await startTestCluster();
  const server = await startRunningServer(cluster);
  [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
  const copy = await cluster.copy(server.connection);
  await copy.database.close();
  backup = copy.connection;
  const authorization = await authorize(server, ada, ben, { amountMinor: 60_000n });
  const [answer] = await settle(server, [authorization]);
  if (answer?.kind !== 'receipt') throw new Error(answer?.code);
  lost = { authorization, receipt: answer.receipt };
  await server.stop();
});
afterAll(() => cluster.stop());

const restore = () => restoredServer(cluster, backup);

const plainly = (server: RunningServer) => outcomeOf(server, lost.authorization);

async function brought(server: RunningServer): Promise<string> {
  const [answer] = await reoffer(server, [lost]);
  if (answer?.kind !== 'receipt') return `unsigned ${answer?.code}`;
  const receipt = decodeReceipt(answer.receipt);
  return receipt.ok ? receipt.value.verdict : receipt.refusal.code;
}

test('neither when its money is spent by now, nor when it has expired: its receipt counts, whenever it comes', async () => {
  const server = await restore();
  const spent = await authorize(server, ada, ben, { amountMinor: 50_000n });
  expect(await outcomeOf(server, spent)).toBe('accepted');
  expect(await plainly(server)).toBe('unsigned restored_lately');
  server.advance(20 * DAY_MS);
  expect(await plainly(server)).toBe('unsigned restored_lately');
  expect(await brought(server)).toBe('unsigned funds_short');
  const back = await authorize(server, ben, ada, { amountMinor: 50_000n });
  expect(await outcomeOf(server, back)).toBe('accepted');
  expect(await brought(server)).toBe('accepted');
  expect(await plainly(server)).toBe('accepted');
  await endClean(server);
});

test('but a month later it does', async () => {
  const server = await restore();
  server.advance(31 * DAY_MS);
  expect(await plainly(server)).toBe('expired payment_expired');
  await endClean(server);
});

test('what is signed after the restore is refused at once, as ever', async () => {
  const server = await restore();
  server.advance(10 * 60_000);
  const newer = await authorize(server, ada, ben, { amountMinor: 100_001n });
  expect(await outcomeOf(server, newer)).toBe('refused insufficient_funds');
  await endClean(server);
});
