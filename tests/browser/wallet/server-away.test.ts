// An app that was started while its server could not be reached: it goes on by itself once it can.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  button,
  expectCleanLedger,
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

describe('what could not be fetched of the app is fetched', () => {
  /** Somebody who is opening a wallet, and lacks one part of the app until `release`. */
  async function begin() {
    const person = await startPerson();
    onTestFinished(() => person.phone.close());
    const { page } = person;
    const askedFor = ({ path }: { path: string }) => path.startsWith('/assets/asking-');
    const missing = server.proxy.arm(askedFor, { kind: 'answer', status: 503 }, 1000);
    await page.goto(`${server.origin}/open`);
    await page.getByLabel('Your name or your shop’s').fill('Achieng');
    await page.getByLabel('Town or stop').fill('Nairobi');
    await button(page, 'Continue').click();
    await missing.met;
    return { page, release: missing.release };
  }

  async function finish(page: Page): Promise<void> {
    await button(page, 'Make the passkey').click();
    await link(page, 'Later').click();
    await page.getByText(/^Reached/).waitFor();
  }

  test('once the wallet is open', async () => {
    const { page, release } = await begin();
    release();
    await finish(page);
    await keptForOffline(page);
  });

  test('once the server is heard again', async () => {
    const { page, release } = await begin();
    await finish(page);
    release();
    server.proxy.cut();
    await page.getByText(/^No answer/).waitFor();
    server.proxy.restore();
    await keptForOffline(page);
  });
});
