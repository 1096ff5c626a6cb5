// A link that is alive but hardly: second-generation mobile data, for the page and for the worker.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { serviceWorkerControl, throttle, throttleWorker } from '../../support/browser.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { route } from '../../support/proxy.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  expectCleanLedger,
  openWallet,
  outboxSize,
  type Person,
  payButton,
  reopen,
  slipSays,
  startPerson,
} from '../../support/wallet-flows.ts';

const uploads = route('POST', '/api/payments');
/** As phones on the edge of a cell have it. */
const LINK = { rttMs: 1_500, downKbps: 50, upKbps: 20 };

let server: TestServer;
let payer: Person;
let stall: Stall;

beforeAll(async () => {
  const permissions = ['camera', 'background-sync'];
  [server, payer] = await Promise.all([startServer(), startPerson({ permissions })]);
  stall = await openStall(server, 'Duka la Amina');
  await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
});

afterAll(async () => {
  await payer?.phone.close();
  await server?.dispose();
});

const uploaded = () => server.proxy.exchanges.filter(uploads).length;

/** The page is opened from what the phone keeps, and what it asks from then on goes by the slow link. */
async function promiseOnSlowLink(): Promise<void> {
  const passkeys = await payer.passkeys.passkeys();
  await payer.page.close();
  const address = payLink(server.origin, stall.ask({ amountMinor: 1_000n }));
  // The worker is told by the test when to send, not by the browser in its own time.
  payer = await reopen(payer, address, passkeys, (page) =>
    page.addInitScript(() => {
      Reflect.deleteProperty(ServiceWorkerRegistration.prototype, 'sync');
    }),
  );
  await payButton(payer.page).waitFor();
  await throttle(payer.page, { cpu: 1, ...LINK });
  await approve(payer);
}

test('by such a link a page’s first upload is waited for, and settles (F38)', async () => {
  const before = uploaded();
  await promiseOnSlowLink();
  await slipSays(payer, 'accepted');
  expect(await outboxSize(payer.page)).toBe(0);
  expect(uploaded()).toBe(before + 1);
});

test('and so is a worker’s, with every page closed', async () => {
  const worker = await serviceWorkerControl(payer.phone.context, server.origin);
  const lost = server.proxy.arm(uploads, { kind: 'drop-request' }, 100);
  await promiseOnSlowLink();
  await lost.met;
  const { page } = payer;
  const slip = page.url();
  await page.goto('about:blank');
  lost.release();
  await throttleWorker(payer.phone.context, server.origin, LINK);
  const answered = server.proxy.answered(uploads);
  await worker.sync('outbox');
  await answered;
  await page.goto(slip);
  await slipSays(payer, 'accepted');
  expect(await outboxSize(page)).toBe(0);
  expect(await stall.received()).toHaveLength(2);
  await expectCleanLedger(server);
});
