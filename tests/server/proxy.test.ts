import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BreakableNetwork, route, startProxy } from '../support/proxy.ts';

let upstream: http.Server;
let proxy: BreakableNetwork;
let heard: string[];

beforeEach(async () => {
  heard = [];
  upstream = http.createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    heard.push(`${request.method} ${request.url} ${body}`);
    if (request.url === '/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
      return;
    }
    response.writeHead(201, { 'x-test': 'yes' }).end(`heard ${body}`);
  });
  await new Promise<void>((resolve) => upstream.listen(0, 'localhost', resolve));
  proxy = await startProxy((upstream.address() as AddressInfo).port);
});

afterEach(async () => {
  await proxy.stop();
  upstream.closeAllConnections();
  upstream.close();
});

const pay = (body = 'bytes') => fetch(`${proxy.origin}/pay?x=1`, { method: 'POST', body });
const payments = route('POST', '/pay');

describe('the breakable network', () => {
  test('passes requests and answers on unchanged, and remembers them', async () => {
    const answer = await pay();
    expect([answer.status, answer.headers.get('x-test'), await answer.text()]).toEqual([
      201,
      'yes',
      'heard bytes',
    ]);
    expect(proxy.exchanges.map((e) => [e.path, String(e.body), String(e.answer?.body)])).toEqual([
      ['/pay?x=1', 'bytes', 'heard bytes'],
    ]);
  });

  test('drops a request before the server hears of it, and only as often as told', async () => {
    proxy.arm(payments, { kind: 'drop-request' });
    await expect(pay()).rejects.toThrow();
    expect(heard).toEqual([]);
    expect((await pay()).status).toBe(201);
  });

  test('drops an answer after the server has done its work', async () => {
    const fault = proxy.arm(payments, { kind: 'drop-answer' });
    await expect(pay()).rejects.toThrow();
    expect((await fault.met).answer?.status).toBe(201);
    expect(heard).toHaveLength(1);
  });

  test('holds a request back until released', async () => {
    const fault = proxy.arm(payments, { kind: 'hold-request' });
    const answer = pay();
    await fault.met;
    expect(heard).toEqual([]);
    fault.release();
    expect((await answer).status).toBe(201);
  });

  test('holds an answer back until released, with the work done', async () => {
    const fault = proxy.arm(payments, { kind: 'hold-answer' });
    const answer = pay();
    await fault.met;
    expect(heard).toHaveLength(1);
    fault.release();
    expect(await (await answer).text()).toBe('heard bytes');
  });

  test('delivers a request twice and answers once', async () => {
    const fault = proxy.arm(payments, { kind: 'duplicate' });
    expect((await pay()).status).toBe(201);
    await fault.met;
    expect(heard).toEqual(['POST /pay?x=1 bytes', 'POST /pay?x=1 bytes']);
  });

  test('answers in the place of the server', async () => {
    proxy.arm(payments, { kind: 'answer', status: 503, headers: { 'retry-after': '7' } });
    const answer = await pay();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '7']);
    expect(heard).toEqual([]);
  });

  test('breaks open connections and refuses new ones while cut', async () => {
    const stream = await fetch(`${proxy.origin}/stream`);
    const reader = stream.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: first\n\n');
    proxy.cut();
    await expect(reader?.read()).rejects.toThrow();
    await expect(pay()).rejects.toThrow();
    proxy.restore();
    expect((await pay()).status).toBe(201);
  });
});
