// Paying without network: the app starts from the phone, the promise is kept, and the worker carries
// it to the server by itself once that can be reached, with every page closed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { backgroundSyncMissing } from '../../support/browser.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { route } from '../../support/proxy.ts';
import { openStall, printedCode, type Stall } from '../../support/stall.ts';
import {
  approve,
  button,
  expectCleanLedger,
  heading,
  link,
  openWallet,
  outboxSize,
  type Person,
  payButton,
  purseSays,
  REVIEW,
  reopen,
  slipId,
  slipSays,
  startPerson,
} from '../../support/wallet-flows.ts';

const missing = backgroundSyncMissing();
if (missing) console.warn(`SKIPPED: what the worker does by itself, ${missing}`);

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

/** Closes the page and opens another, from whatever the phone has; scans the code and approves. */
async function payFromCache(text: string): Promise<string> {
  const passkeys = await payer.passkeys.passkeys();
  await payer.page.close();
  payer.look(printedCode(text));
  payer = await reopen(payer, server.origin, passkeys);
  await heading(payer.page, 'Your money').waitFor();
  await link(payer.page, /^Pay/).click();
  await heading(payer.page, REVIEW).waitFor();
  await payButton(payer.page).waitFor();
  await approve(payer);
  await slipSays(payer, 'promised');
  return slipId(payer.page);
}

async function closeEveryPage(): Promise<void> {
  for (const page of payer.phone.context.pages()) {
    if (page.url().startsWith(server.origin)) await page.close();
  }
}

async function paymentsReceived(id: string): Promise<number> {
  return (await stall.received()).filter((entry) => entry.paymentId === id).length;
}

test('a promise that has not left the phone can be taken back, and then costs nothing', async () => {
  const { context } = payer.phone;
  await context.setOffline(true);
  const id = await payFromCache(stall.ask({ amountMinor: 9_000n }));
  // Tried by hand: without an answer it stays, and can still be taken back.
  await button(payer.page, 'Send now').click();
  const said = payer.page.getByRole('status').filter({ hasText: /^Tried at .*: no answer/ });
  await said.waitFor();
  expect(await said.textContent()).toMatch(/tries again by itself/);
  await payer.page.getByRole('button', { name: 'Send now', disabled: false }).waitFor();
  await button(payer.page, 'Take it back').click();
  await button(payer.page, 'Yes, take it back').click();
  await heading(payer.page, 'Withdrawn, not paid').waitFor();
  // What had the focus is gone: who listens is told the outcome, and goes on from there.
  await payer.page.locator('h1:focus', { hasText: 'Withdrawn, not paid' }).waitFor();
  expect(await outboxSize(payer.page)).toBe(0);
  const reached = server.proxy.answered(route('GET', '/api/account'));
  await context.setOffline(false);
  await reached;
  await purseSays(payer, '1,000.00');
  expect(await paymentsReceived(id)).toBe(0);
});

test('a promise that was tried in vain may have left: nobody says it has, nor takes it back', async () => {
  const lost = server.proxy.arm(uploads, { kind: 'drop-request' }, 100);
  await payer.page.goto(payLink(server.origin, stall.ask({ amountMinor: 1_000n })));
  await approve(payer);
  await lost.met;
  // The request never arrived, which the phone cannot know.
  await payer.page.getByText('It may have reached the server').waitFor();
  expect(await payer.page.getByText('has left').count()).toBe(0);
  expect(await button(payer.page, 'Take it back').count()).toBe(0);
  lost.release();
  await button(payer.page, 'Send now').click();
  await slipSays(payer, 'accepted');
});

describe.skipIf(missing !== null)('with Background Sync', () => {
  test('a payment promised with the network cut is settled by the worker alone once it is back', async () => {
    const { context } = payer.phone;
    await context.setOffline(true);
    const id = await payFromCache(stall.ask({ amountMinor: 25_000n }));
    expect(await outboxSize(payer.page)).toBe(1);
    const passkeys = await payer.passkeys.passkeys();
    await closeEveryPage();
    const settled = server.proxy.answered(uploads);
    await context.setOffline(false);
    await settled;
    expect(await paymentsReceived(id)).toBe(1);

    // Nobody can be asked what is left: what the worker was told is all that this phone knows.
    await context.setOffline(true);
    payer = await reopen(payer, `${server.origin}/slip/${id}`, passkeys);
    await slipSays(payer, 'accepted');
    expect(await outboxSize(payer.page)).toBe(0);
    await payer.page.goto(server.origin);
    await purseSays(payer, '740.00');
    await context.setOffline(false);
  });

  test('a payment promised while only the server is gone is settled by the worker alone once it is back', async () => {
    await server.stop();
    const id = await payFromCache(stall.ask({ amountMinor: 5_000n }));
    const passkeys = await payer.passkeys.passkeys();
    await closeEveryPage();
    const settled = server.proxy.answered(uploads);
    await server.start();
    await settled;
    expect(await paymentsReceived(id)).toBe(1);

    payer = await reopen(payer, `${server.origin}/slip/${id}`, passkeys);
    await slipSays(payer, 'accepted');
    expect(await outboxSize(payer.page)).toBe(0);
  });

  test('each was one ledger transfer, and balances agree on both sides', async () => {
    expect(await stall.received()).toHaveLength(3);
    expect(await stall.balanceMinor()).toBe(131_000n);
    await purseSays(payer, '690.00');
    await expectCleanLedger(server);
  });
});

test('nothing was logged as an error', () => {
  expect(payer.faults.seen).toEqual([]);
});
