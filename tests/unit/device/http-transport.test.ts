// The way to the server, against real sockets that misbehave as networks do (F37, F38, F39).
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createAccountApi } from '#device/account-api.ts';
import { createHttpTransport } from '#device/http-transport.ts';
import { toBase32 } from '#protocol/base32.ts';
import { concatBytes, toBase64url } from '#protocol/bytes.ts';
import type { HttpAnswer, Silence } from '#wallet/ports.ts';
import { createFakeWorld } from '../wallet/fake-world.ts';
import type { createPaperServer } from '../wallet/paper-server.ts';
import { IDENTITY, NOW_MS, SERVER_ID, sampleGrant, samplePayment } from '../wallet/samples.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: Uint8Array) => void;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A server on a free port that does whatever the test says. */
async function listen(handler: Handler): Promise<{ origin: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      requests.push(request);
      handler(request, response, new Uint8Array(Buffer.concat(parts)));
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, requests };
}

function post(origin: string, timeoutMs = 2_000): Promise<HttpAnswer | Silence> {
  return createHttpTransport(origin).postPayments([samplePayment(1).authorization], timeoutMs);
}

describe('an upload', () => {
  test('is a CBOR sequence of the very bytes, without cookies', async () => {
    let received: Uint8Array | undefined;
    const { origin, requests } = await listen((_request, response, body) => {
      received = body;
      response.setHeader('content-type', 'application/cbor; charset=binary');
      response.setHeader('retry-after', '7');
      response.end(Buffer.from([0x80]));
    });
    const two = [samplePayment(1).authorization, samplePayment(2).authorization];
    const answer = await createHttpTransport(origin).postPayments(two, 2_000);
    expect(answer).toEqual({
      kind: 'http',
      status: 200,
      mediaType: 'application/cbor',
      body: Uint8Array.of(0x80),
      retryAfter: '7',
    });
    expect(received).toEqual(concatBytes(...two));
    expect(requests[0]?.headers).toMatchObject({ 'content-type': 'application/cbor-seq' });
    expect(requests[0]?.headers.cookie).toBeUndefined();
    expect([requests[0]?.method, requests[0]?.url]).toEqual(['POST', '/api/payments']);
  });

  test.each([200, 400, 404, 500, 511, 599])(
    'a portal’s page with status %i is handed on as it is',
    async (status) => {
      const { origin } = await listen((_request, response) => {
        response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
        response.end('<h1>Welcome</h1>');
      });
      expect(await post(origin)).toMatchObject({ kind: 'http', status, mediaType: 'text/html' });
    },
  );

  test.each([301, 302, 303, 307, 308])('a redirect with %i is never followed', async (status) => {
    const elsewhere = await listen((_request, response) => response.end('caught'));
    const { origin } = await listen((_request, response) => {
      response.writeHead(status, { location: `${elsewhere.origin}/login` });
      response.end();
    });
    expect((await post(origin)).kind).toBe('silence');
    expect(elsewhere.requests).toHaveLength(0);
  });

  const BROKEN: [string, Handler][] = [
    ['a connection that is reset', (_request, response) => response.socket?.resetAndDestroy()],
    ['an answer that never comes', () => undefined],
    ['an answer that never ends', (_request, response) => void response.write('half')],
    [
      'an answer shorter than announced',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/cbor', 'content-length': '500' });
        response.write(Buffer.from([0x82]));
        setTimeout(() => response.socket?.destroy(), 20);
      },
    ],
    [
      'an answer that fills the memory',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/cbor' });
        response.end(Buffer.alloc(2 * 1024 * 1024));
      },
    ],
  ];
  test.each(BROKEN)('%s is silence', async (_name, handler) => {
    const { origin } = await listen(handler);
    const answer = await post(origin, 200);
    expect(answer.kind).toBe('silence');
  });

  test('nobody at home is silence', async () => {
    expect((await post('http://127.0.0.1:1')).kind).toBe('silence');
  });
});

