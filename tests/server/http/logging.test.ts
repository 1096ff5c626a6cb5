import { afterAll, beforeAll, expect, test } from 'vitest';
import { toBase64url } from '#protocol/bytes.ts';
import { ROUTES } from '#protocol/routes.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import { authorize, enrol, post, settle } from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

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

const requestsIn = (log: readonly string[]) =>
  log.map((line) => JSON.parse(line)).filter((line) => line.reqId !== undefined);

test('every request is one JSON line with its id, route, status and time', async () => {
  const response = await server.app.inject({ url: '/api/payees/nobody?secret=1' });
  const id = response.json().instance.replace('urn:uuid:', '');
  expect(response.headers['x-request-id']).toBe(id);
  const lines = server.log.map((line) => JSON.parse(line)).filter((line) => line.reqId === id);
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      pid: process.pid,
      reqId: id,
      method: 'GET',
      route: '/api/payees/:id',
      status: 422,
      code: 'payee_unknown',
      ms: expect.any(Number),
      msg: 'request',
    },
  ]);
});

test('the line of an upload says how many payments came and what became of them', async () => {
  const [ada, ben] = [await enrol(server, 'Ada'), await enrol(server, 'Ben')];
  const item = await authorize(server, ada, ben);
  const forged = await authorize(server, ada, ben, {}, { origin: 'https://elsewhere.example' });
  await settle(server, [item]);
  const fresh = await authorize(server, ada, ben);
  await settle(server, [item, forged, fresh]);
  const line = JSON.parse(server.log.findLast((text) => text.includes('/api/payments')) ?? '{}');
  expect(line).toMatchObject({ payments: 3, settled: 1, known: 1, refused: 1, status: 200 });
});

test('a trusted proxy’s name for a request goes through answer, problem and log', async () => {
  const proxied = await startRunningServer(cluster, { env: { TRUST_PROXY: 'loopback' } });
  const id = '5f0c7a5294f54d3f8b442f0d3f3f0a11';
  const headers = { 'x-request-id': id };
  const response = await proxied.app.inject({ url: '/api/payees/nobody', headers });
  expect(response.headers['x-request-id']).toBe(id);
  expect(response.json().instance).toBe('urn:uuid:5f0c7a52-94f5-4d3f-8b44-2f0d3f3f0a11');
  expect(requestsIn(proxied.log).map((line) => line.reqId)).toEqual([id]);
  const direct = await server.app.inject({ url: '/api/payees/nobody', headers });
  expect(direct.headers['x-request-id']).not.toBe(id);
  await proxied.stop();
});

test('where only warnings are read a request leaves no line', async () => {
  const quiet = await startRunningServer(cluster, { env: { LOG_LEVEL: 'warn' } });
  const response = await quiet.app.inject({ url: '/api/payees/nobody' });
  expect(response.headers['x-request-id']).toBeTruthy();
  expect(requestsIn(quiet.log)).toEqual([]);
  await quiet.stop();
});

test('health checks leave no line', async () => {
  const before = server.log.length;
  await server.app.inject({ url: ROUTES.healthz.path });
  await server.app.inject({ url: ROUTES.readyz.path });
  expect(server.log.length).toBe(before);
});

test('no cookie, no name, no key, no signature and no scanned text is ever logged', async () => {
  const traced = await startRunningServer(cluster, { env: { LOG_LEVEL: 'trace' } });
  const ada = await enrol(traced, 'Ada Whose-Name');
  const ben = await enrol(traced, 'Ben');
  const item = await authorize(traced, ada, ben, { note: 'for the medicine' });
  await settle(traced, [item]);
  await traced.app.inject({ url: '/pay?r=000201010212', headers: { cookie: ada.cookie } });
  await traced.app.inject({ url: ROUTES.account.path, headers: { cookie: ada.cookie } });
  await post(traced, ROUTES.enrolment.path, { credential: 'bad', name: 'bad-body-value' });
  await post(traced, ROUTES.signOut.path, {}, ada.cookie);
  const said = traced.log.join('');
  const { rows } = await traced.database.query<{ private_jwk: { d: string } }>(
    'SELECT private_jwk FROM server_key',
  );
  const secrets = [
    ada.cookie.split('=')[1],
    'Whose-Name',
    'for the medicine',
    'bad-body-value',
    '000201010212',
    ada.enrolment.credentialId,
    toBase64url(item).slice(0, 40),
    Buffer.from(item).toString('hex').slice(0, 40),
    rows[0]?.private_jwk.d,
  ];
  for (const secret of secrets) {
    expect(secret).toBeTruthy();
    expect(said).not.toContain(secret);
  }
  expect(said.length).toBeGreaterThan(500);
  await traced.stop();
});

test('a fault is logged once, with its place, and told without its words', async () => {
  const broken = await startRunningServer(cluster);
  await broken.database.query('ALTER TABLE profile RENAME TO profile_hidden');
  const response = await broken.app.inject({ url: `/api/payees/${'0'.repeat(26)}` });
  expect(response.statusCode).toBe(500);
  expect(response.json()).toMatchObject({ code: 'internal', status: 500 });
  expect(response.body).not.toContain('profile');
  const errors = broken.log
    .map((line) => JSON.parse(line))
    .filter((line) => line.level === 'error');
  expect(errors).toHaveLength(1);
  expect(errors[0].err).toMatchObject({
    code: '42P01',
    message: expect.stringContaining('profile'),
  });
  expect(errors[0].reqId).toBe(response.json().instance.replace('urn:uuid:', ''));
  await broken.stop();
});
