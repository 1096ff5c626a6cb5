// Where there is no Background Sync, or the person denied it, each of the page's own triggers alone
// brings a promise to the server.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  expectCleanLedger,
  openWallet,
  outboxSize,
  type Person,
  payButton,
  reopen,
  slipId,
  slipSays,
  startPerson,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let payer: Person;
let stall: Stall;

beforeAll(async () => {
  // Chromium denies what is not granted, and Background Sync is not.
  [server, payer] = await Promise.all([startServer(), startPerson({ permissions: ['camera'] })]);
  stall = await openStall(server, 'Duka la Amina');
  await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
});

afterAll(async () => {
  await payer?.phone.close();
  await server?.dispose();
});

type Trigger = 'start' | 'enqueue' | 'visible' | 'pageshow' | 'online' | 'timer';

/** Makes the page deaf to every trigger but one; start and enqueue are the app's own and always heard. */
function hearOnly(trigger: Trigger) {
  return (page: Page) =>
    page.addInitScript((only) => {
      const deafTo = ['pageshow', 'visibilitychange', 'online'].filter(
        (type) => type !== (only === 'visible' ? 'visibilitychange' : only),
      );
      for (const target of [EventTarget.prototype]) {
        const listen = target.addEventListener;
        target.addEventListener = function (this: EventTarget, type: string, ...rest: unknown[]) {
          const heard = !deafTo.includes(type);
          if (heard) Reflect.apply(listen, this, [type, ...rest]);
        };
      }
      const wait = window.setTimeout;
      const never = 2 ** 31 - 1;
      const patient = (run: TimerHandler, ms = 0, ...rest: unknown[]) =>
        wait(run, only !== 'timer' && ms >= 1_000 ? never : ms, ...rest);
      Object.assign(window, { setTimeout: patient });
    }, trigger);
}

/** As in Firefox and Safari. */
function withoutSyncManager(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    Reflect.deleteProperty(ServiceWorkerRegistration.prototype, 'sync');
    Reflect.deleteProperty(window, 'SyncManager');
  });
}

async function inPage(
  address: string,
  before: ((page: Page) => Promise<unknown>)[],
): Promise<void> {
  const passkeys = await payer.passkeys.passkeys();
  await payer.page.close();
  payer = await reopen(payer, address, passkeys, async (page) => {
    for (const prepare of before) await prepare(page);
  });
}

/** Approves a new request that a link opened, and answers the payment's id. */
async function payByLink(before: ((page: Page) => Promise<unknown>)[]): Promise<string> {
  await inPage(payLink(server.origin, stall.ask({ amountMinor: 1_000n })), before);
  await payButton(payer.page).waitFor();
  await approve(payer);
  return slipId(payer.page);
}

/** The same where the server cannot be reached: answers once the first attempt has failed. */
async function promiseByLink(before: ((page: Page) => Promise<unknown>)[]): Promise<string> {
  const failed = payer.phone.context.waitForEvent('requestfailed', (request) =>
    request.url().endsWith('/api/payments'),
  );
  const id = await payByLink(before);
  await failed;
  await slipSays(payer, 'promised');
  return id;
}

async function expectSettledOnce(id: string): Promise<void> {
  await slipSays(payer, 'accepted');
  expect(await outboxSize(payer.page)).toBe(0);
  const received = await stall.received();
  expect(received.filter((entry) => entry.paymentId === id)).toHaveLength(1);
}

test('the permission is denied on this phone, so nothing below is Background Sync’s doing', async () => {
  const answer = await payer.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const { sync } = registration as unknown as { sync: { register(tag: string): Promise<void> } };
    return sync.register('outbox').then(
      () => 'registered',
      (error: Error) => error.name,
    );
  });
  expect(answer).toBe('NotAllowedError');
});

describe.each([
  ['denied', []],
  ['missing', [withoutSyncManager]],
])('with Background Sync %s', (_, before) => {
  test('the approval itself sends the payment', async () => {
    await expectSettledOnce(await payByLink([...before, hearOnly('enqueue')]));
  });

  test('the next start sends what waits', async () => {
    server.proxy.cut();
    const id = await promiseByLink([...before, hearOnly('start')]);
    server.proxy.restore();
    await inPage(`${server.origin}/slip/${id}`, [...before, hearOnly('start')]);
    await expectSettledOnce(id);
  });

  test.each(['visible', 'pageshow'] as const)(
    '%s: being looked at again sends what waits',
    async (trigger) => {
      server.proxy.cut();
      const id = await promiseByLink([...before, hearOnly(trigger)]);
      server.proxy.restore();
      await payer.page.evaluate((type) => {
        if (type === 'visible') document.dispatchEvent(new Event('visibilitychange'));
        else window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
      }, trigger);
      await expectSettledOnce(id);
    },
  );

  test('the network coming back sends what waits', async () => {
    await payer.phone.context.setOffline(true);
    const id = await payByLink([...before, hearOnly('online')]);
    await slipSays(payer, 'promised');
    await payer.phone.context.setOffline(false);
    await expectSettledOnce(id);
  });

  test('a timer sends what waits, while the page is looked at', async () => {
    server.proxy.cut();
    const id = await promiseByLink([...before, hearOnly('timer')]);
    server.proxy.restore();
    await expectSettledOnce(id);
  });
});

test('each was one ledger transfer', async () => {
  expect(await stall.received()).toHaveLength(12);
  await expectCleanLedger(server);
});
