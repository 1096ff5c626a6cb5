import net from 'node:net';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concatBytes } from '#protocol/bytes.ts';
import { REFUSAL_TITLES } from '#protocol/refusal-titles.ts';
import { isRefusalCode, type RefusalCode, statusOf } from '#protocol/refusals.ts';
import { ROUTES } from '#protocol/routes.ts';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import { authorize, enrol, post, type ServerWallet, upload } from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let server: RunningServer;
let ada: ServerWallet;

beforeAll(async () => {
  cluster = await startTestCluster();
  server = await startRunningServer(cluster);
  ada = await enrol(server, 'Ada');
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

type Response = Awaited<ReturnType<typeof post>>;

function expectProblem(response: Response, code: string): void {
  expect(response.headers['content-type']).toBe('application/problem+json');
  const problem = response.json();
  expect(problem.code).toBe(code);
  if (!isRefusalCode(problem.code)) throw new Error(`${problem.code} is not in the table`);
  const status = statusOf(problem.code);
  const title = REFUSAL_TITLES[problem.code as RefusalCode];
  expect(response.statusCode).toBe(status);
  expect(problem).toMatchObject({
    type: `urn:counterfoil:refusal:${code}`,
    title,
    status,
    instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
  });
}

const send = (
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  type: string,
  payload: string | Buffer,
) =>
  server.app.inject({
    method,
    url,
    payload,
    headers: { 'content-type': type, cookie: ada.cookie },
  });

const CBOR = 'application/cbor';
const SEQUENCE = 'application/cbor-seq';

describe('a problem says what is wrong', () => {
  test.each<[string, () => Promise<Response>, string]>([
    ['no route', () => server.app.inject({ url: '/api/nothing' }), 'not_found'],
    ['another method', () => server.app.inject({ url: '/api/payments' }), 'method_not_allowed'],
    [
      'a method that nobody offers',
      () => server.app.inject({ method: 'DELETE', url: '/api/account' }),
      'method_not_allowed',
    ],
    ['an empty upload', () => send('POST', '/api/payments', SEQUENCE, ''), 'bytes_malformed'],
    [
      'two items where one is announced',
      () => send('POST', '/api/payments', CBOR, Buffer.of(1, 2)),
      'bytes_malformed',
    ],
    [
      'more items than may come at once',
      () => send('POST', '/api/payments', SEQUENCE, Buffer.alloc(201, 1)),
      'batch_too_large',
    ],
    [
      'more bytes than may come at once',
      () => send('POST', '/api/payments', SEQUENCE, Buffer.alloc(131_073, 1)),
      'body_too_large',
    ],
    [
      'JSON for payments',
      () => send('POST', '/api/payments', 'application/json', '[]'),
      'media_type',
    ],
    ['text for payments', () => send('POST', '/api/payments', 'text/plain', 'hello'), 'media_type'],
    [
      'a sequence where an array is wanted',
      () => send('POST', '/api/receipts', SEQUENCE, Buffer.of(0x80)),
      'media_type',
    ],
    [
      'ids that are none',
      () => send('POST', '/api/receipts', CBOR, Buffer.of(0x81, 0x41, 0x00)),
      'bytes_malformed',
    ],
    [
      'CBOR for JSON',
      () => send('POST', '/api/sign-in/options', CBOR, Buffer.of(0xa0)),
      'media_type',
    ],
    [
      'JSON that is none',
      () => send('POST', '/api/enrolment/options', 'application/json', '{"name":'),
      'input_invalid',
    ],
    [
      'a prototype in JSON',
      () =>
        send('POST', '/api/enrolment/options', 'application/json', '{"__proto__":{"name":"x"}}'),
      'input_invalid',
    ],
    [
      'JSON of another shape',
      () => send('POST', '/api/enrolment/options', 'application/json', '{"name":7}'),
      'input_invalid',
    ],
    [
      'more than was asked for',
      () =>
        send('POST', '/api/enrolment/options', 'application/json', '{"name":"Ada","admin":true}'),
      'input_invalid',
    ],
    [
      'a body larger than any passkey',
      () =>
        send('POST', '/api/sign-in', 'application/json', JSON.stringify({ x: 'x'.repeat(70_000) })),
      'body_too_large',
    ],
    [
      'a cursor that is no number',
      () => server.app.inject({ url: '/api/statement?after=x', headers: { cookie: ada.cookie } }),
      'input_invalid',
    ],
    [
      'a page that is too long',
      () => server.app.inject({ url: '/api/statement?limit=201', headers: { cookie: ada.cookie } }),
      'input_invalid',
    ],
    [
      'an unknown payee',
      () => server.app.inject({ url: `/api/payees/${'0'.repeat(26)}` }),
      'payee_unknown',
    ],
    ['a payee that is no id', () => server.app.inject({ url: '/api/payees/x' }), 'payee_unknown'],
    [
      'a payee id without end',
      () => server.app.inject({ url: `/api/payees/${'0'.repeat(5000)}` }),
      'input_invalid',
    ],
    [
      'an address that is none',
      () => server.app.inject({ url: '/api/payees/%zz' }),
      'input_invalid',
    ],
    [
      'another site’s page',
      () =>
        server.app.inject({
          method: 'PUT',
          url: ROUTES.profile.path,
          payload: {},
          headers: { cookie: ada.cookie, origin: 'https://evil.example' },
        }),
      'forbidden',
    ],
  ])('%s', async (_, request, code) => {
    expectProblem(await request(), code);
  });

  test('and which methods are offered', async () => {
    const response = await server.app.inject({ method: 'PUT', url: '/api/receipts' });
    expect(response.headers.allow).toBe('POST');
  });

  test('in words about the place, never with the value', async () => {
    const secret = 'a-value-that-nobody-else-should-see';
    const body = JSON.stringify({ name: { secret } });
    const response = await send('POST', '/api/enrolment/options', 'application/json', body);
    expect(response.json().detail).toContain('body.name');
    expect(response.body).not.toContain(secret);
  });

  test('also to what is hardly HTTP', async () => {
    const { hostname, port } = new URL(await server.listen());
    const answers = ['NONSENSE\r\n\r\n', `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`].map(
      (text) =>
        new Promise<string>((resolve, reject) => {
          const socket = net.connect(Number(port), hostname.replace(/[[\]]/g, ''));
          let said = '';
          socket.on('data', (data) => {
            said += data;
          });
          socket.on('close', () => resolve(said));
          socket.on('error', reject);
          socket.write(text);
        }),
    );
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('application/problem+json');
      expect(answer).toContain('"code":"input_invalid"');
    }
  });
});

describe('load is shed', () => {
  test('by address, before an enrolment costs anything, with a time to come back', async () => {
    const tight = await startRunningServer(cluster, { env: { CEREMONIES_PER_MINUTE: '3' } });
    const codes: number[] = [];
    for (let i = 0; i < 4; i++) {
      codes.push((await post(tight, ROUTES.enrolmentOptions.path, { name: 'Ada' })).statusCode);
    }
    expect(codes).toEqual([200, 200, 200, 429]);
    const refused = await post(tight, ROUTES.signInOptions.path, {});
    expectProblem(refused, 'too_many_requests');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    tight.advance(20_001);
    expect((await post(tight, ROUTES.signInOptions.path, {})).statusCode).toBe(200);
    await tight.stop();
  });

  test.each([
    ['', [200, 429]],
    ['true', [200, 200]],
  ])('by the address that a proxy names, if proxies are trusted (%j)', async (trust, statuses) => {
    const env = { CEREMONIES_PER_MINUTE: '1', TRUST_PROXY: trust };
    const behind = await startRunningServer(cluster, { env });
    const answers: number[] = [];
    for (const address of ['192.0.2.1', '192.0.2.2']) {
      const response = await behind.app.inject({
        method: 'POST',
        url: ROUTES.signInOptions.path,
        payload: {},
        headers: { 'x-forwarded-for': address },
      });
      answers.push(response.statusCode);
    }
    expect(answers).toEqual(statuses);
    await behind.stop();
  });

  test('before any signature is looked at, when too much waits', async () => {
    const tight = await startRunningServer(cluster, {
      env: { PAYMENTS_WAITING_MAX: '1', BATCH_ITEMS_MAX: '1' },
    });
    const [payer, payee] = [await enrol(tight, 'Ada'), await enrol(tight, 'Ben')];
    const items = await Promise.all([1, 2, 3].map(() => authorize(tight, payer, payee)));
    const answers = await Promise.all(items.map((item) => upload(tight, [item])));
    const statuses = answers.map((answer) => answer.statusCode).sort();
    expect(statuses).toEqual([200, 503, 503]);
    const shed = answers.find((answer) => answer.statusCode === 503);
    if (shed) expectProblem(shed, 'overloaded');
    expect(Number(shed?.headers['retry-after'])).toBeGreaterThan(0);
    await tight.stop();
  });
});

describe('when the database is away', () => {
  test('nothing is refused: the answer is to come back', async () => {
    const lost = await startRunningServer(cluster);
    const [payer, payee] = [await enrol(lost, 'Ada'), await enrol(lost, 'Ben')];
    const item = await authorize(lost, payer, payee);
    await lost.database.close();
    for (const response of [
      await upload(lost, [item]),
      await lost.app.inject({ url: ROUTES.readyz.path }),
      await lost.app.inject({ url: ROUTES.account.path, headers: { cookie: payer.cookie } }),
    ]) {
      expectProblem(response, 'unavailable');
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await lost.app.inject({ url: ROUTES.healthz.path })).statusCode).toBe(200);
    await lost.stop();
  });

  test('or became a replica, the answer is the same, until it takes writes again', async () => {
    const demoted = await startRunningServer(cluster);
    const [payer, payee] = [await enrol(demoted, 'Ada'), await enrol(demoted, 'Ben')];
    const item = await authorize(demoted, payer, payee);
    const admin = new pg.Client({ ...demoted.connection, database: 'postgres' });
    await admin.connect();
    const makeReadOnly = async (readOnly: 'on' | 'off') => {
      const name = demoted.connection.database;
      await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${readOnly}`);
    };
    await makeReadOnly('on');
    // As a failover does: who is connected has to come again, and finds a replica.
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      demoted.connection.database,
    ]);
    const ready = () => demoted.app.inject({ url: ROUTES.readyz.path });
    expectProblem(await ready(), 'unavailable');
    expectProblem(await upload(demoted, [item]), 'unavailable');
    await makeReadOnly('off');
    // Connections to the replica are not kept: each attempt that one of them failed has ended it.
    await expect.poll(async () => (await ready()).statusCode).toBe(200);
    await expect.poll(async () => (await upload(demoted, [item])).statusCode).toBe(200);
    await admin.end();
    await demoted.stop();
  });
});

describe('any bytes at any endpoint', () => {
  const routes = Object.values(ROUTES).filter((route) => route.path !== ROUTES.events.path);

  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
    fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
    fc.constantFrom(
      Buffer.from('{"name":"\\ud800"}'),
      Buffer.from('{"credential":{"response":{"clientDataJSON":""}}}'),
      Buffer.of(0x9f, 0xff),
      Buffer.of(0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0),
    ),
  );
  const types = fc.constantFrom(
    'application/json',
    CBOR,
    SEQUENCE,
    'application/json; charset=utf-16',
    'text/plain',
    'multipart/form-data',
    ';;;',
    '',
  );

  test('get an answer that is ours, and never a fault', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes),
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH') as fc.Arbitrary<'GET'>,
        bodies,
        types,
        fc.webQueryParameters({ size: 'small' }),
        fc.boolean(),
        async (route, method, payload, type, query, signedIn) => {
          const response = await server.app.inject({
            method: route.method === 'GET' ? method : (route.method as 'GET'),
            url: `${route.path.replace(':id', encodeURIComponent(query) || 'x')}?${query}`,
            headers: {
              ...(type && { 'content-type': type }),
              ...(signedIn && { cookie: ada.cookie }),
            },
            ...(method !== 'GET' || route.method !== 'GET' ? { payload } : {}),
          });
          expect(response.statusCode).toBeLessThan(500);
          if (response.statusCode >= 400) {
            expectProblem(response, response.json().code);
          }
        },
      ),
      { numRuns: 800 },
    );
    expect(server.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  test('a real authorization with any byte changed is refused or is the same payment', async () => {
    const ben = await enrol(server, 'Ben');
    const item = await authorize(server, ada, ben);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(item.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const bent = item.slice();
          bent[at]! ^= change;
          const response = await upload(server, [concatBytes(bent)]);
          expect([200, 400]).toContain(response.statusCode);
          // Nothing bent may be settled: an answer with a receipt would be a group or a member.
          if (response.statusCode === 200) expect(response.rawPayload[1]).toBe(0x80);
        },
      ),
      { numRuns: 300 },
    );
    const { rows } = await server.database.query('SELECT count(*)::int AS n FROM payment');
    expect(rows).toEqual([{ n: 0 }]);
  });
});