describe('the relay on it', () => {
  /** Production relay and transport; only storage and server are of paper. */
  async function relayTo(handler: (paper: ReturnType<typeof createPaperServer>) => Handler) {
    const world = createFakeWorld();
    const { origin } = await listen(handler(world.server));
    const relay = world.another({ transport: createHttpTransport(origin) });
    await world.promise(3);
    return { world, relay };
  }

  const honest = (paper: ReturnType<typeof createPaperServer>, response: ServerResponse) => {
    const answer = paper.answer([1, 2, 3].map((seq) => samplePayment(seq).authorization));
    response.writeHead(answer.status, { 'content-type': answer.mediaType });
    response.end(answer.body);
  };

  test('settles what an honest server answers', async () => {
    const { world, relay } = await relayTo(
      (paper) => (_request, response) => honest(paper, response),
    );
    expect(await relay.drain('start')).toMatchObject({ settled: 3, waiting: 0 });
    expect([...world.server.transfers.values()]).toEqual([1, 1, 1]);
  });

  test('an answer lost after the server acted is asked for again, and nothing moves twice', async () => {
    let lost = 0;
    const { world, relay } = await relayTo((paper) => (_request, response) => {
      if (lost++ < 3) {
        paper.answer([1, 2, 3].map((seq) => samplePayment(seq).authorization));
        response.socket?.resetAndDestroy();
        return;
      }
      honest(paper, response);
    });
    for (let i = 0; i < 4; i++) await relay.drain('online');
    expect(world.disk.outbox.size).toBeLessThanOrEqual(2);
    await relay.drain('online');
    await relay.drain('online');
    expect(world.disk.outbox.size).toBe(0);
    expect([...world.server.transfers.values()]).toEqual([1, 1, 1]);
  });
});

