// Everybody can use it: every screen by axe-core's rules, in light and dark, on the smallest phone,
// from right to left, and a payment made with the keyboard alone.
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { expectGood } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  button,
  heading,
  link,
  openWallet,
  type Person,
  payButton,
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
});

afterAll(async () => {
  await payer?.phone.close();
  await server?.dispose();
});

describe('somebody new', () => {
  test('the welcome', async () => {
    await payer.page.goto(server.origin);
    await link(payer.page, 'Open a wallet').waitFor();
    await expectGood(payer.page);
  });

  test.each([
    ['/open', 'Open a wallet'],
    ['/sign-in', 'Welcome back'],
    ['/settings', 'Settings'],
    ['/check', 'Check a receipt'],
  ])('%s', async (address, title) => {
    await payer.page.goto(server.origin + address);
    await heading(payer.page, title).waitFor();
    await expectGood(payer.page);
  });
});

describe('somebody with a wallet', () => {
  beforeAll(async () => {
    await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
  });

  test.each([
    ['/', 'Your money'],
    ['/scan', 'Scan a code'],
    ['/receive', 'Get paid'],
    ['/print-code', 'A code to print'],
    ['/activity', 'All activity'],
    ['/settings', 'Settings'],
    ['/offline', 'Paying without a network'],
    ['/keep', 'Save what waits'],
    ['/check', 'Check a receipt'],
    ['/taken/unknown', 'This payment is not on this phone'],
    ['/rehearsal', 'Try it without network'],
    ['/pay', 'Nothing to pay'],
    ['/pay?r=hello', 'Nothing to pay'],
    ['/slip/unknown', 'This slip is not on this phone'],
    ['/nowhere', 'There is nothing here'],
  ])('%s', async (address, title) => {
    await payer.page.goto(server.origin + address);
    await heading(payer.page, title).waitFor({ state: 'attached' });
    await expectGood(payer.page);
  });

  test('a request shown as a code, typed and shown without the keypad', async () => {
    const { page } = payer;
    await page.goto(`${server.origin}/receive`);
    await page.getByRole('spinbutton').focus();
    await page.keyboard.type('12.5\n');
    await page.getByRole('img', { name: /^QR code that asks for/ }).waitFor();
    await expectGood(page);
  });

  test('text being typed in place of a scan', async () => {
    await payer.page.goto(`${server.origin}/scan`);
    await button(payer.page, 'Type it').click();
    await payer.page.getByLabel('Text or link').waitFor();
    await expectGood(payer.page);
  });

  test('a review, one with a keypad, and one that declines', async () => {
    await payer.page.goto(payLink(server.origin, stall.ask()));
    await heading(payer.page, 'You pay').waitFor();
    await expectGood(payer.page);
    await payer.page.goto(payLink(server.origin, stall.ask({ amountMinor: 99_999_999n })));
    await payer.page.getByRole('alert').waitFor();
    await expectGood(payer.page);
  });

  test('a slip that waits, home while it waits, the slip when it is paid, and its story', async () => {
    server.proxy.cut();
    const { page } = payer;
    await page.goto(payLink(server.origin, stall.ask({ amountMinor: 1_000n })));
    await payButton(page).waitFor();
    await approve(payer);
    await slipSays(payer, 'promised');
    await expectGood(page);
    const slip = page.url();
    await toHome(page);
    await expectGood(page);
    await page.goto(slip);
    server.proxy.restore();
    await slipSays(payer, 'accepted');
    await expectGood(page);
    await link(page, 'Receipt and details').click();
    await page.waitForURL(/\/activity\//);
    await expectGood(page);
  });
});

/** Presses Tab until the element has the focus, as somebody without a pointer comes to it. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('no way to it by the Tab key');
}

test('a payment is made with the keyboard alone', async () => {
  const { page } = payer;
  await page.goto(server.origin);
  await tabTo(page, link(page, /^Pay/));
  await page.keyboard.press('Enter');
  await heading(page, 'Scan a code').waitFor();
  await tabTo(page, button(page, 'Type it'));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByLabel('Text or link'));
  await page.keyboard.insertText(stall.ask());
  await tabTo(page, button(page, 'Read it'));
  await page.keyboard.press('Enter');
  await heading(page, 'You pay').waitFor();
  await tabTo(page, page.getByRole('spinbutton'));
  await page.keyboard.type('42.5');
  await expect.poll(() => payButton(page).textContent()).toContain('42.50');
  await tabTo(page, payButton(page));
  await page.keyboard.press('Enter');
  await slipSays(payer, 'accepted');
  await tabTo(page, link(page, 'Done'));
  await page.keyboard.press('Enter');
  await heading(page, 'Your money').waitFor({ state: 'attached' });
  expect((await stall.received()).at(-1)?.amountMinor).toBe(4_250n);
});
