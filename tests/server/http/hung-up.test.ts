// Who hangs up is answered by nobody, but what was done is logged and counted all the same.
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { PAYMENTS_MEDIA_TYPE } from '#protocol/payments-answer.ts';
import { ROUTES } from '#protocol/routes.ts';
import { type App, createApp } from '#server/app.ts';
import { METRICS } from '#server/metrics/metric-names.ts';
import { createRegistry, type Registry } from '#server/metrics/registry.ts';
import { connectRaw } from '../../support/raw-connection.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import { authorize, enrol } from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let server: RunningServer;
let registry: Registry;
let app: App;
let base: string;
let lines: Record<string, unknown>[];

beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  server = await startRunningServer(cluster);
  registry = createRegistry();
  lines = [];
  const logTo = { write: (line: string) => void lines.push(JSON.parse(line)) };
  app = await createApp({ ...server.services, publicDir: '/nowhere', logTo, registry });
  base = await app.listen({ port: 0, host: 'localhost' });
});
afterEach(async () => {
  await app.close();
  await server.stop();
});
afterAll(() => cluster.stop());

const headOf = (bytes: number, more = '') =>
  `POST ${ROUTES.payments.path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${PAYMENTS_MEDIA_TYPE}\r\n${more}content-length: ${bytes}\r\n\r\n`;

const samplesOf = ({ name }: { name: string }) =>
  registry.collect().find((family) => family.name === name)?.samples ?? [];
const inFlight = () => samplesOf(METRICS.uploadsInFlight)[0]?.value;
const ofUploads = () => lines.filter(({ route }) => route === ROUTES.payments.path);

test('an upload that is settled after its sender has gone has its line, and is counted once', async () => {
  const [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
  const item = await authorize(server, ada, ben);
  const locker = new pg.Client(server.connection);
  await locker.connect();
  onTestFinished(() => locker.end());
  await locker.query('BEGIN; LOCK TABLE payment IN ACCESS EXCLUSIVE MODE');
  const sender = await connectRaw(base);
  sender.send(Buffer.concat([Buffer.from(headOf(item.length)), item]));
  await expect
    .poll(async () => (await locker.query('SELECT 1 FROM pg_locks WHERE NOT granted')).rowCount)
    .toBe(1);
  expect(inFlight()).toBe(1);
  sender.close();
  await expect.poll(inFlight).toBe(0);
  expect(ofUploads()).toEqual([]);
  await locker.query('ROLLBACK');
  await expect.poll(() => ofUploads().length).toBe(1);
  expect(ofUploads()[0]).toMatchObject({ payments: 1, settled: 1, status: 200, hungUp: true });
  expect(samplesOf(METRICS.requests)).toMatchObject([{ value: 1 }]);
});

test('uploads in flight are none again after those that hung up, or were refused by their headers', async () => {
  const sender = await connectRaw(base);
  sender.send(headOf(1000));
  await expect.poll(inFlight).toBe(1);
  sender.close();
  await expect.poll(inFlight).toBe(0);
  const refused = await connectRaw(base);
  refused.send(headOf(10, 'content-encoding: gzip\r\n'));
  await refused.until(/415/);
  refused.close();
  await expect.poll(() => ofUploads().length).toBe(2);
  expect(inFlight()).toBe(0);
  // Nothing of it is a fault of ours.
  expect(ofUploads().filter(({ code }) => code === 'internal')).toEqual([]);
});
