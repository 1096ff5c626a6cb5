import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTES } from '#protocol/routes.ts';
import { startRunningServer } from '../../support/running-server.ts';
import { enrol } from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

test('a stream asked for while the server stops is refused, and does not hold it up', async () => {
  const server = await startRunningServer(cluster);
  const base = await server.listen();
  const { cookie } = await enrol(server, 'Ada');
  const { sessions } = server.services;
  const look = sessions.of.bind(sessions);
  let goOn = () => {};
  const gate = new Promise<void>((open) => {
    goOn = open;
  });
  const looking = new Promise<void>((reached) => {
    Object.assign(sessions, {
      of: async (request: Parameters<typeof look>[0]) => {
        reached();
        await gate;
        return look(request);
      },
    });
  });
  const answer = fetch(base + ROUTES.events.path, { headers: { cookie } });
  await looking;
  const stopped = server.app.close();
  goOn();
  expect((await answer).status).toBe(503);
  await stopped;
  await server.services.stop();
});
