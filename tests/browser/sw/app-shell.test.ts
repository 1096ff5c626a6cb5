// The app's files on the phone: every route without network, nothing of the interface from a cache,
// installs that fail whole, pictures shared by other apps, and what pushes show.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  controlled,
  type Phone,
  serviceWorkerControl,
  startPhone,
  watchFaults,
} from '../../support/browser.ts';
import { releasedWallet } from '../../support/built-wallet.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import type { Match } from '../../support/proxy.ts';
import { keptForOffline } from '../../support/wallet-flows.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server?.dispose();
});

async function openApp(phone: Phone): Promise<Page> {
  const page = await phone.context.newPage();
  await page.goto(server.origin);
  return page;
}

/** Profiles of phones that are off, with all of a release kept on them, by the folder it was served from. */
const installed = new Map<string, string>();

afterAll(() => {
  for (const profile of installed.values()) fs.rmSync(profile, { recursive: true, force: true });
});

async function install(): Promise<string> {
  const phone = await startPhone();
  await keptForOffline(await openApp(phone), 'visitor');
  await phone.close({ keepProfile: true });
  return phone.profile;
}

/** A phone of its own with the whole app kept on it. */
async function installedPhone(permissions?: readonly string[]): Promise<[Phone, Page]> {
  const original = installed.get(server.publicDir) ?? (await install());
  installed.set(server.publicDir, original);
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'cf-phone-'));
  fs.cpSync(original, profile, { recursive: true });
  const phone = await startPhone({ profile, ...(permissions && { permissions }) });
  onTestFinished(() => phone.close());
  const page = await openApp(phone);
  await keptForOffline(page, 'visitor');
  return [phone, page];
}

const shells = (page: Page): Promise<string[]> =>
  page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('shell-')));

/** Status and kind of what the page gets for a path, or `no answer`. */
function ask(page: Page, address: string, method = 'GET'): Promise<string> {
  return page.evaluate(
    async ([where = '', how = 'GET']) => {
      try {
        const response = await fetch(where, { method: how });
        return `${response.status} ${response.headers.get('content-type')?.split(';')[0]}`;
      } catch {
        return 'no answer';
      }
    },
    [address, method],
  );
}

describe('without network', () => {
  test('every route opens the app, once, from what the phone has (F18)', async () => {
    const [phone, first] = await installedPhone();
    await first.close();
    server.proxy.cut();
    onTestFinished(() => server.proxy.restore());
    for (const address of [
      '/',
      '/?source=installed',
      '/pay?r=000201',
      '/scan',
      '/activity',
      '/slip/x',
      '/settings',
    ]) {
      const page = await phone.context.newPage();
      const { seen } = watchFaults(page);
      let loads = 0;
      page.on('load', () => loads++);
      await page.goto(server.origin + address);
      await page.waitForFunction(() => performance.getEntriesByName('usable').length > 0);
      expect(loads, address).toBe(1);
      expect(seen, address).toEqual([]);
      await page.close();
    }
  });

  test('the interface is never answered from a cache, and no POST is touched', async () => {
    const [, page] = await installedPhone();
    expect(await ask(page, '/api/keys')).toBe('200 application/json');
    server.proxy.cut();
    onTestFinished(() => server.proxy.restore());
    expect(await ask(page, '/api/keys')).toBe('no answer');
    expect(await ask(page, '/api/account')).toBe('no answer');
    expect(await ask(page, '/healthz')).toBe('no answer');
    expect(await ask(page, '/api/payments', 'POST')).toBe('no answer');
    expect(await ask(page, '/', 'POST')).toBe('no answer');
  });
});

const frenchKept = (page: Page): Promise<boolean> =>
  page.evaluate(async () => {
    const names = await caches.keys();
    const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return keys.flat().some(({ url }) => url.includes('/language-fr-'));
  });

describe('a language', () => {
  test('is kept on a phone that is set to it', async () => {
    const phone = await startPhone({ locale: 'fr-CI' });
    onTestFinished(() => phone.close());
    const page = await openApp(phone);
    await keptForOffline(page, 'visitor');
    await expect.poll(() => frenchKept(page)).toBe(true);
  });

  test('costs other phones nothing, until somebody chooses it, and then stays for offline', async () => {
    const [phone, page] = await installedPhone();
    expect(await frenchKept(page)).toBe(false);
    await page.goto(`${server.origin}/settings`);
    await page.getByLabel('Français').click();
    await page.getByRole('heading', { name: 'Réglages' }).waitFor();
    expect(await frenchKept(page)).toBe(true);
    server.proxy.cut();
    onTestFinished(() => server.proxy.restore());
    const again = await phone.context.newPage();
    await again.goto(`${server.origin}/settings`);
    await again.getByRole('heading', { name: 'Réglages' }).waitFor();
  });
});

