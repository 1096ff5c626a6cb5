import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ROUTES } from '#protocol/routes.ts';
import { type EventReader, readEvents } from '../../support/event-reader.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import { enrol, type ServerWallet } from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let server: RunningServer;
let base: string;
let people: ServerWallet[];

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(() => server.stop());
afterAll(() => cluster.stop());

async function start(env: Record<string, string>): Promise<void> {
  server = await startRunningServer(cluster, { env: { ...env, TRUST_PROXY: 'true' } });
  base = await server.listen();
  people = await Promise.all(['Ada', 'Ben', 'Cy', 'Di'].map((name) => enrol(server, name)));
}

function listen(who: number, address: string): Promise<EventReader> {
  const cookie = people[who]?.cookie ?? '';
  return readEvents(base + ROUTES.events.path, { cookie, 'x-forwarded-for': address });
}

test('one address has only so many streams, and may open another when one has closed', async () => {
  await start({ STREAMS_PER_ADDRESS_MAX: '2' });
  const [first] = [await listen(0, '192.0.2.1'), await listen(1, '192.0.2.1')];
  const refused = await listen(2, '192.0.2.1');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await listen(2, '192.0.2.2')).status).toBe(200);
  first.close();
  await expect.poll(async () => (await listen(3, '192.0.2.1')).status).toBe(200);
});

test('all together have only so many streams', async () => {
  await start({ STREAMS_MAX: '2' });
  const [first] = [await listen(0, '192.0.2.1'), await listen(1, '192.0.2.2')];
  const refused = await listen(2, '192.0.2.3');
  expect(refused.status).toBe(503);
  expect(refused.raw()).toContain('"overloaded"');
  first.close();
  await expect.poll(async () => (await listen(3, '192.0.2.3')).status).toBe(200);
});

test('a page that comes back gets its stream, for its oldest is closed, and is not counted twice', async () => {
  await start({ STREAMS_PER_ADDRESS_MAX: '3', STREAMS_PER_ACCOUNT_MAX: '1' });
  for (let i = 0; i < 6; i++) {
    await expect.poll(async () => (await listen(0, '192.0.2.1')).status).toBe(200);
  }
});
