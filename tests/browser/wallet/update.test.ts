// A new release of the app while payments wait: nothing is lost, the same bytes are sent, and no
// page is reloaded while a finger is on its way to the reader.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { type ServiceWorkerControl, serviceWorkerControl } from '../../support/browser.ts';
import { releasedWallet } from '../../support/built-wallet.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { type Exchange, route } from '../../support/proxy.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  button,
  expectCleanLedger,
  openWallet,
  outboxSize,
  type Person,
  payButton,
  reopen,
  slipId,
  slipSays,
  startPerson,
  toHome,
} from '../../support/wallet-flows.ts';

const uploads = route('POST', '/api/payments');

let server: TestServer;
let payer: Person;
let stall: Stall;

beforeAll(async () => {
  [server, payer] = await Promise.all([startServer(), startPerson()]);
  stall = await openStall(server, 'Duka la Amina');
  await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
});

afterAll(async () => {
  await payer?.phone.close();
  await server?.dispose();
});

/** What the server serves from now on. */
async function release(name: string, wakesAfterMs?: number): Promise<void> {
  const dist = await releasedWallet(name, wakesAfterMs);
  await server.stop();
  await server.start({ dist });
}

/** As the browser does by itself at a navigation or once a day. */
function lookForUpdate(page: Page): Promise<unknown> {
  return page.evaluate(async () => (await navigator.serviceWorker.ready).update());
}

/** Waits until the new release is whole on the phone and ready to take over. */
function waitingWorker(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const coming = registration.installing ?? registration.waiting;
    if (coming === null) throw new Error('no new release is coming');
    await new Promise<void>((installed) => {
      const look = () => coming.state === 'installed' && installed();
      coming.addEventListener('statechange', look);
      look();
    });
  });
}

const releaseOf = (page: Page): Promise<string | null> =>
  page.evaluate(
    () => document.querySelector('meta[name=release]')?.getAttribute('content') ?? null,
  );

async function openRequest(before?: (page: Page) => Promise<unknown>): Promise<void> {
  const passkeys = await payer.passkeys.passkeys();
  await payer.page.close();
  const address = payLink(server.origin, stall.ask({ amountMinor: 1_000n }));
  payer = await reopen(payer, address, passkeys, before);
  await payButton(payer.page).waitFor();
}

const sent = (): readonly Exchange[] => server.proxy.exchanges.filter(uploads);

test('an update with a payment in the outbox loses nothing, and the same bytes are sent after it', async () => {
  await openRequest();
  const busy = server.proxy.arm(uploads, { kind: 'answer', status: 503 }, 1000);
  await approve(payer);
  const id = slipId(payer.page);
  const first = await busy.met;
  await slipSays(payer, 'promised');

  await release('second');
  await lookForUpdate(payer.page);
  await toHome(payer.page);
  const reloaded = payer.page.waitForEvent('load');
  await button(payer.page, 'Use it').click();
  await reloaded;
  expect(await outboxSize(payer.page)).toBe(1);
  expect(await releaseOf(payer.page)).toBe('second');

  const before = sent().length;
  const settled = server.proxy.answered(uploads);
  busy.release();
  await payer.page.goto(`${server.origin}/slip/${id}`);
  await settled;
  await slipSays(payer, 'accepted');
  const after = sent().slice(before);
  expect(after.length).toBeGreaterThan(0);
  for (const { body } of sent()) expect(body.equals(first.body)).toBe(true);
  expect(await outboxSize(payer.page)).toBe(0);
});

/** A finger that takes its time: the prompt stands until the test lets it go. */
function slowFinger(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const { credentials } = navigator;
    const get = credentials.get.bind(credentials);
    credentials.get = async (options) => {
      await new Promise((touch) => Object.assign(window, { touch }));
      return get(options);
    };
  });
}