/** Looks for an update and answers how the new worker ended. */
function update(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    try {
      await registration.update();
    } catch {
      return 'not fetched';
    }
    const coming = registration.installing ?? registration.waiting;
    if (!coming) return 'none';
    return new Promise<string>((resolve) => {
      const look = () => {
        if (coming.state === 'installed' || coming.state === 'redundant') resolve(coming.state);
      };
      coming.addEventListener('statechange', look);
      look();
    });
  });
}

async function release(name: string): Promise<void> {
  const dist = await releasedWallet(name);
  await server.stop();
  await server.start({ dist });
}

/** Takes the release that waits, and answers the shells that are then on the phone. */
async function takeOver(page: Page): Promise<string[]> {
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const changed = new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
    registration.waiting?.postMessage({ type: 'SKIP_WAITING' });
    await changed;
    // The takeover is told before the last worker's files are cleared away.
    const active = registration.active;
    await new Promise<void>((resolve) => {
      const look = () => active?.state === 'activated' && resolve();
      active?.addEventListener('statechange', look);
      look();
    });
  });
  return shells(page);
}

describe('a new release', () => {
  const documentFile: Match = ({ method, path }) => method === 'GET' && path === '/';

  test.each<[string, { status: number; headers?: Record<string, string>; body?: string }]>([
    ['is missing', { status: 404, body: '' }],
    [
      'is a portal’s page',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Wi-Fi</h1>' },
    ],
  ])(
    'of which one file %s is not installed, and the app before it still works (F17)',
    async (_name, answer) => {
      await release('first');
      const [, page] = await installedPhone();
      const before = await shells(page);
      await release('second');
      const fault = server.proxy.arm(documentFile, { kind: 'answer', ...answer }, 1000);
      expect(await update(page)).toBe('redundant');
      fault.release();
      server.proxy.cut();
      onTestFinished(() => server.proxy.restore());
      await page.reload();
      expect(
        await page.evaluate(() =>
          document.querySelector('meta[name=release]')?.getAttribute('content'),
        ),
      ).toBe('first');
      expect(await shells(page)).toEqual(expect.arrayContaining(before));
    },
  );

  test('leaves the files of the one before it for pages that are still open, and no older ones (F11)', async () => {
    await release('first');
    const [, page] = await installedPhone();
    const [first] = await shells(page);
    await release('second');
    expect(await update(page)).toBe('installed');
    const both = await takeOver(page);
    expect(both).toHaveLength(2);
    expect(both).toContain(first);
    await release('third');
    expect(await update(page)).toBe('installed');
    const after = await takeOver(page);
    expect(after).toHaveLength(2);
    expect(after).not.toContain(first);
  });

  test('leaves the files of the one in use, also when that had been taken back to (F11)', async () => {
    await release('first');
    const [, page] = await installedPhone();
    const [first] = await shells(page);
    let kept: string[] = [];
    for (const name of ['second', 'first', 'third']) {
      await release(name);
      expect(await update(page)).toBe('installed');
      kept = await takeOver(page);
    }
    expect(kept).toHaveLength(2);
    expect(kept).toContain(first);
  });
});

test('a picture shared by another app arrives at the scan screen', async () => {
  const [, page] = await installedPhone();
  await page.evaluate(() => {
    const form = document.createElement('form');
    form.method = 'POST';
    form.action = '/share-target';
    form.enctype = 'multipart/form-data';
    const input = document.createElement('input');
    input.type = 'file';
    input.name = 'picture';
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array([1, 2, 3])], 'code.png', { type: 'image/png' }));
    input.files = transfer.files;
    form.append(input);
    document.body.append(form);
    // Read before the scan screen takes it away.
    form.submit();
  });
  await page.waitForURL('**/scan?shared=1');
});

test('a push shows a notification, whatever is in it (F77)', async () => {
  const [phone, page] = await installedPhone(['notifications', 'background-sync']);
  const worker = await serviceWorkerControl(phone.context, server.origin);
  await worker.push('{"title":"Paid","body":"12.50 from Ana"}');
  await worker.push('nothing of ours');
  const shown = () =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      const notifications = await registration.getNotifications();
      return notifications.map(({ title, body }) => `${title}: ${body}`).sort();
    });
  await expect.poll(shown).toEqual(['Counterfoil: ', 'Paid: 12.50 from Ana']);
});

test('a first visit is under the worker’s control without a reload', async () => {
  const phone = await startPhone();
  onTestFinished(() => phone.close());
  const page = await phone.context.newPage();
  let loads = 0;
  page.on('load', () => loads++);
  await page.goto(server.origin);
  await controlled(page);
  expect(loads).toBe(1);
});
