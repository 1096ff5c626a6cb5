import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startRunningServer } from '../../support/running-server.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

const POLICY = "default-src 'none'; script-src 'self' 'sha256-example'";
const FILES: Readonly<Record<string, string>> = {
  'index.html': `<!doctype html><title>Counterfoil</title>${'<p>text</p>'.repeat(50)}`,
  'sw.js': `// worker ${'code '.repeat(50)}`,
  'manifest.webmanifest': '{"name":"Counterfoil"}',
  'assets/main-AbCd1234.js': `// script ${'code '.repeat(50)}`,
  'icons/icon.png': 'not really a picture',
  '.secret': 'not for anybody',
};

let cluster: TestCluster;
let server: RunningServer;
let folder: string;

beforeAll(async () => {
  cluster = await startTestCluster();
  folder = mkdtempSync(path.join(tmpdir(), 'cf-static-'));
  const publicDir = path.join(folder, 'public');
  for (const [name, text] of Object.entries(FILES)) {
    const file = path.join(publicDir, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (/\.(html|js)$/.test(name)) {
      writeFileSync(`${file}.br`, brotliCompressSync(text));
      writeFileSync(`${file}.gz`, gzipSync(text));
    }
  }
  writeFileSync(path.join(folder, 'csp.json'), JSON.stringify({ contentSecurityPolicy: POLICY }));
  writeFileSync(path.join(folder, 'outside.txt'), 'not for anybody');
  server = await startRunningServer(cluster, { publicDir });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
  await cluster.stop();
});

const get = (url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ url, headers });

const asPerson = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the document', () => {
  test.each(['/', '/index.html'])('is asked again each time, at %s', async (url) => {
    const response = await get(url);
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': POLICY,
      vary: 'accept-encoding',
    });
    expect(response.body).toBe(FILES['index.html']);
    const { etag = '' } = response.headers;
    const again = await get(url, { 'if-none-match': String(etag) });
    expect(again.statusCode).toBe(304);
    expect(again.body).toBe('');
  });

  test('answers every page of the wallet that a person opens', async () => {
    for (const url of ['/pay?r=000201', '/scan', '/activity', '/payment/abc', '/receive/']) {
      const response = await get(url, asPerson);
      expect(response.statusCode).toBe(200);
      expect(response.body).toBe(FILES['index.html']);
      expect(response.headers['content-security-policy']).toBe(POLICY);
    }
  });

  test('never answers for the interface, for files, or for programs', async () => {
    for (const url of ['/api/nothing', '/api', '/assets/gone-AbCd1234.js', '/favicon.ico']) {
      const response = await get(url, asPerson);
      expect(response.statusCode).toBe(404);
      expect(response.headers['content-type']).toBe('application/problem+json');
      expect(response.headers['cache-control']).toBe('no-store');
      expect(response.json().code).toBe('not_found');
    }
    expect((await get('/scan', { accept: '*/*' })).statusCode).toBe(404);
    const posted = await server.app.inject({ method: 'POST', url: '/pay', headers: asPerson });
    expect(posted.statusCode).toBe(404);
  });
});

describe('files', () => {
  test('named by their content are kept for ever', async () => {
    const response = await get('/assets/main-AbCd1234.js');
    expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(response.headers['content-type']).toMatch(/^(text|application)\/javascript/);
  });

  test.each(['/sw.js', '/manifest.webmanifest', '/icons/icon.png'])(
    'with a lasting name are asked again: %s',
    async (url) => {
      const response = await get(url);
      expect(response.statusCode).toBe(200);
      expect(response.headers['cache-control']).toBe('no-cache');
      expect(response.headers.etag).toBeTruthy();
    },
  );

  test.each([
    ['br', 'br, gzip', brotliCompressSync],
    ['gzip', 'gzip, deflate', gzipSync],
  ] as const)('are sent as they were compressed at build time: %s', async (name, accepted, by) => {
    for (const url of ['/', '/sw.js', '/assets/main-AbCd1234.js']) {
      const file = url === '/' ? 'index.html' : url.slice(1);
      const response = await get(url, { 'accept-encoding': accepted });
      expect(response.headers['content-encoding']).toBe(name);
      expect(response.rawPayload.equals(by(FILES[file] ?? ''))).toBe(true);
      expect(response.headers['content-type']).not.toMatch(/octet|gzip/);
      expect(response.headers.vary).toBe('accept-encoding');
    }
  });

  test('that were not worth compressing are sent as they are', async () => {
    const response = await get('/icons/icon.png', { 'accept-encoding': 'br, gzip' });
    expect(response.headers['content-encoding']).toBeUndefined();
    expect(response.body).toBe(FILES['icons/icon.png']);
    expect(response.headers['content-type']).toBe('image/png');
  });

  test('outside of the folder, hidden, or compressed twins do not exist', async () => {
    const urls = [
      '/../outside.txt',
      '/..%2foutside.txt',
      '/%2e%2e/outside.txt',
      '/assets/..%2f..%2foutside.txt',
      '/.secret',
      '/sw.js.br',
      '/index.html.gz',
      '/%00',
      '/assets/',
      '/%E0%A4%A',
    ];
    for (const url of urls) {
      const response = await get(url);
      expect(response.statusCode, url).toBeGreaterThanOrEqual(400);
      expect(response.statusCode, url).toBeLessThan(500);
      expect(response.headers['content-type'], url).toBe('application/problem+json');
    }
  });

  test('can be asked about without being sent', async () => {
    const response = await server.app.inject({ method: 'HEAD', url: '/sw.js' });
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe('');
  });
});

describe('security headers', () => {
  test('stand on every answer', async () => {
    for (const url of ['/', '/api/keys', '/api/nothing', '/healthz', '/assets/main-AbCd1234.js']) {
      const { headers } = await get(url);
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers).not.toHaveProperty('strict-transport-security');
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  test('that mean something to pages alone stand on pages', async () => {
    for (const url of ['/', '/scan']) {
      expect((await get(url, asPerson)).headers).toMatchObject({
        'x-frame-options': 'DENY',
        'cross-origin-opener-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=(self)'),
      });
    }
    expect((await get('/api/keys')).headers).not.toHaveProperty('permissions-policy');
  });

  test('ask for https for ever where the wallet is reached by https', async () => {
    const https = await startRunningServer(cluster, { env: { ORIGIN: 'https://pay.example' } });
    const { headers } = await https.app.inject({ url: '/healthz' });
    expect(headers['strict-transport-security']).toMatch(/^max-age=31536000/);
    await https.stop();
  });
});
