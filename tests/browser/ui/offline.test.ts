// Both phones without a network: money set aside, paid, taken and seen on both screens; and the screens
// around it, on two phones and a real server.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectGood } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { photograph, readCode } from '../../support/screen-picture.ts';
import {
  approve,
  button,
  cutOff,
  expectCleanLedger,
  heading,
  keptForOffline,
  keyIn,
  link,
  openWallet,
  type Person,
  reconnect,
  scan,
  showRequest,
  slipSays,
  startPerson,
  toHome,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let payer: Person;
let payee: Person;

beforeAll(async () => {
  [server, payer, payee] = await Promise.all([startServer(), startPerson(), startPerson()]);
  await openWallet(payee, server, { name: 'Mama Ciku', currency: 'KES' });
  await openWallet(payer, server, { name: 'Juma Odhiambo', currency: 'KES', rehearse: true });
});

afterAll(async () => {
  await Promise.all([payer?.phone.close(), payee?.phone.close()]);
  await server?.dispose();
});

/** Goes to another of the app's screens without loading the page anew. */
async function go(page: Page, address: string): Promise<void> {
  await page.evaluate((to) => {
    const anchor = document.createElement('a');
    anchor.href = to;
    document.body.append(anchor);
    anchor.click();
    anchor.remove();
  }, address);
}

/** The payer pays what the payee asks, nobody has a network, and shows it. */
async function payOffline(amount: string): Promise<void> {
  const code = await showRequest(payee, amount);
  await cutOff(payer, payee);
  await scan(payer, code);
  await approve(payer);
  await button(payer.page, 'Show to the payee').click();
  const shown = payer.page.getByRole('img', {
    name: 'Your payment as a QR code, with its guarantee',
  });
  payee.look(await photograph(shown));
  await link(payee.page, 'Scan their payment').click();
}

describe('setting money aside', () => {
  test('is chosen once, and home says what can be paid without a network', async () => {
    const { page } = payer;
    await go(page, '/offline');
    await page.getByText('Nothing is set aside.').waitFor();
    await page.getByText('How it works').waitFor();
    await page.getByText('This phone, no. 1', { exact: true }).waitFor();
    await expectGood(page, 'offline-empty');
    await button(page, 'Set money aside').click();
    await keyIn(page, '200');
    await page.getByText('and KES 50.00 in one payment').waitFor();
    await expectGood(page, 'offline-sheet');
    await button(page, /^Set .*200/).click();
    await page.getByText(/^left of/).waitFor();
    await page.getByText('This phone, no. 1 · KES 200.00 set aside').waitFor();
    await expectGood(page, 'offline-set');
    await toHome(page);
    await page.getByText(/guaranteed without network/).waitFor();
    await expectGood(page, 'home-set');
  });
});

describe('both without a network', () => {
  test('a payment is shown, checked and taken: guaranteed until its last day', async () => {
    await payOffline('40');
    await expectGood(payer.page, 'shown-counterfoil');
    await heading(payee.page, 'Guaranteed').waitFor();
    await expectGood(payee.page, 'taken-guaranteed');
    payee.look();
  });

  test('it stands at home and in activity as money promised, and never as balance', async () => {
    const { page } = payee;
    await link(page, 'Everything about it').click();
    await heading(page, 'Guaranteed, not paid yet').waitFor();
    await expectGood(page, 'taken-page');
    await go(page, '/');
    await page.getByText(/^Promised to you: .*40\.00/).waitFor();
    await expectGood(page, 'home-taken');
    await go(page, '/activity?f=waiting');
    await page.getByRole('link', { name: /40\.00.*Guaranteed/ }).waitFor();
    await expectGood(page, 'activity-waiting');
  });

  test('what waits can be saved as text and as codes', async () => {
    const { page } = payer;
    await button(page, 'Close').click();
    await expectGood(page, 'slip-covered');
    await go(page, '/keep');
    await button(page, /^Make a copy/).waitFor();
    await expectGood(page, 'keep');
    await button(page, /^Make a copy/).click();
    // Whoever has no pointer goes on from where the button was.
    await page.locator('button:focus', { hasText: 'Share' }).waitFor();
    await button(page, 'As a file').waitFor();
    await expectGood(page, 'keep-made');
    const downloading = page.waitForEvent('download');
    await button(page, 'As a file').click();
    expect((await downloading).suggestedFilename()).toBe('counterfoil-waiting.txt');
  });

  test('the payee alone meets a network: paid, and the payer learns of it later', async () => {
    await reconnect(payee);
    await go(payee.page, '/activity?f=received');
    await payee.page.getByRole('link', { name: /40\.00/ }).waitFor();
    await reconnect(payer);
    await go(payer.page, '/activity?f=paid');
    await payer.page.getByRole('link', { name: /40\.00/ }).waitFor();
    await expectCleanLedger(server);
  });

  test('the payer alone meets a network: the payee’s request says paid by itself later', async () => {
    await payOffline('30');
    await heading(payee.page, 'Guaranteed').waitFor();
    payee.look();
    await reconnect(payer);
    await payer.page.getByText('Accepted').first().waitFor();
    await button(payer.page, 'Close').click();
    await slipSays(payer, 'accepted');
    await reconnect(payee);
    await go(payee.page, '/activity?f=received');
    await payee.page.getByRole('link', { name: /30\.00/ }).waitFor();
    await expectCleanLedger(server);
  });
});

/** Types a text in place of a scan. */
async function typeIn(page: Page, text: string): Promise<void> {
  await button(page, 'Type it').click();
  await page.getByLabel('Text or link').fill(text);
  await button(page, 'Read it').click();
}

describe('what is no guarantee', () => {
  test('more than one payment may be is a promise, kept only when a person wants it', async () => {
    const code = await showRequest(payee, '60');
    await cutOff(payer, payee);
    await expectGood(payee.page, 'receive-shown');
    await scan(payer, code);
    await expectGood(payer.page, 'review-verified');
    await payer.page.getByText('Verified name').waitFor();
    await payer.page.getByText('Only up to KES 50.00 at a time is guaranteed.').waitFor();
    await approve(payer);
    await button(payer.page, 'Show as code').click();
    const shown = payer.page.getByRole('img', { name: 'Your promise as a QR code' });
    payee.look(await photograph(shown));
    await link(payee.page, 'Scan their payment').click();
    await heading(payee.page, 'A promise, not guaranteed').waitFor();
    await expectGood(payee.page, 'taken-promise');
    payee.look();
    await button(payee.page, 'Keep it anyway').click();
    await heading(payee.page, 'Kept, not guaranteed').waitFor();
    await expectGood(payee.page, 'taken-kept');
    await button(payer.page, 'Close').click();
  });

  test('the same payment again is said to be kept, and is not kept twice', async () => {
    const { page } = payee;
    await go(payer.page, '/keep');
    await button(payer.page, 'Show as code').click();
    const shown = payer.page.getByRole('img', { name: 'A waiting payment as a QR code' });
    const text = readCode(await photograph(shown));
    await button(payer.page, 'Close').click();
    await toHome(page);
    await link(page, /^Pay/).click();
    await heading(page, 'Scan a code').waitFor();
    await expectGood(page, 'scan');
    await typeIn(page, text);
    await heading(page, 'Taken before').waitFor();
    await page.getByRole('alert').getByText('is kept on this phone already').waitFor();
    await expectGood(page, 'taken-before');
    await button(page, 'Scan again').click();
    await typeIn(page, `${text}\n\n${text}`);
    await page.locator('.notice-title', { hasText: '2 lines read' }).waitFor();
    await page.getByText('On this phone already').first().waitFor();
    await expectGood(page, 'scanned-list');
    await button(page, 'Close').click();
  });
});

describe('checking a receipt', () => {
  let receipt: string;

  beforeAll(async () => {
    await reconnect(payer, payee);
    await go(payer.page, '/activity?f=paid');
    await payer.page.getByRole('link', { name: /30\.00/ }).click();
    await button(payer.page, 'Show it').click();
    const code = payer.page.getByRole('img', { name: 'The receipt as a QR code' });
    receipt = readCode(await photograph(code));
    await expectGood(payer.page, 'receipt-shown');
    await button(payer.page, 'Close').click();
  });

  test('by somebody who has no wallet, and no network: paid, altered, or no receipt at all', async () => {
    const visitor = await startPerson();
    const { page } = visitor;
    await page.goto(server.origin);
    await link(page, 'Check a receipt').waitFor();
    await expectGood(page, 'welcome');
    await link(page, 'Check a receipt').click();
    await page.getByText('has the server’s keys').waitFor();
    await keptForOffline(page, 'visitor');
    await visitor.phone.context.setOffline(true);
    await page.reload();
    await page.getByText('has the server’s keys').waitFor();
    await expectGood(page, 'check');
    await typeIn(page, receipt);
    await page.getByText('Signature checked on this phone').waitFor();
    await page.getByText('Paid', { exact: true }).waitFor();
    await expectGood(page, 'check-paid');
    await button(page, 'Check another').click();
    await typeIn(
      page,
      `${receipt.slice(0, 60)}${receipt[60] === 'A' ? 'B' : 'A'}${receipt.slice(61)}`,
    );
    await page.getByText(/^(Altered|Not a receipt of this server)$/).waitFor();
    await expectGood(page, 'check-altered');
    await button(page, 'Check another').click();
    await typeIn(page, 'hello');
    await page.getByText('This is not a receipt').waitFor();
    await visitor.phone.close();
  });
});

describe('a phone that is lost', () => {
  test('settings lead to money set aside and devices; it is stopped there', async () => {
    const { page } = payer;
    await go(page, '/settings');
    await link(page, 'Money set aside, my devices').scrollIntoViewIfNeeded();
    await expectGood(page, 'settings');
    await link(page, 'Money set aside, my devices').click();
    await page.getByText(/^left of/).waitFor();
    await button(page, 'Stop').click();
    await page.getByText('Nothing is set aside.').waitFor();
    await page.getByText('This phone, no. 1', { exact: true }).waitFor();
    await expectGood(page, 'offline-stopped');
  });
});
