import { afterAll, beforeAll, expect, test } from 'vitest';
import { ISSUER_ACCOUNT } from '#ledger/accounts.ts';
import { CommitUnknown, type Database } from '#ledger/database.ts';
import { toBase32 } from '#protocol/base32.ts';
import { COMMANDS } from '#server/operator-commands.ts';
import { type RunningServer, startRunningServer } from '../support/running-server.ts';
import { enrol } from '../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../support/test-database.ts';

let cluster: TestCluster;
let server: RunningServer;

beforeAll(async () => {
  cluster = await startTestCluster();
  server = await startRunningServer(cluster);
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

test('funding whose outcome is unknown says so, since giving it again could double it', async () => {
  const wallet = await enrol(server, 'Ada');
  const breaking: Database = {
    ...server.database,
    retry: async (attempt) => {
      await attempt();
      throw new CommitUnknown('the connection broke at COMMIT');
    },
  };
  const fund = COMMANDS.find((command) => command.name === 'fund');
  const args = [wallet.enrolment.account.profile.account, '25.00', 'EUR'];
  const given = fund?.run({ database: breaking, args, say: () => undefined });
  await expect(given).rejects.toThrow(
    /^It is not known whether .* Look with: .* account [0-9A-Z]+/,
  );
});

test('only a person’s account is frozen, and nobody is told otherwise', async () => {
  const freeze = COMMANDS.find((command) => command.name === 'freeze');
  const said: string[] = [];
  const { database } = server;
  const args = [toBase32(ISSUER_ACCOUNT)];
  const done = freeze?.run({ database, args, say: (text) => said.push(text) });
  await expect(done).rejects.toThrow(/Nothing was changed\.$/);
  expect(said).toEqual([]);
});
