// The built wallet itself in the other browsers: its screens, its worker, and its start with the server gone.
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { DRIVE, type Driven } from '../../support/driven-browsers.ts';
import { FIREFOX, newProfile, removeProfile, WEBKIT } from '../../support/other-browsers.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { sayMissing } from './suite-in.ts';

const present = [FIREFOX, WEBKIT].filter((browser) => !sayMissing(browser, 'the built wallet'));
const seed = fs.readFileSync(new URL('../../bench/seed-payments.js', import.meta.url), 'utf8');

/** Begins to look for what the worker lists but for languages; the page says later what is not kept. */
const LOOK_FOR_FILES = `
  window.notKept = 'looking';
  (async () => {
    const script = await (await fetch('/sw.js', { cache: 'force-cache' })).text();
    const listed = script.match(/\\/assets\\/(?!(?:outbox|language)-)[\\w.-]+/g) ?? ['no list'];
    const held = await Promise.all(listed.map((file) => caches.match(file, { ignoreVary: true })));
    window.notKept = listed.filter((_, at) => held[at] === undefined).join(' ');
  })();`;

const words = (page: Driven) => page.run<string>('return document.body.innerText');

async function shows(page: Driven, text: string): Promise<void> {
  await expect.poll(() => words(page), { timeout: 30_000 }).toContain(text);
}

/** Without the worker's list in its cache the next start needs the network. */
async function keptForOffline(page: Driven): Promise<void> {
  const isControlled = 'return navigator.serviceWorker.controller !== null';
  await expect.poll(() => page.run(isControlled), { timeout: 30_000 }).toBe(true);
  const missing = async () => {
    await page.run(LOOK_FOR_FILES);
    await expect.poll(() => page.run('return window.notKept')).not.toBe('looking');
    return page.run('return window.notKept');
  };
  await expect.poll(missing, { timeout: 30_000, interval: 250 }).toBe('');
}

describe.runIf(present.length > 0)('the built wallet', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server?.dispose());

  test.each(present.map(({ name }) => name))(
    'in %s shows its money, and starts again with the server gone',
    async (name) => {
      const profile = newProfile();
      onTestFinished(() => removeProfile(profile));
      const page = await DRIVE[name]!(profile);
      onTestFinished(() => page.close());
      // Where the app is not running, so that the database is the seed's own.
      await page.open(`${server.origin}/icon-192.png`);
      await page.run(seed);
      await page.open(server.origin);
      await shows(page, '1,234.56');
      await keptForOffline(page);

      await page.open(`${server.origin}/settings`);
      await shows(page, 'Keep data safe');
      const canAsk = await page.run<boolean>(`return 'storage' in navigator`);
      expect((await words(page)).includes('Ask the browser to keep it')).toBe(canAsk);

      await server.kill();
      onTestFinished(() => server.start());
      await page.open(server.origin);
      await shows(page, '1,234.56');
      await shows(page, 'No answer since');
      await page.open(`${server.origin}/activity`);
      await shows(page, 'Today');
      await shows(page, 'مخبز السلام');
      expect((await page.screenshot()).length).toBeGreaterThan(10_000);
    },
    90_000,
  );
});
