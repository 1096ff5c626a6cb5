// A worker that dies, answers that are lost and requests that come twice: whatever breaks between
// phone and server, a payment is one ledger transfer with one receipt, and the outbox ends empty.
import type { Page, Worker } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { ROUTES } from '#protocol/routes.ts';
import { type ServiceWorkerControl, serviceWorkerControl } from '../../support/browser.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { route } from '../../support/proxy.ts';
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
  storedReceipt,
} from '../../support/wallet-flows.ts';

const uploads = route('POST', '/api/payments');

let server: TestServer;
let payer: Person;
let stall: Stall;
let worker: ServiceWorkerControl;

beforeAll(async () => {
  const permissions = ['camera', 'background-sync', 'notifications'];
  [server, payer] = await Promise.all([startServer(), startPerson({ permissions })]);
  stall = await openStall(server, 'Duka la Amina');
  await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
  worker = await serviceWorkerControl(payer.phone.context, server.origin);
});

afterAll(async () => {
  await payer?.phone.close();
  await server?.dispose();
});

/** The worker works when the test says so, and not because the page asked the browser for it. */
function withoutSync(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    Reflect.deleteProperty(ServiceWorkerRegistration.prototype, 'sync');
  });
}

type Preparing = (page: Page) => Promise<unknown>;

async function openPage(address: string, before: Preparing = withoutSync): Promise<void> {
  const passkeys = await payer.passkeys.passkeys();
  await payer.page.close();
  payer = await reopen(payer, address, passkeys, before);
}

async function openRequest(before: Preparing = withoutSync): Promise<void> {
  await openPage(payLink(server.origin, stall.ask({ amountMinor: 1_000n })), before);
  await payButton(payer.page).waitFor();
}

/** A promise that only the worker can carry: its page has left, in vain, the only one there was. */
async function promiseAndLeave(): Promise<string> {
  await openRequest();
  const lost = server.proxy.arm(uploads, { kind: 'drop-request' }, 100);
  await approve(payer);
  await lost.met;
  await slipSays(payer, 'promised');
  const id = slipId(payer.page);
  await openPage('about:blank');
  lost.release();
  return id;
}

function runningWorker(): Worker {
  const found = payer.phone.context.serviceWorkers().at(-1);
  if (!found) throw new Error('no service worker runs');
  return found;
}

/** From now on this call of the worker never ends; answers how to wait until it has been made. */
async function hangAt(call: 'fetch' | 'verify'): Promise<() => Promise<void>> {
  const running = runningWorker();
  await running.evaluate((name) => {
    const state = globalThis as unknown as { reached: Promise<void> };
    state.reached = new Promise((reached) => {
      const hang = () => {
        reached();
        return new Promise(() => {});
      };
      if (name === 'fetch') Object.assign(globalThis, { fetch: hang });
      else Object.defineProperty(crypto.subtle, 'verify', { value: hang });
    });
  }, call);
  return () =>
    running.evaluate(() => (globalThis as unknown as { reached: Promise<void> }).reached);
}

async function transfersOf(id: string): Promise<number> {
  return (await stall.received()).filter((entry) => entry.paymentId === id).length;
}

/** What the operator sees as the one receipt of the payment. */
async function serverReceipt(id: string): Promise<string | undefined> {
  const { stdout } = await server.run('operator', ['payment', id]);
  return /^receipt {3}([\w-]+)$/m.exec(stdout)?.[1];
}

const settled = new Set<string>();

async function expectSettledOnce(id: string): Promise<void> {
  settled.add(id);
  if (!payer.page.url().endsWith(id)) await openPage(`${server.origin}/slip/${id}`);
  await slipSays(payer, 'accepted');
  expect(await outboxSize(payer.page)).toBe(0);
  expect(await transfersOf(id)).toBe(1);
  expect(await storedReceipt(payer.page, id)).toBe(await serverReceipt(id));
}

test('killed before it could send: the next event sends', async () => {
  const id = await promiseAndLeave();
  const reached = await hangAt('fetch');
  await worker.sync('outbox');
  await reached();
  await worker.kill();
  expect(await transfersOf(id)).toBe(0);
  const answered = server.proxy.answered(uploads);
  await worker.sync('outbox');
  await answered;
  await expectSettledOnce(id);
});

test('killed while its request is on the way: the next event sends again', async () => {
  const id = await promiseAndLeave();
  const held = server.proxy.arm(uploads, { kind: 'hold-request' });
  await worker.sync('outbox');
  await held.met;
  await worker.kill();
  const answered = server.proxy.answered(uploads);
  await worker.sync('outbox');
  await answered;
  // The first one arrives after all.
  const late = server.proxy.answered(uploads);
  held.release();
  await late;
  await expectSettledOnce(id);
});

test('killed after the server’s commit: the next event fetches the same receipt', async () => {
  const id = await promiseAndLeave();
  const held = server.proxy.arm(uploads, { kind: 'hold-answer' });
  await worker.sync('outbox');
  const first = await held.met;
  await worker.kill();
  expect(await transfersOf(id)).toBe(1);
  const answered = server.proxy.answered(uploads);
  await worker.sync('outbox');
  const second = await answered;
  expect(second.body.equals(first.body)).toBe(true);
  await expectSettledOnce(id);
});