test('a page in the middle of an approval is not reloaded when another page takes the new release', async () => {
  await openRequest(slowFinger);
  const { page } = payer;
  let loads = 0;
  page.on('load', () => {
    loads++;
  });
  await payButton(page).click();

  const other = await payer.phone.context.newPage();
  await other.goto(server.origin);
  await release('third');
  await lookForUpdate(other);
  await waitingWorker(other);
  // What its "Use it" sends: at home a payment that was begun stands before the update.
  await other.evaluate(async () => {
    const { active, waiting } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    await new Promise((answered) => {
      port1.onmessage = answered;
      active?.postMessage({ type: 'STEP_ASIDE' }, [port2]);
    });
    const inCharge = new Promise((changed) =>
      navigator.serviceWorker.addEventListener('controllerchange', changed, { once: true }),
    );
    waiting?.postMessage({ type: 'SKIP_WAITING' });
    await inCharge;
  });
  await other.reload();
  expect(await releaseOf(other)).toBe('third');
  await other.close();

  expect(loads).toBe(0);
  await page.evaluate(() => (window as unknown as { touch(): void }).touch());
  await page.waitForURL(/\/slip\//);
  await slipSays(payer, 'accepted');
  expect(loads).toBe(0);
});

test('a page does not offer a new release while its own approval stands', async () => {
  await openRequest(slowFinger);
  const { page } = payer;
  await payButton(page).click();
  await release('first');
  await lookForUpdate(page);
  await waitingWorker(page);
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  const take = button(page, 'Use it');
  await take.waitFor();
  expect(await take.isDisabled()).toBe(true);
  await page.evaluate(() => (window as unknown as { touch(): void }).touch());
  await expect.poll(() => take.isDisabled()).toBe(false);
  // Who has left the review approves nothing any more (F68).
  expect(await stall.received()).toHaveLength(2);
  const reloaded = page.waitForEvent('load');
  await take.click();
  await reloaded;
  expect(await releaseOf(page)).toBe('first');
});

test('who takes a release that another overtakes is given the later one', async () => {
  const { page } = payer;
  const asset = '/assets/asked-for-late.js';
  const busy = server.proxy.arm(route('GET', asset), { kind: 'hold-request' });
  onTestFinished(busy.release);
  await release('second');
  await lookForUpdate(page);
  await waitingWorker(page);
  await toHome(page);
  // The worker in charge has something to do, so none takes over until that is done.
  await page.evaluate((url) => void fetch(url).catch(() => {}), asset);
  await busy.met;
  const reloaded = page.waitForEvent('load');
  await button(page, 'Use it').click();
  await release('third');
  await lookForUpdate(page);
  // Before the worker in charge is idle, or the second would take its place.
  await waitingWorker(page);
  busy.release();
  await reloaded;
  expect(await releaseOf(page)).toBe('third');
});

test('an update that takes over while an upload is on its way settles it once (F10)', async () => {
  await openRequest();
  const before = (await stall.received()).length;
  const held = server.proxy.arm(uploads, { kind: 'hold-answer' });
  onTestFinished(held.release);
  await approve(payer);
  const id = slipId(payer.page);
  const first = await held.met;
  await release('second');
  await lookForUpdate(payer.page);
  await toHome(payer.page);
  const reloaded = payer.page.waitForEvent('load');
  await button(payer.page, 'Use it').click();
  await reloaded;
  expect(await releaseOf(payer.page)).toBe('second');
  await payer.page.goto(`${server.origin}/slip/${id}`);
  await slipSays(payer, 'accepted');
  expect(await outboxSize(payer.page)).toBe(0);
  expect(await stall.received()).toHaveLength(before + 1);
  expect(sent().filter(({ body }) => body.equals(first.body)).length).toBeGreaterThan(1);
});

const takeAndWake = (page: Page) =>
  button(page, 'Use it').evaluate((take: HTMLElement) => {
    navigator.serviceWorker.controller?.postMessage({ type: 'KEEP_FOR_WALLET' });
    take.click();
  });

// As the browser does with workers that had nothing to do for half a minute.
const takings = [
  {
    when: 'while the workers sleep',
    name: 'first',
    sleep: (workers: ServiceWorkerControl) => workers.kill(),
    take: (page: Page) => button(page, 'Use it').click(),
  },
  {
    when: 'while the one in charge is being woken',
    name: 'slow',
    sleep: (workers: ServiceWorkerControl) => workers.killActive(),
    take: takeAndWake,
  },
  {
    when: 'while the one in charge takes seconds to wake',
    name: 'second',
    sleep: (workers: ServiceWorkerControl) => workers.killActive(),
    take: takeAndWake,
  },
];

const SLOW_MS = 4_000;

test.for(takings)('who takes a release is given it, $when', async (taking) => {
  const { page } = payer;
  await release(taking.name, taking.name === 'slow' ? SLOW_MS : 0);
  await toHome(page);
  await lookForUpdate(page);
  await waitingWorker(page);
  await button(page, 'Use it').waitFor();
  const reloaded = page.waitForEvent('load');
  await taking.sleep(await serviceWorkerControl(payer.phone.context, server.origin));
  await taking.take(page);
  await reloaded;
  expect(await releaseOf(page)).toBe(taking.name);
});

test('a release that cannot be had whole leaves the one before in charge, and it pays', async () => {
  const gone = server.proxy.arm(route('GET', '/'), { kind: 'answer', status: 500 }, 10);
  await release('third');
  onTestFinished(gone.release);
  await payer.page.goto(`${server.origin}/settings`);
  await lookForUpdate(payer.page).catch(() => {});
  await gone.met;
  await payer.page.getByText(/^A new version could not be fetched/).waitFor();
  await openRequest();
  expect(await releaseOf(payer.page)).not.toBe('third');
  await approve(payer);
  await slipSays(payer, 'accepted');
});

test('a page of the new release pays beside the worker of the one before (F11)', async () => {
  await openRequest();
  const before = (await stall.received()).length;
  const cdp = await payer.phone.context.newCDPSession(payer.page);
  // As a person forces a reload: past the worker, which stays in charge of everything else.
  const reloaded = payer.page.waitForEvent('load');
  await cdp.send('Page.reload', { ignoreCache: true });
  await reloaded;
  expect(await releaseOf(payer.page)).toBe('third');
  await payButton(payer.page).waitFor();
  await approve(payer);
  await slipSays(payer, 'accepted');
  expect(await stall.received()).toHaveLength(before + 1);
  await expectCleanLedger(server);
});
