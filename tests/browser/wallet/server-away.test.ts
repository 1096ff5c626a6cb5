// An app that was started while its server could not be reached: it goes on by itself once it can.
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  expectCleanLedger,
  fillOpening,
  keptForOffline,
  link,
  openWallet,
  type Person,
  purse,
  purseSays,
  slipSays,
  startPerson,
  toHome,
} from '../../support/wallet-flows.ts';

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

/** Started anew from what the phone has, with the phone sure of its network. */
async function startWithServerAway(): Promise<void> {
  server.proxy.cut();
  await payer.page.reload();
  await payer.page.getByText(/^No answer/).waitFor();
}

test('home hears of the server again by itself', async () => {
  await startWithServerAway();
  server.proxy.restore();
  await payer.page.getByText(/^Reached/).waitFor();
});

test('what was promised meanwhile settles, and what is left is what it was', async () => {
  await startWithServerAway();
  await payer.page.goto(payLink(server.origin, stall.ask({ amountMinor: 7_000n })));
  await approve(payer);
  await slipSays(payer, 'promised');
  await purseSays(payer, '930.00');
  server.proxy.restore();
  await expect.poll(async () => (await stall.received()).length).toBe(1);
  await toHome(payer.page);
  await expect.poll(() => purse(payer.page).textContent()).not.toContain('promised');
  await expect.poll(() => purse(payer.page).textContent()).not.toContain('1,000.00');
  await purseSays(payer, '930.00');
  await expectCleanLedger(server);
});

test('what could not be fetched of the app is fetched when the server is heard again', async () => {
  const person = await startPerson();
  onTestFinished(() => person.phone.close());
  const askedFor = ({ path }: { path: string }) => path.startsWith('/assets/asking-');
  const missing = server.proxy.arm(askedFor, { kind: 'answer', status: 503 }, 1000);
  await person.page.goto(server.origin);
  await link(person.page, 'Open a wallet').click();
  await fillOpening(person, { name: 'Achieng' });
  await missing.met;
  await link(person.page, 'Later').click();
  await person.page.getByText(/^Reached/).waitFor();
  missing.release();
  server.proxy.cut();
  await person.page.getByText(/^No answer/).waitFor();
  server.proxy.restore();
  await keptForOffline(person.page);
});
