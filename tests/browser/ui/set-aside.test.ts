// Money set aside for one phone, seen on another of the account: home says that it is no money to spend
// here, and whoever wants to pay with it is told where it is.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { expectGood } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { connectTo } from '../../support/remote-server.ts';
import { enrol, grantAllowance, passkeyOf } from '../../support/server-wallet.ts';
import { KES, openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  button,
  heading,
  keyIn,
  link,
  type Person,
  payButton,
  signIn,
  slipSays,
  startPerson,
  toHome,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let stall: Stall;
let second: Person;
let page: Page;

beforeAll(async () => {
  server = await startServer();
  const remote = connectTo(`http://localhost:${server.port}`, server.origin);
  const first = await enrol(remote, 'Juma', KES);
  await grantAllowance(remote, first, { amountMinor: 100_00n, currency: KES });
  second = await startPerson({ passkeys: [passkeyOf(first, remote.party.rpId)] });
  page = second.page;
  stall = await openStall(server, 'Duka la Amina');
  await signIn(second, server.origin);
});

afterAll(async () => {
  await second?.phone.close();
  await server?.dispose();
});

const review = async (amountMinor?: bigint) => {
  const asking = amountMinor === undefined ? {} : { amountMinor };
  await page.goto(payLink(server.origin, stall.ask(asking)));
  await heading(page, 'You pay').waitFor();
  await page.getByText('Verified name').waitFor();
};

const HELD = 'KES 100.00 of your money is set aside';

test('home says how much is set aside, and that nothing of it is for this phone', async () => {
  await page.getByText('KES 100.00 of it set aside, KES 0.00 of that for this phone').waitFor();
  await expectGood(page, 'home-set-aside-elsewhere');
});

describe('who wants to pay more than is free', () => {
  test('hears that money is set aside, and is led to it', async () => {
    await review(950_00n);
    const alert = page.getByRole('alert').filter({ hasText: HELD });
    await alert.getByText('No money has moved.').waitFor();
    expect(await page.getByText('more than you have left').count()).toBe(0);
    expect(await payButton(page).isDisabled()).toBe(true);
    await expectGood(page, 'review-set-aside');
    await alert.getByRole('link').click();
    await heading(page, 'Paying without a network').waitFor();
    await page.getByText('KES 100.00 set aside', { exact: false }).waitFor();
  });

  test('hears it as the amount is typed, and no key moves', async () => {
    await review();
    const keyTops = () =>
      page
        .locator('.pad-key')
        .evaluateAll((keys) => keys.map((k) => k.getBoundingClientRect().top));
    const before = await keyTops();
    await keyIn(page, '950');
    await page.getByRole('alert').getByText(HELD).waitFor();
    expect(await keyTops()).toEqual(before);
    await expectGood(page, 'review-set-aside-typed');
  });

  test('comes back from there to the same payment, with all that was entered', async () => {
    await button(page, 'Add a note').click();
    await page.getByLabel('Note, for both of you').fill('Maize');
    await page.getByRole('alert').getByRole('link').click();
    await heading(page, 'Paying without a network').waitFor();
    await expectGood(page, 'offline-begun');
    await link(page, 'Back to the payment you began').click();
    await page.getByRole('alert').getByText(HELD).waitFor();
    expect(await page.getByLabel('Note, for both of you').inputValue()).toBe('Maize');
    await toHome(page);
    await page.getByText('You had begun a payment.').waitFor({ state: 'detached' });
  });

  test('hears that it is more than there is where it would not do either', async () => {
    await review(1000_01n);
    await page.getByText('more than you have left').waitFor();
    expect(await page.getByText(HELD).count()).toBe(0);
  });

  test('can pay all that is free', async () => {
    await review(900_00n);
    await approve(second);
    await slipSays(second, 'accepted');
    await toHome(page);
    await link(page, /DUKA LA AMINA/).waitFor();
  });
});
