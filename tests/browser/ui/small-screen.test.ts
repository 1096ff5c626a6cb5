// The smallest phone, 360×640: keys stay under the thumb, the focus is in sight and in its place, and
// nothing is cut off or covered.
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromBase32 } from '#protocol/base32.ts';
import { payLink } from '#protocol/pay-link.ts';
import { writePaymentRequest } from '#protocol/payment-request-writer.ts';
import { cutAtTheSides, expectGood } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { KES, openStall, readIdentity, type Stall } from '../../support/stall.ts';
import {
  approve,
  button,
  cutOff,
  heading,
  keyIn,
  link,
  openWallet,
  type Person,
  payButton,
  reconnect,
  setAside,
  slipSays,
  startPerson,
  toHome,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let person: Person;
let page: Page;
let stall: Stall;

beforeAll(async () => {
  [server, person] = await Promise.all([startServer(), startPerson()]);
  page = person.page;
  stall = await openStall(server, 'Duka la Amina');
});

afterAll(async () => {
  await person?.phone.close();
  await server?.dispose();
});

/** Whether all of it is in sight, with nothing of a foot before it. */
const inSight = (thing: Locator): Promise<boolean> =>
  thing.evaluate((element) => {
    const box = element.getBoundingClientRect();
    const foot = element.closest('.foot') ? null : document.querySelector('.foot');
    const end = Math.min(innerHeight, foot?.getBoundingClientRect().top ?? innerHeight);
    return box.top >= 0 && box.bottom <= end + 1;
  });

const expectFocus = (thing: Locator) =>
  expect.poll(() => thing.evaluate((element) => element === document.activeElement)).toBe(true);

const review = async (asking: Parameters<Stall['ask']>[0] = {}) => {
  await page.goto(payLink(server.origin, stall.ask(asking)));
  await heading(page, 'You pay').waitFor();
  await page.getByText('Verified name').waitFor();
};

async function speak(name: string, title: string): Promise<void> {
  await page.goto(`${server.origin}/settings`);
  await page.getByLabel(name).click();
  await heading(page, title).waitFor();
}

test('an empty form leads to the first field that is missing, and then to the next', async () => {
  await page.goto(`${server.origin}/open`);
  await button(page, 'Continue').click();
  await expectFocus(page.getByLabel('Your name or your shop’s'));
  await page.getByLabel('Your name or your shop’s').fill('Juma');
  await button(page, 'Continue').click();
  await expectFocus(page.getByLabel('Town or stop'));
});

describe('with a wallet', () => {
  beforeAll(async () => {
    await openWallet(person, server, { name: 'Juma', currency: 'KES', rehearse: true });
  });

  /** Nothing may be on its way any more: an answer would say that the phone has a network after all. */
  async function promiseOffline(): Promise<void> {
    await payButton(page).and(page.locator(':enabled')).waitFor();
    await page.waitForLoadState('networkidle');
    await cutOff(person);
    await approve(person);
    await slipSays(person, 'promised');
  }

  const keyTops = () =>
    page
      .locator('.pad-key')
      .evaluateAll((keys) => keys.map((key) => key.getBoundingClientRect().top));

  test.each([
    ['English', 'Settings', '500000'],
    ['Français', 'Réglages', '99999999999999'],
  ])('in %s no key moves or is covered while too much is typed', async (name, title, tooMuch) => {
    const text = stall.ask();
    await speak(name, title);
    await page.goto(payLink(server.origin, text));
    await page.locator('.payee-verified').waitFor();
    const before = await keyTops();
    await keyIn(page, tooMuch);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await keyTops()).toEqual(before);
    expect(await inSight(alert)).toBe(true);
    expect(await inSight(page.locator('.pad-key').last())).toBe(true);
    await expectGood(page, `too-much-${name}`);
    while (await alert.isVisible()) await page.locator('.pad-key').last().click();
    await page.locator('.pay-stub .button').waitFor();
    expect(await keyTops()).toEqual(before);
    await speak('English', 'Settings');
  });

  test('all that can be done with a promise is in sight', async () => {
    await review({ amountMinor: 250n });
    await promiseOffline();
    for (const name of ['Send now', 'Show as code', 'Take it back', 'Done']) {
      const action = button(page, name).or(link(page, name));
      expect(await inSight(action), name).toBe(true);
    }
    await reconnect(person);
    await slipSays(person, 'accepted');
  });

  test('by keyboard nothing at home has the focus behind the foot', async () => {
    for (const amountMinor of [100n, 200n, 300n]) {
      await review({ amountMinor });
      await approve(person);
      await slipSays(person, 'accepted');
    }
    await toHome(page);
    await page.getByText('To DUKA LA AMINA').nth(3).waitFor();
    const focused = page.locator(':focus');
    const names: string[] = [];
    for (const key of ['Tab', 'Shift+Tab']) {
      for (let presses = 0; presses < 9; presses++) {
        await page.keyboard.press(key);
        if ((await focused.count()) === 0) continue;
        const name = (await focused.textContent()) ?? '';
        names.push(name);
        expect(await inSight(focused), name).toBe(true);
      }
    }
    expect(names.filter((name) => name.startsWith('To DUKA')).length).toBeGreaterThan(3);
  });

  test('the sheet to type a code in begins in its field', async () => {
    await page.goto(`${server.origin}/scan`);
    await button(page, 'Type it').click();
    await expectFocus(page.getByLabel('Text or link'));
    await page.keyboard.press('Escape');
  });

  test.each([
    ['English', 'Settings'],
    ['Français', 'Réglages'],
  ])('in %s the words on the ticket stand off its edges', async (name, title) => {
    await speak(name, title);
    await page.goto(server.origin);
    await page.locator('.ticket').waitFor();
    const room = await page.locator('.ticket-half b').evaluateAll((words) =>
      words.map((word) => {
        const range = document.createRange();
        range.selectNodeContents(word);
        const half = word.parentElement?.getBoundingClientRect();
        return (half?.right ?? 0) - range.getBoundingClientRect().right;
      }),
    );
    expect(room).toHaveLength(2);
    expect(Math.min(...room)).toBeGreaterThan(12);
    await speak('English', 'Settings');
  });

  test('the same with a guarantee, in the longer language', async () => {
    await setAside(person, server.origin, '100');
    await speak('Français', 'Réglages');
    await page.goto(payLink(server.origin, stall.ask({ amountMinor: 350n })));
    await page.getByText('Garanti, même sans réseau.').waitFor();
    await page.waitForLoadState('networkidle');
    await cutOff(person);
    await button(page, /^Payer/).click();
    await heading(page, 'Promis, pas encore payé').waitFor();
    for (const name of ['Envoyer', /^Reprendre/, 'Montrer au bénéficiaire', 'Terminé']) {
      const action = button(page, name).or(link(page, name));
      expect(await inSight(action), String(name)).toBe(true);
    }
    await expectGood(page, 'guaranteed-slip');
    // What is said of it comes below all that, and not behind the foot.
    await button(page, 'Envoyer').click();
    const said = page.getByText(/^Essayé à/);
    await said.waitFor();
    await expect.poll(() => inSight(said)).toBe(true);
    await reconnect(person);
    await heading(page, 'Payé').waitFor();
    await speak('English', 'Settings');
  });

  describe('an amount of thirteen digits', () => {
    beforeAll(async () => {
      const fund = ['fund', 'Juma', '200000000000.00', 'KES'];
      expect(await server.run('operator', fund)).toMatchObject({ code: 0 });
      await page.goto(server.origin);
      await page.getByText('200,000,00').first().waitFor();
    });

    /** Numbers that go on in a second line: each half would be read as a number of its own. */
    const broken = () =>
      page.evaluate(() => {
        const found: string[] = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let text = walker.nextNode(); text; text = walker.nextNode()) {
          if (text.parentElement?.closest('.unseen')) continue;
          for (const { 0: digits, index } of (text.nodeValue ?? '').matchAll(/[\d.,]{9,}/g)) {
            const range = document.createRange();
            range.setStart(text, index);
            range.setEnd(text, index + digits.length);
            const tops = [...range.getClientRects()].map(({ top }) => Math.round(top));
            if (new Set(tops).size > 1) found.push(digits);
          }
        }
        return found;
      });

    async function expectWhole(): Promise<void> {
      expect(await cutAtTheSides(page)).toEqual([]);
      expect(await broken()).toEqual([]);
    }

    test('stays whole and on the screen, from the keypad to the slip', async () => {
      await review();
      await keyIn(page, '99999999999.99');
      await payButton(page).waitFor();
      await expectWhole();
      await promiseOffline();
      await expectWhole();
      await button(page, 'Show as code').click();
      await page.locator('.amount-title').waitFor();
      await expectWhole();
      await button(page, 'Close').click();
      await reconnect(person);
      await slipSays(person, 'accepted');
      await link(page, 'Receipt and details').click();
      await page.waitForURL(/\/activity\//);
      await expectWhole();
    });

    test('stays whole beside its fee and in the total', async () => {
      const payee = fromBase32(stall.enrolment.account.profile.account, 16);
      if (!payee) throw new Error('the stall has no account id');
      const request = writePaymentRequest({
        payee,
        server: (await readIdentity(server)).server,
        currency: KES,
        merchantName: 'Somebody',
        city: 'Kisumu',
        countryCode: 'KE',
        tipOrFee: { kind: 'percentage-fee', feeHundredths: 125 },
      });
      if (!request.ok) throw new Error(request.refusal.code);
      await page.goto(payLink(server.origin, request.value));
      await keyIn(page, '97999999999.99');
      await page.locator('.review-facts').waitFor();
      await expectWhole();
    });
  });
});