describe('the account calls', () => {
  const api = (origin: string) => createAccountApi({ origin, timeoutMs: 300 });
  const json = (status: number, body: unknown, type = 'application/json'): Handler => {
    return (_request, response) => {
      response.writeHead(status, { 'content-type': type });
      response.end(JSON.stringify(body));
    };
  };
  const KEYS = {
    ...IDENTITY,
    server: toBase32(SERVER_ID),
    keys: IDENTITY.keys.map((key) => ({
      ...key,
      keyId: toBase64url(key.keyId),
      point: toBase64url(key.point),
    })),
  };

  test('an answer of our server becomes what it says', async () => {
    const { origin, requests } = await listen(json(200, KEYS));
    expect(await api(origin).readIdentity()).toEqual({ ok: true, value: IDENTITY });
    expect(requests[0]?.url).toBe('/api/keys');
  });

  test('a refusal of our server keeps its code', async () => {
    const problem = { type: 'about:blank', code: 'not_signed_in', detail: 'Sign in first.' };
    const { origin } = await listen(json(401, problem, 'application/problem+json'));
    expect(await api(origin).readAccount({ account: 'ANA', device: 1, seq: 0 })).toEqual({
      ok: false,
      refusal: { code: 'not_signed_in', detail: 'Sign in first.' },
    });
  });

  test.each<[string, Handler]>([
    [
      'a portal’s page',
      (_request, response) =>
        void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    ],
    ['JSON of somebody else', json(200, { hello: 'world' })],
    ['a problem of somebody else', json(500, { code: 'E_UNKNOWN' }, 'application/problem+json')],
    ['JSON with an error’s status', json(503, KEYS)],
    [
      'half of our answer',
      (_request, response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end('{"server":'),
    ],
    ['nothing', () => undefined],
  ])('%s is unavailable, whoever it was', async (_name, handler) => {
    const { origin } = await listen(handler);
    const answer = await api(origin).readIdentity();
    expect(answer.ok ? 'ok' : answer.refusal.code).toBe('unavailable');
  });

  test('what the server sets aside, its devices and its terms become what they say', async () => {
    const { bytes } = sampleGrant();
    const grant = { allowance: toBase64url(bytes), countSoft: 30 };
    const held = { id: 'oaGhoaGhoaE', currency: 978, validUntilMs: NOW_MS };
    const device = { device: 1, label: 'Phone', createdAtMs: 1, frozen: false };
    const amounts = { totalMinor: '5000', spentMinor: '1250' };
    const limits = { hours: 240, graceHours: 72, countSoft: 30, countMax: 60 };
    const most = { currency: 978, totalMaxMinor: '20000', capMinor: '5000' };
    const answers: Record<string, unknown> = {
      '/api/allowances': grant,
      '/api/devices': {
        devices: [{ ...device, allowances: [{ ...held, ...amounts }] }],
        stopped: true,
      },
      '/api/terms': { ...limits, currencies: [{ ...most, guaranteeMaxMinor: '20000' }] },
    };
    const { origin } = await listen((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answers[request.url ?? '']));
    });
    const calls = api(origin);
    const asked = { device: 1, credentialId: 'YQ', currency: 978, firstSeq: 4, amountMinor: 1n };
    expect(await calls.requestAllowance(asked)).toEqual({
      ok: true,
      value: { allowance: bytes, countSoft: 30 },
    });
    const allowance = { ...held, totalMinor: 5000n, spentMinor: 1250n };
    expect(await calls.readDevices()).toEqual({
      ok: true,
      value: { devices: [{ ...device, allowances: [allowance] }], stopped: true },
    });
    const terms = { currency: 978, totalMaxMinor: 20000n, capMinor: 5000n };
    expect(await calls.readTerms()).toEqual({
      ok: true,
      value: { ...limits, currencies: [{ ...terms, guaranteeMaxMinor: 20000n }] },
    });
  });

  test('each call goes to its route with its body', async () => {
    const seen: string[] = [];
    const { origin } = await listen((request, response, body) => {
      seen.push(`${request.method} ${request.url} ${Buffer.from(body).toString()}`);
      response.writeHead(204).end();
    });
    const calls = api(origin);
    const profile = { name: 'Ana', city: 'Lisboa', country: 'PT', category: '5499' };
    await calls.enrolmentOptions({ name: 'Ana' });
    await calls.enrol({ profile, credential: { id: 'x' } });
    await calls.signInOptions();
    await calls.signIn({ credential: { id: 'x' } });
    await calls.enrolDevice();
    await calls.readAccount({ account: 'ANA', device: 2, seq: 17 });
    await calls.writeProfile(profile);
    await calls.readStatement(7);
    await calls.readPayee('A/B');
    expect(await calls.signOut()).toEqual({ ok: true, value: undefined });
    const asked = { device: 1, credentialId: 'YQ', currency: 978, firstSeq: 4 };
    await calls.requestAllowance({ ...asked, amountMinor: 50_00n });
    const released = await calls.releaseAllowance({ device: 1, currency: 978 });
    expect(released).toEqual({ ok: true, value: undefined });
    await calls.readDevices();
    await calls.readDeviceGaps();
    expect(await calls.freezeDevice({ device: 2 })).toEqual({ ok: true, value: undefined });
    await calls.readTerms();
    expect(seen).toEqual([
      'POST /api/enrolment/options {"name":"Ana"}',
      `POST /api/enrolment ${JSON.stringify({ profile, credential: { id: 'x' } })}`,
      'POST /api/sign-in/options {}',
      'POST /api/sign-in {"credential":{"id":"x"}}',
      'POST /api/devices {}',
      'GET /api/account?account=ANA&device=2&seq=17 ',
      `PUT /api/account/profile ${JSON.stringify(profile)}`,
      'GET /api/statement?after=7 ',
      'GET /api/payees/A%2FB ',
      'POST /api/sign-out {}',
      `POST /api/allowances ${JSON.stringify({ ...asked, amountMinor: '5000' })}`,
      'POST /api/allowances/release {"device":1,"currency":978}',
      'GET /api/devices ',
      'GET /api/devices/gaps ',
      'POST /api/devices/freeze {"device":2}',
      'GET /api/terms ',
    ]);
  });
});
