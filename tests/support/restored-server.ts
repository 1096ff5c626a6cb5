// A server that goes on from a copy of a backup, in the next epoch, and its end with books that are clean.
import type pg from 'pg';
import { expect } from 'vitest';
import { checkLedger } from '#ledger/check-ledger.ts';
import { readParties } from '#server/passkeys/relying-parties.ts';
import { createLedgerVerifiers } from '#server/payments/ledger-verifiers.ts';
import { beginEpoch } from '#server/payments/server-keys.ts';
import { type RunningServer, startRunningServer } from './running-server.ts';
import type { TestCluster } from './test-database.ts';

export async function restoredServer(
  cluster: TestCluster,
  backup: pg.PoolConfig,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const copy = await cluster.copy(backup);
  await beginEpoch(copy.database, Date.now());
  return startRunningServer(cluster, { env, on: copy });
}

export async function endClean(server: RunningServer): Promise<void> {
  const { keys } = await server.services.keys.current();
  const verifiers = createLedgerVerifiers(await readParties(server.database), keys);
  expect((await checkLedger(server.database, verifiers)).findings).toEqual([]);
  expect(server.faults).toEqual([]);
  await server.stop();
  await server.database.close();
}
