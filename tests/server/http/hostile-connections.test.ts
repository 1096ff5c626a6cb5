import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpServer, type HttpServerParts } from '#server/http/http-server.ts';
import { connectRaw, type RawConnection } from '../../support/raw-connection.ts';

const DEADLINES_MS = {
  headers: 300,
  request: 600,
  check: 50,
  idle: 60_000,
  keepAlive: 60_000,
  drain: 500,
};
const CONFIG = { connectionsMax: 1000, connectionsPerAddressMax: 1000, trustProxy: false };
const DRIP_MS = 20;
/** The machine may be busy with other tests. */
const PATIENT = { timeout: 20_000 };

let server: Server | undefined;
let dripping: NodeJS.Timeout | undefined;

afterEach(() => {
  clearInterval(dripping);
  server?.closeAllConnections();
  server?.close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const answerOk: Answer = (_request, response) => void response.end('ok');
/** As a framework that wants the body first. */
const answerAfterBody: Answer = (request, response) => {
  request.resume().on('end', () => response.end('ok'));
};

async function start(handler: Answer, change: Partial<HttpServerParts> = {}) {
  const sockets: Socket[] = [];
  const handled: IncomingMessage[] = [];
  const started = createHttpServer({
    handler: (request, response) => {
      handled.push(request);
      handler(request, response);
    },
    config: CONFIG,
    deadlinesMs: DEADLINES_MS,
    ...change,
  });
  server = started;
  started.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
  return { base, handled, sockets, connect: () => connectRaw(base) };
}

/** Says another piece of it every now and then, for ever. */
function drip(connection: RawConnection, piece: string): void {
  dripping = setInterval(() => connection.send(piece), DRIP_MS);
}

const POST = 'POST / HTTP/1.1\r\nhost: x\r\n';

describe('who is slow on purpose', () => {
  test('with the headers is told so and cut off, and no handler ever hears of it', async () => {
    const { connect, handled } = await start(answerOk);
    const connection = await connect();
    connection.send('GET / HTTP/1.1\r\nhost: x\r\n');
    drip(connection, 'a: b\r\n');
    const said = await connection.closed;
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    expect(said).toContain('"code":"request_timeout"');
    expect(handled).toEqual([]);
  });

  test('with the body is told so and cut off', async () => {
    const { connect, handled } = await start(answerAfterBody);
    const connection = await connect();
    connection.send(`${POST}content-length: 100000\r\n\r\n`);
    drip(connection, 'x');
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 408 /);
    expect(handled).toHaveLength(1);
  });

  test('and says nothing at all is cut off', async () => {
    const { connect } = await start(answerOk);
    expect(await (await connect()).closed).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('and keeps its side open is cut off all the same', async () => {
    const { connect, sockets } = await start(answerOk);
    const connection = await connect();
    connection.socket.allowHalfOpen = true;
    connection.send('NONSENSE\r\n\r\n');
    await connection.until(/400/);
    await expect.poll(() => sockets.every((socket) => socket.destroyed), PATIENT).toBe(true);
  });

  test('in reading the answer is cut off', async () => {
    const endless: Answer = (_request, response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    };
    const { connect, sockets } = await start(endless, {
      deadlinesMs: { ...DEADLINES_MS, idle: 300 },
    });
    const connection = await connect();
    connection.socket.pause();
    connection.send('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await expect.poll(() => sockets[0]?.destroyed, PATIENT).toBe(true);
  });

  test('does not keep others waiting', async () => {
    const { base, connect } = await start(answerOk, {
      deadlinesMs: { ...DEADLINES_MS, headers: 30_000, request: 60_000 },
    });
    const slow = await Promise.all(Array.from({ length: 200 }, connect));
    for (const connection of slow) connection.send('GET / HTTP/1.1\r\n');
    expect(await (await fetch(base)).text()).toBe('ok');
    for (const connection of slow) connection.close();
  });
});

describe('a body that nobody wants', () => {
  const refuse: Answer = (_request, response) => void response.writeHead(503).end('no');

  test('is taken when it is short: the answer is read, the connection goes on', async () => {
    const { connect } = await start(refuse);
    const connection = await connect();
    connection.send(`${POST}content-length: 100000\r\n\r\n`);
    await connection.until(/^HTTP\/1\.1 503 .*\nno\r\n/s);
    connection.send('x'.repeat(100_000));
    connection.send('GET /again HTTP/1.1\r\nhost: x\r\n\r\n');
    await connection.until(/503.*503/s);
    connection.close();
  });

  test.each([
    ['of announced length', 'content-length: 100000000000\r\n\r\n'],
    ['without end', 'transfer-encoding: chunked\r\n\r\n5f5e100\r\n'],
  ])('is not read on when it is long, and its client can read why (%s)', async (_, headers) => {
    const { connect, sockets } = await start(refuse);
    const connection = await connect();
    connection.send(POST + headers);
    const piece = 'x'.repeat(65_536);
    const more = () => {
      while (!connection.socket.destroyed && connection.socket.write(piece));
    };
    connection.socket.on('drain', more);
    more();
    await connection.until(/^HTTP\/1\.1 503 .*\nno\r\n/s);
    await expect.poll(() => sockets[0]?.destroyed, PATIENT).toBe(true);
    expect(sockets[0]?.bytesRead).toBeLessThan(2 * 1024 * 1024);
    connection.close();
  });
});

describe('a flood', () => {
  test('of requests down one connection is cut off before it is handled', async () => {
    const { connect, handled } = await start(() => undefined);
    const connection = await connect();
    connection.send('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(2000));
    await connection.closed;
    expect(handled.length).toBeLessThanOrEqual(16);
  });

  test('of connections of one address is cut off, and there is room again afterwards', async () => {
    const config = { ...CONFIG, connectionsPerAddressMax: 2 };
    const { base, connect } = await start(answerOk, { config });
    const [first] = [await connect(), await connect()];
    expect(await (await connect()).closed).toBe('');
    first.close();
    const again = async () => (await fetch(base, { keepalive: false })).text();
    await expect.poll(() => again().catch(() => 'closed'), PATIENT).toBe('ok');
  });

  test('of connections of all is cut off', async () => {
    const { connect } = await start(answerOk, { config: { ...CONFIG, connectionsMax: 2 } });
    await connect();
    await connect();
    expect(await (await connect()).closed).toBe('');
  });

  test('of connections that are kept for nothing leaves room for who comes', async () => {
    const { base, connect } = await start(answerOk, { config: { ...CONFIG, connectionsMax: 10 } });
    const asked = async () => {
      const connection = await connect();
      connection.send('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      await connection.until(/ok$/);
      return connection;
    };
    const kept: RawConnection[] = [];
    for (let count = 0; count < 9; count++) kept.push(await asked());
    expect(kept.filter(({ socket }) => socket.destroyed)).toEqual([]);
    for (let count = 0; count < 9; count++) kept.push(await asked());
    await Promise.all(kept.slice(0, 9).map(({ closed }) => closed));
    expect(await (await fetch(base)).text()).toBe('ok');
  });

  test('of visitors behind a proxy is no flood of the proxy’s address', async () => {
    const config = { ...CONFIG, connectionsPerAddressMax: 1, trustProxy: true };
    const { connect } = await start(answerOk, { config });
    for (const connection of [await connect(), await connect()]) {
      connection.send('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      await connection.until(/ok/);
    }
  });

  test('of headers is refused, not cut short', async () => {
    const { connect, handled } = await start(answerOk);
    const connection = await connect();
    connection.send(`GET / HTTP/1.1\r\nhost: x\r\n${'a:b\r\n'.repeat(150)}\r\n`);
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 400 /);
    expect(handled).toEqual([]);
  });
});

describe('a request that two could read differently', () => {
  const body = '5\r\nhello\r\n0\r\n\r\n';
  test.each([
    ['two ways to say how long', `content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${body}`],
    ['the other way round', `transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n${body}`],
    ['two lengths', 'content-length: 5\r\ncontent-length: 6\r\n\r\nhello!'],
    ['a length with a sign', 'content-length: +5\r\n\r\nhello'],
    ['a length in a list', 'content-length: 5, 5\r\n\r\nhello'],
    ['chunked, and then not', `transfer-encoding: chunked, identity\r\n\r\n${body}`],
    ['an unknown coding', `transfer-encoding: xchunked\r\n\r\n${body}`],
    ['a space before the colon', 'content-length : 5\r\n\r\nhello'],
    ['a folded header', 'content-length:\r\n 5\r\n\r\nhello'],
    ['a bare line feed', 'content-length: 5\n\nhello'],
    ['a chunk without a size', 'transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'],
  ])('is refused, and what follows it is not read: %s', async (_, rest) => {
    const { connect, handled } = await start(answerAfterBody);
    const connection = await connect();
    connection.send(`${POST}${rest}GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n`);
    const said = await connection.closed;
    expect(said).toMatch(/^HTTP\/1\.1 400 /);
    expect(said).not.toContain('ok');
    expect(handled.map(({ url }) => url)).not.toContain('/smuggled');
  });

  test('in the middle of another answer gets none: it would be read as a part of it', async () => {
    const { connect } = await start((_request, response) => void response.write('begun'));
    const connection = await connect();
    connection.send('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await connection.until(/begun/);
    connection.send('NONSENSE\r\n\r\n');
    expect((await connection.closed).match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});

test('a connection on which nothing was ever asked holds no stop up', PATIENT, async () => {
  const patience = { ...DEADLINES_MS, headers: 60_000, request: 60_000 };
  const { base, connect } = await start(answerOk, { deadlinesMs: patience });
  const unused = await connect();
  // Answered after it, so that the server has seen it.
  await (await fetch(base)).text();
  await new Promise((stopped) => server?.close(stopped));
  await unused.closed;
});
