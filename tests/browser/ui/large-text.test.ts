// Twice the usual size of text on the smallest phone, in every language: nothing to press and no word
// is cut off at a side, from left to right and from right to left (WCAG 1.4.4, 1.4.10).
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { cutAtTheSides } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  heading,
  link,
  openWallet,
  type Person,
  payButton,
  setAside,
  slipSays,
  startPerson,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let person: Person;
let stall: Stall;

/** Set before the first screen is drawn, as a browser's own setting is. */
const enlarge = (page: Page) =>
  page.addInitScript(() => {
    const grow = () => document.documentElement?.style.setProperty('font-size', '2.125rem');
    grow();
    addEventListener('DOMContentLoaded', grow);
  });

beforeAll(async () => {
  [server, person] = await Promise.all([startServer(), startPerson({ before: enlarge })]);
  stall = await openStall(server, 'Duka la Amina');
});

afterAll(async () => {
  await person?.phone.close();
  await server?.dispose();
});

async function expectWhole(): Promise<void> {
  const { page } = person;
  await page.waitForFunction(
    () => document.querySelector('main')?.getAttribute('aria-busy') === 'false',
  );
  for (const direction of ['rtl', 'ltr']) {
    await page.evaluate((dir) => {
      document.documentElement.dir = dir;
    }, direction);
    expect(await cutAtTheSides(page), `${page.url()} ${direction}`).toEqual([]);
  }
}

const open = async (address: string) => {
  await person.page.goto(new URL(address, server.origin).href);
  await expectWhole();
};

const VISITOR = ['/', '/open', '/sign-in', '/settings', '/check'];
const OWNER = [
  '/',
  '/scan',
  '/receive',
  '/print-code',
  '/activity',
  '/settings',
  '/offline',
  '/keep',
  '/check',
  '/rehearsal',
  '/pay',
];

async function speak(name: string, title: string): Promise<void> {
  await person.page.goto(`${server.origin}/settings`);
  await person.page.getByLabel(name).click();
  await heading(person.page, title).waitFor();
}

describe('somebody new', () => {
  test.each(VISITOR)('%s', open);
});

describe('somebody with a wallet', () => {
  beforeAll(async () => {
    await openWallet(person, server, { name: 'Juma Odhiambo', currency: 'KES', rehearse: true });
    await setAside(person, server.origin, '100');
  });

  describe.each([
    ['English', 'Settings'],
    ['Français', 'Réglages'],
  ])('in %s', (name, title) => {
    beforeAll(() => speak(name, title));

    test.each(OWNER)('%s', open);

    test('a review, one with a keypad, and one that declines', async () => {
      await open(payLink(server.origin, stall.ask({ amountMinor: 1_250n })));
      await open(payLink(server.origin, stall.ask()));
      await open(payLink(server.origin, stall.ask({ amountMinor: 99_999_999n })));
    });
  });

  test('a slip, its story, and home with what was paid', async () => {
    const { page } = person;
    await speak('English', 'Settings');
    await page.goto(payLink(server.origin, stall.ask({ amountMinor: 1_250n })));
    await payButton(page).waitFor();
    server.proxy.cut();
    await approve(person);
    await slipSays(person, 'promised');
    await expectWhole();
    server.proxy.restore();
    await slipSays(person, 'accepted');
    await expectWhole();
    await link(page, 'Receipt and details').click();
    await page.waitForURL(/\/activity\//);
    await expectWhole();
    await open('/');
  });
});
