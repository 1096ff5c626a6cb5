// What is covered by an allowance, and how it fares on a server that was restored from a backup.
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bytes } from '#protocol/bytes.ts';
import { endClean, restoredServer } from '../../support/restored-server.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import {
  authorizeCovered,
  enrol,
  grantAllowance,
  outcomeOf,
  releaseAllowance,
  type ServerWallet,
  type WalletAllowance,
} from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

/** So that no promise of these is left to the operator. */
const env = { ALLOWANCE_TOTAL_MAX: '1000', ALLOWANCE_CAP: '1000', GUARANTEE_MAX: '1' };

let cluster: TestCluster;
let ada: ServerWallet;
let ben: ServerWallet;
let backup: pg.PoolConfig;
/** Made before the restore, brought after it. */
let promise: Bytes;
/** What took the place of the one that the promise draws on. */
let successor: WalletAllowance;
/** Granted after the backup. */
let forgotten: WalletAllowance;

beforeAll(async () => {
  cluster = await startTestCluster();
  const server = await startRunningServer(cluster, { env });
  [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
  const kept = await grantAllowance(server, ada, { amountMinor: 80_000n });
  // Its answer is lost, so the phone goes on with what it has.
  successor = await grantAllowance(server, ada, { amountMinor: 80_000n });
  promise = await authorizeCovered(server, ada, ben, kept, { amountMinor: 60_000n });
  const copy = await cluster.copy(server.connection);
  await copy.database.close();
  backup = copy.connection;
  forgotten = await grantAllowance(server, ada, { amountMinor: 80_000n });
  await server.stop();
});
afterAll(() => cluster.stop());

const restore = () => restoredServer(cluster, backup, env);

async function accusationsOf(server: RunningServer): Promise<string[]> {
  const { rows } = await server.database.query<{ kind: string }>('SELECT kind FROM double_promise');
  return rows.map(({ kind }) => kind);
}

test('what the allowance that took its place holds pays a promise, as ever, and accuses nobody', async () => {
  const server = await restore();
  expect(await outcomeOf(server, promise)).toBe('accepted');
  expect(await accusationsOf(server)).toEqual([]);
  await endClean(server);
});

test('a promise that has to wait accuses nobody, and what is set aside stays so', async () => {
  const server = await restore();
  const draw = { amountMinor: 60_000n, spentBeforeMinor: 0n };
  const [first, second] = [
    await authorizeCovered(server, ada, ben, successor, draw),
    await authorizeCovered(server, ada, ben, successor, draw),
  ];
  expect(await outcomeOf(server, first)).toBe('accepted');
  expect(await outcomeOf(server, second)).toBe('unsigned restored_lately');
  expect(await accusationsOf(server)).toEqual([]);
  const { rows } = await server.database.query(
    `SELECT id FROM allowance WHERE state = 'open' AND total - spent = 20000`,
  );
  expect(rows).toHaveLength(1);
  await endClean(server);
});

test('what draws on an allowance that is lost is not refused, until there is money for it', async () => {
  const server = await restore();
  server.advance(60 * 60_000);
  const late = await authorizeCovered(server, ada, ben, forgotten, { amountMinor: 40_000n });
  expect(await outcomeOf(server, late)).toBe('unsigned restored_lately');
  expect((await releaseAllowance(server, ada)).statusCode).toBe(204);
  expect(await outcomeOf(server, late)).toBe('accepted');
  expect(await accusationsOf(server)).toEqual([]);
  await endClean(server);
});

test('what draws on an allowance of this epoch was never forgotten, whatever date it bears', async () => {
  const server = await restore();
  server.advance(10 * 60_000);
  const fresh = await grantAllowance(server, ada, { amountMinor: 90_000n });
  const authorizedAtS = Math.floor(Date.now() / 1000) - 3600;
  const draw = { amountMinor: 90_000n, authorizedAtS, spentBeforeMinor: 0n };
  expect(await outcomeOf(server, await authorizeCovered(server, ada, ben, fresh, draw))).toBe(
    'accepted',
  );
  const again = await authorizeCovered(server, ada, ben, fresh, draw);
  expect(await outcomeOf(server, again)).toBe('refused allowance_overspent');
  expect(await accusationsOf(server)).toContain('over-total');
  await endClean(server);
});
