// Whoever leaves, at whatever moment and however many requests deep, takes nothing along that others need.
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { PAYMENTS_MEDIA_TYPE } from '#protocol/payments-answer.ts';
import { ROUTES } from '#protocol/routes.ts';
import { connectRaw } from '../../support/raw-connection.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import { enrol, random, upload } from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let server: RunningServer;
let base: string;
let cookie: string;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(() => server.stop());
afterAll(() => cluster.stop());

async function start(env: Record<string, string>): Promise<void> {
  server = await startRunningServer(cluster, { env });
  base = await server.listen();
  ({ cookie } = await enrol(server, 'Ada'));
}

const listening = (after = 0) =>
  `GET ${ROUTES.events.path}?after=${after} HTTP/1.1\r\nhost: x\r\ncookie: ${cookie}\r\n\r\n`;

const announcing = (bytes: number) =>
  `POST ${ROUTES.payments.path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${PAYMENTS_MEDIA_TYPE}\r\ncontent-length: ${bytes}\r\n\r\n`;

async function statusOf(after = 0): Promise<number> {
  const abort = new AbortController();
  const { signal } = abort;
  const answer = await fetch(`${base}${ROUTES.events.path}?after=${after}`, {
    headers: { cookie },
    signal,
  });
  abort.abort();
  return answer.status;
}

const connections = () =>
  new Promise<number>((tell) => server.app.server.getConnections((_, count) => tell(count)));
const gone = () => expect.poll(connections).toBe(0);

test('a reader who leaves while the cursor is looked up leaves no stream behind', async () => {
  await start({ STREAMS_PER_ADDRESS_MAX: '2' });
  const locker = new pg.Client(server.connection);
  await locker.connect();
  onTestFinished(() => locker.end());
  await locker.query('BEGIN; LOCK TABLE balance IN ACCESS EXCLUSIVE MODE');
  const waiting = async () => {
    const { rows } = await locker.query('SELECT 1 FROM pg_locks WHERE NOT granted');
    return rows.length;
  };
  for (const count of [1, 2]) {
    const reader = await connectRaw(base);
    reader.send(listening(1));
    await expect.poll(waiting).toBe(count);
    reader.close();
  }
  await gone();
  await locker.query('ROLLBACK');
  await expect.poll(waiting).toBe(0);
  expect(await statusOf()).toBe(200);
  await expect.poll(() => server.services.watch.state().streams).toBe(0);
});

test('a database that fails while the cursor is looked up costs no stream', async () => {
  await start({ STREAMS_PER_ADDRESS_MAX: '2' });
  await server.database.query('ALTER TABLE balance RENAME TO balance_hidden');
  expect([await statusOf(1), await statusOf(1)]).toEqual([500, 500]);
  await server.database.query('ALTER TABLE balance_hidden RENAME TO balance');
  expect(await statusOf()).toBe(200);
});

test('streams that were asked for behind another end with their connection', async () => {
  await start({ STREAMS_PER_ADDRESS_MAX: '8' });
  const reader = await connectRaw(base);
  reader.send(listening().repeat(8));
  await expect.poll(() => server.services.watch.state().streams).toBe(8);
  reader.close();
  await expect.poll(() => server.services.watch.state().streams).toBe(0);
});

test('an upload that was announced behind a stream gives its place back with its connection', async () => {
  await start({ UPLOAD_BYTES_WAITING_MAX: '131072' });
  const small = async () => (await upload(server, [random(10)])).statusCode;
  const reader = await connectRaw(base);
  reader.send(listening() + announcing(131_072));
  await expect.poll(small).toBe(503);
  reader.close();
  await expect.poll(small).toBe(200);
});
