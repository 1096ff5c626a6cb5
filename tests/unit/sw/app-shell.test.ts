import { describe, expect, test } from 'vitest';
import { shellRoute } from '#sw/app-shell.ts';
import { isShare } from '#sw/share-target.ts';

const ORIGIN = 'http://localhost:8080';

/** method mode address → who answers. */
const ROUTES = `
  GET   navigate     /                        document
  GET   navigate     /?source=installed       document
  GET   navigate     /pay?r=000201            document
  GET   navigate     /activity                document
  GET   navigate     /slip/abc                document
  GET   navigate     /apiary                  document
  GET   navigate     /api/openapi.json        network
  GET   navigate     /api                     network
  GET   navigate     /healthz                 network
  GET   navigate     /readyz                  network
  GET   navigate     /manifest.webmanifest    network
  GET   cors         /assets/main-abc.js      asset
  GET   no-cors      /icon-192.png            asset
  GET   same-origin  /api/account             network
  GET   cors         /api/events              network
  POST  cors         /api/payments            network
  POST  navigate     /                        network
  PUT   cors         /api/account/profile     network
  HEAD  cors         /assets/main-abc.js      network
  GET   no-cors      https://elsewhere.example/x.js  network
`;

const rows = ROUTES.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

describe('who answers a request (F18)', () => {
  test.each(rows)('%s %s %s: %s', (method = '', mode, path = '', answer) => {
    const url = new URL(path, ORIGIN).href;
    const request = { method, url, mode: mode as RequestMode };
    expect(shellRoute(request, ORIGIN) ?? 'network').toBe(answer);
  });

  test('the share target is the one POST that the worker answers', () => {
    const share = (method: string, path: string) =>
      isShare({ method, url: new URL(path, ORIGIN).href }, ORIGIN);
    expect(share('POST', '/share-target')).toBe(true);
    expect(share('GET', '/share-target')).toBe(false);
    expect(share('POST', '/share-target/x')).toBe(false);
    expect(share('POST', '/api/payments')).toBe(false);
    expect(share('POST', 'https://elsewhere.example/share-target')).toBe(false);
  });
});
