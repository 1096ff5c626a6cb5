// The screens around a payment, on two phones and a real server: getting paid with and without
// network, showing proof, carrying a promise for somebody, finding it all again, and the settings.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { photograph } from '../../support/screen-picture.ts';
import {
  approve,
  button,
  expectCleanLedger,
  heading,
  link,
  openWallet,
  type Person,
  purseSays,
  requestText,
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
  expect([...payer.faults.seen, ...payee.faults.seen]).toEqual([]);
  await Promise.all([payer?.phone.close(), payee?.phone.close()]);
  await server?.dispose();
});

/** Goes to another of the app's screens without loading the page anew. */
async function go(page: Page, address: string): Promise<void> {
  await page.evaluate((to) => {
    const link = document.createElement('a');
    link.href = to;
    document.body.append(link);
    link.click();
    link.remove();
  }, address);
}

async function expectAccessible(page: Page): Promise<void> {
  expect(await accessibilityFaults(page)).toEqual([]);
}

/** The QR code that stands in an open sheet. */
const sheetCode = (page: Page, name: string) => page.getByRole('img', { name });

describe('getting paid', () => {
  test('the code is accessible, waits for the server’s word, and says paid by itself', async () => {
    const code = await showRequest(payee, '120.50');
    await payee.page.getByText('“Paid” appears here by itself').waitFor();
    await expectAccessible(payee.page);
    await scan(payer, code);
    await approve(payer);
    await slipSays(payer, 'accepted');
    await heading(payee.page, 'Paid').waitFor();
    await payee.page.getByText('From Juma Odhiambo', { exact: true }).waitFor();
    await expectAccessible(payee.page);
    await button(payee.page, 'Next payment').click();
    await heading(payee.page, 'Get paid').waitFor();
    await expectAccessible(payee.page);
  });

  test('a request survives a reload, and an unknown one says so', async () => {
    await showRequest(payee, '5');
    await payee.page.reload();
    await payee.page.getByRole('img', { name: /^QR code that asks for/ }).waitFor();
    await go(payee.page, '/receive?d=unknown');
    await payee.page.getByRole('alert').waitFor();
  });

  test('without network a request is still shown, and nothing is claimed', async () => {
    await payee.phone.context.setOffline(true);
    await showRequest(payee, '7');
    await payee.page.getByText(/^No answer since/).waitFor();
    await payee.page.getByText(/^No network needed/).waitFor();
    await payee.phone.context.setOffline(false);
    await payee.page.getByText('“Paid” appears here by itself').waitFor();
  });

  test('paid while live updates are dead: asking again finds out', async () => {
    const code = await showRequest(payee, '3');
    await payee.page.route('**/api/events**', (route) => route.abort());
    await payee.page.reload();
    await scan(payer, code);
    await approve(payer);
    await heading(payee.page, 'Paid').waitFor();
    await payee.page.unroute('**/api/events**');
  });

  test('a printed code holds no amount and can be paid', async () => {
    await go(payee.page, '/print-code');
    const code = payee.page.getByRole('img', { name: 'QR code to pay Mama Ciku' });
    await code.waitFor();
    await expectAccessible(payee.page);
    // A taller screen: on the usual one the print button lies over the code's foot.
    const usual = payee.page.viewportSize() ?? { width: 360, height: 640 };
    await payee.page.setViewportSize({ ...usual, height: 1200 });
    payer.look(await photograph(code));
    await payee.page.setViewportSize(usual);
    await toHome(payer.page);
    await link(payer.page, /^Pay/).click();
    await heading(payer.page, 'You pay').waitFor();
    await payer.page.getByText('How much?').waitFor();
  });
});

describe('proof', () => {
  test('a receipt shown by the payer is checked on the payee’s phone with no network', async () => {
    await go(payer.page, '/activity?f=paid');
    await payer.page
      .getByRole('link', { name: /To MAMA CIKU/i })
      .first()
      .click();
    await payer.page.getByText('Signature checked on this phone').waitFor();
    await payer.page.getByText('The server settled it').waitFor();
    await expectAccessible(payer.page);
    await button(payer.page, 'Show it').click();
    payee.look(await photograph(sheetCode(payer.page, 'The receipt as a QR code')));
    await payee.phone.context.setOffline(true);
    await go(payee.page, '/scan');
    await heading(payee.page, 'Somebody’s receipt').waitFor();
    await payee.page.getByText('Signature checked on this phone').waitFor();
    await payee.page.getByText('You', { exact: true }).waitFor();
    await expectAccessible(payee.page);
    await payee.phone.context.setOffline(false);
    payee.look();
    await button(payee.page, 'Close').click();
    await button(payer.page, 'Close').click();
  });

  test('a promise made without network is kept by the payee’s phone, sent by it, and settles once', async () => {
    const code = await showRequest(payee, '40');
    await payer.phone.context.setOffline(true);
    await scan(payer, code);
    await approve(payer);
    await slipSays(payer, 'promised');
    await button(payer.page, /^Show (it )?as (a )?code$/).click();
    payee.look(await photograph(sheetCode(payer.page, 'Your promise as a QR code')));
    await go(payee.page, '/scan');
    await heading(payee.page, 'A promise, not guaranteed').waitFor();
    await payee.page.getByText('KES').first().waitFor();
    payee.look();
    await button(payee.page, 'Keep it anyway').click();
    await link(payee.page, 'Everything about it').click();
    await heading(payee.page, 'Paid').waitFor();
    await payee.page.getByText('Signature checked on this phone').waitFor();
    await button(payer.page, 'Close').click();
    await payer.phone.context.setOffline(false);
    await slipSays(payer, 'accepted');
    await expectCleanLedger(server);
  });
});