test('killed with the receipt in hand, before it is stored: the next event stores it', async () => {
  const id = await promiseAndLeave();
  const reached = await hangAt('verify');
  await worker.sync('outbox');
  await reached();
  await worker.kill();
  const answered = server.proxy.answered(uploads);
  await worker.sync('outbox');
  await answered;
  await expectSettledOnce(id);
});

test('the browser’s last attempt fails: a person is told, and the next start sends (F1, F2)', async () => {
  const id = await promiseAndLeave();
  const headers = { 'retry-after': '3600' };
  const busy = server.proxy.arm(uploads, { kind: 'answer', status: 503, headers }, 100);
  onTestFinished(busy.release);
  await worker.sync('outbox', true);
  await busy.met;
  const told = () =>
    runningWorker().evaluate(async () => {
      const { registration } = self as unknown as { registration: ServiceWorkerRegistration };
      return (await registration.getNotifications()).map(({ title }) => title);
    });
  const timeout = 10_000;
  await expect.poll(told, { timeout }).toEqual(['1 payment is waiting to be sent']);
  expect(await transfersOf(id)).toBe(0);
  busy.release();
  await expectSettledOnce(id);
});

test('an answer that is lost is asked for again', async () => {
  await openRequest();
  const lost = server.proxy.arm(uploads, { kind: 'drop-answer' });
  await approve(payer);
  await lost.met;
  const id = slipId(payer.page);
  expect(await transfersOf(id)).toBe(1);
  await expectSettledOnce(id);
});

test('page and worker send at once, and the server settles once', async () => {
  await openRequest(async (page) => {
    await withoutSync(page);
    // Without the lock that keeps them apart, as when its owner is frozen.
    await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'locks'));
  });
  const fromPage = server.proxy.arm(uploads, { kind: 'hold-request' });
  await approve(payer);
  await fromPage.met;
  const fromWorker = server.proxy.arm(uploads, { kind: 'hold-request' });
  await worker.sync('outbox');
  await fromWorker.met;
  fromPage.release();
  fromWorker.release();
  await expectSettledOnce(slipId(payer.page));
});

test('a request that the network delivers twice settles once', async () => {
  await openRequest();
  const twice = server.proxy.arm(uploads, { kind: 'duplicate' });
  await approve(payer);
  await twice.met;
  await expectSettledOnce(slipId(payer.page));
});

test('the browser itself sends again what it sent on a kept connection: settled once (F39)', async () => {
  await openRequest();
  let asked = 0;
  payer.page.on('request', (request) => {
    if (request.url().endsWith('/api/payments')) asked++;
  });
  const before = server.proxy.exchanges.filter(uploads).length;
  const lost = server.proxy.arm(uploads, { kind: 'drop-answer' });
  await approve(payer);
  await lost.met;
  await expectSettledOnce(slipId(payer.page));
  expect(asked).toBe(1);
  expect(server.proxy.exchanges.filter(uploads)).toHaveLength(before + 2);
});

test('a page that is frozen with its answer on the way asks again when it goes on (F50)', async () => {
  await openRequest();
  const held = server.proxy.arm(uploads, { kind: 'hold-answer' });
  await approve(payer);
  onTestFinished(held.release);
  const first = await held.met;
  const cdp = await payer.phone.context.newCDPSession(payer.page);
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  server.proxy.cut();
  server.proxy.restore();
  const answered = server.proxy.answered(uploads);
  await cdp.send('Page.setWebLifecycleState', { state: 'active' });
  const second = await answered;
  held.release();
  expect(second.body.equals(first.body)).toBe(true);
  await expectSettledOnce(slipId(payer.page));
});

test('a phone that says it has no network, and is wrong, pays at once (F36)', async () => {
  await openRequest(async (page) => {
    await withoutSync(page);
    await page.addInitScript(() =>
      Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false }),
    );
  });
  await approve(payer);
  await expectSettledOnce(slipId(payer.page));
});

test('a captive portal’s page is no answer: the payment waits and settles', async () => {
  await openRequest();
  const headers = { 'content-type': 'text/html' };
  const body = '<html>Sign in to this network</html>';
  const portal = server.proxy.arm(uploads, { kind: 'answer', status: 200, headers, body });
  await approve(payer);
  await portal.met;
  await expectSettledOnce(slipId(payer.page));
});

test('a session that has ended keeps no promise from being settled (F79)', async () => {
  await openRequest();
  await payer.phone.context.clearCookies();
  await approve(payer);
  await expectSettledOnce(slipId(payer.page));
  // And signed in again it is the device that it was.
  const { page } = payer;
  await page.goto(`${server.origin}/sign-in`);
  await button(page, 'Sign in with passkey').click();
  await page.waitForURL(`${server.origin}/`);
  const { path } = ROUTES.deviceList;
  const list = await page.evaluate(async (url) => (await fetch(url)).json(), path);
  expect(list.devices).toMatchObject([{ device: 1 }]);
});

test('every promise was one ledger transfer', async () => {
  expect(await stall.received()).toHaveLength(settled.size);
  await expectCleanLedger(server);
});
