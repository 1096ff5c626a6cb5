// The wallet as an installed app: what a browser asks of one, every screen without network, no host
// but its own, and a promise that outlives the browser's sudden death.
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  openWallet,
  outboxSize,
  type Person,
  payButton,
  slipId,
  slipSays,
  startPerson,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let payer: Person;
let stall: Stall;
const hosts = new Set<string>();

beforeAll(async () => {
  [server, payer] = await Promise.all([startServer(), startPerson()]);
  stall = await openStall(server, 'Duka la Amina');
  payer.phone.context.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol === 'http:' || protocol === 'https:') hosts.add(host);
  });
  await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
  await payer.page.goto(payLink(server.origin, stall.ask({ amountMinor: 500n })));
  await approve(payer);
  await slipSays(payer, 'accepted');
});

afterAll(async () => {
  await payer?.phone.close();
  await server?.dispose();
});

describe('a browser that would install it', () => {
  test('finds nothing to complain of', async () => {
    await payer.page.goto(server.origin);
    const cdp = await payer.phone.context.newCDPSession(payer.page);
    const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors');
    expect(installabilityErrors).toEqual([]);
  });

  test('reads its manifest without an error, and every picture it names is there', async () => {
    const cdp = await payer.phone.context.newCDPSession(payer.page);
    const { url, errors, data } = await cdp.send('Page.getAppManifest');
    expect(url).toBe(`${server.origin}/manifest.webmanifest`);
    expect(errors).toEqual([]);
    const manifest = JSON.parse(data ?? '');
    const shortcuts = manifest.shortcuts.flatMap((item: { icons?: object[] }) => item.icons ?? []);
    const pictures = [...manifest.icons, ...manifest.screenshots, ...shortcuts];
    expect(manifest.icons.some((icon: { purpose?: string }) => icon.purpose === 'maskable')).toBe(
      true,
    );
    for (const { src } of pictures) {
      const answer = await fetch(new URL(src, server.origin));
      expect([answer.status, answer.headers.get('content-type')], src).toEqual([
        200,
        expect.stringMatching(/^image\//),
      ]);
    }
  });
});

/** Opens an address as a start of the app, and answers its heading and how often it was loaded. */
async function start(page: Page, address: string): Promise<{ title: string; loads: number }> {
  let loads = 0;
  const count = () => {
    loads++;
  };
  page.on('load', count);
  await page.goto(server.origin + address);
  const heading = page.getByRole('heading', { level: 1 });
  await heading.waitFor({ state: 'attached' });
  // What is fetched late, and a loop of reloads, would show by the time the screen is at rest.
  await page.waitForFunction(
    () => document.querySelector('main')?.getAttribute('aria-busy') !== 'true',
  );
  const title = (await heading.textContent()) ?? '';
  page.off('load', count);
  return { title, loads };
}

describe('without network', () => {
  beforeAll(() => payer.phone.context.setOffline(true));
  afterAll(() => payer.phone.context.setOffline(false));

  test.each([
    ['/', 'Your money'],
    ['/scan', 'Scan a code'],
    ['/receive', 'Get paid'],
    ['/print-code', 'A code to print'],
    ['/activity', 'All activity'],
    ['/settings', 'Settings'],
    ['/sign-in', 'Welcome back'],
    ['/rehearsal', 'Try it without network'],
    ['/pay', 'Nothing to pay'],
    ['/slip/unknown', 'This slip is not on this phone'],
    ['/nowhere', 'There is nothing here'],
    ['/?from=home-screen', 'Your money'],
  ])('%s starts from the phone', async (address, title) => {
    expect(await start(payer.page, address)).toEqual({ title, loads: 1 });
  });

  test('a payment’s story starts from the phone', async () => {
    await payer.page.goto(`${server.origin}/activity`);
    await payer.page
      .getByRole('link', { name: /DUKA LA AMINA/ })
      .first()
      .click();
    await payer.page.waitForURL(/\/activity\/[\w-]{43}$/);
    const { pathname } = new URL(payer.page.url());
    expect((await start(payer.page, pathname)).loads).toBe(1);
    await payer.page.getByText('DUKA LA AMINA').first().waitFor();
  });

  test.each(['/api/account', '/api/keys', '/healthz'])(
    '%s is a network error, never a page',
    async (address) => {
      const answer = await payer.page.evaluate(
        (wanted) =>
          fetch(wanted).then(
            (found) => found.status,
            (error: Error) => error.name,
          ),
        address,
      );
      expect(answer).toBe('TypeError');
    },
  );
});

/** The browser's main process, by the lock it keeps in its profile. */
function browserPid(profile: string): number {
  return Number(fs.readlinkSync(path.join(profile, 'SingletonLock')).split('-').at(-1));
}

test('a promise outlives the browser’s sudden death', async () => {
  const { profile } = payer.phone;
  server.proxy.cut();
  await payer.page.goto(payLink(server.origin, stall.ask({ amountMinor: 700n })));
  await payButton(payer.page).waitFor();
  await approve(payer);
  await slipSays(payer, 'promised');
  const id = slipId(payer.page);
  const died = payer.phone.context.waitForEvent('close');
  process.kill(browserPid(profile), 'SIGKILL');
  await died;
  await payer.phone.close({ keepProfile: true });

  payer = await startPerson({ profile });
  await payer.page.goto(`${server.origin}/slip/${id}`);
  await slipSays(payer, 'promised');
  expect(await outboxSize(payer.page)).toBe(1);
  server.proxy.restore();
  await payer.page.reload();
  await slipSays(payer, 'accepted');
  expect((await stall.received()).filter((entry) => entry.paymentId === id)).toHaveLength(1);
});

test('no host but its own was ever asked', () => {
  expect([...hosts]).toEqual([new URL(server.origin).host]);
});

test('nothing was logged as an error or refused by the content policy on the way', () => {
  expect(payer.faults.seen).toEqual([]);
});