describe('scanning without a code in front of the camera', () => {
  test('a typed link leads to the review, and what is no payment code is refused in words', async () => {
    const request = await requestText(payee, '9');
    payer.look();
    await go(payer.page, '/scan');
    await payer.page.getByText('Hold the code inside the corners').waitFor();
    await expectAccessible(payer.page);
    await button(payer.page, 'Type it').click();
    await payer.page.getByLabel('Text or link').fill('upi://pay?pa=x@y');
    await expectAccessible(payer.page);
    await button(payer.page, 'Read it').click();
    await payer.page.getByText('This is a UPI code').waitFor();
    await expectAccessible(payer.page);
    await button(payer.page, 'Type it').click();
    await payer.page
      .getByLabel('Text or link')
      .fill(`https://elsewhere.example/pay?r=${encodeURIComponent(request)}`);
    await button(payer.page, 'Read it').click();
    await heading(payer.page, 'You pay').waitFor();
  });

  test('a picture shared by another app is read once', async () => {
    const code = await showRequest(payee, '11');
    const picture = (await code.screenshot()).toString('base64');
    await payer.page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const cache = await caches.open('shared');
      await cache.put('/shared-picture', new Response(bytes));
    }, picture);
    await go(payer.page, '/scan?shared=1');
    await heading(payer.page, 'You pay').waitFor();
    await toHome(payer.page);
    await go(payer.page, '/scan?shared=1');
    await payer.page.getByText('The shared picture did not arrive').waitFor();
  });

  test('a chosen picture without a code says so', async () => {
    await payer.page.locator('input[type=file]').setInputFiles({
      name: 'note.txt',
      mimeType: 'image/png',
      buffer: Buffer.from('no picture'),
    });
    await payer.page.getByText('This file cannot be opened as a picture').waitFor();
  });
});

describe('activity', () => {
  test('search and filter find a slip, and Back comes back to what was asked', async () => {
    const { page } = payer;
    await go(page, '/activity');
    await page.getByRole('link', { name: /120\.50/ }).waitFor();
    await expectAccessible(page);
    await page.getByLabel('Search').fill('120,50 ciku');
    await expect.poll(() => page.locator('.activity-line').count()).toBe(1);
    await page.getByText('Not paid').click();
    await page.getByText('No slip fits that.').waitFor();
    await page.locator('.activity-chip', { hasText: /^Paid$/ }).click();
    await page.getByRole('link', { name: /120\.50/ }).click();
    await page.getByText('What happened').or(page.getByText('You approved it')).first().waitFor();
    await button(page, 'Back').click();
    await expect.poll(() => page.getByLabel('Search').inputValue()).toBe('120,50 ciku');
    await expect.poll(() => page.locator('.activity-line').count()).toBe(1);
  });

  test('money that came in has its story, with a receipt and what was asked', async () => {
    const { page } = payee;
    await go(page, '/activity?f=received');
    await page.getByRole('link', { name: /120\.50/ }).click();
    await page.getByText('Signature checked on this phone').waitFor();
    await page.getByText('You asked for').waitFor();
    await expectAccessible(page);
  });
});

describe('settings', () => {
  test('language, theme and profile change at once and stay', async () => {
    const { page } = payee;
    await go(page, '/settings');
    await page.getByText('What this phone can do').waitFor();
    await expectAccessible(page);
    // The screen, not the button, says when the choice has taken effect: texts may have to be fetched.
    await page.getByLabel('Français').click();
    await heading(page, 'Réglages').waitFor();
    await page.getByLabel('English').click();
    await heading(page, 'Settings').waitFor();
    await page.getByLabel('Dark', { exact: true }).click();
    await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
    await expectAccessible(page);
    await button(page, 'Change').click();
    await page.getByLabel('Town').fill('Kisumu');
    await page.getByLabel('What you do').selectOption('5812');
    await button(page, 'Save').click();
    await page.getByText('Kisumu').waitFor();
    await page.reload();
    await page.getByText('Kisumu').waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
  });

  test('nobody signs out of a phone that alone has a promise', async () => {
    const code = await showRequest(payee, '2');
    await payer.phone.context.setOffline(true);
    await scan(payer, code);
    await approve(payer);
    await go(payer.page, '/settings');
    await payer.page.getByText(/You cannot sign out yet: 1 promise over .*2\.00/).waitFor();
    expect(await button(payer.page, 'Sign out of this phone').count()).toBe(0);
    await payer.phone.context.setOffline(false);
    await button(payer.page, 'Sign out of this phone').waitFor();
    await button(payer.page, 'Sign out of this phone').click();
    await button(payer.page, 'Yes, sign out').click();
    await link(payer.page, 'Open a wallet').waitFor();
  });

  test('the payee has all that was paid', async () => {
    await purseSays(payee, '165.50');
  });
});
