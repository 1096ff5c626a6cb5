import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommitUnknown, type Database } from '#ledger/database.ts';
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
