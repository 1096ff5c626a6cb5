// A phone whose storage is full: nothing is promised or asked for, and the words say what could not be kept.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectGood } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import {
  button,
  heading,
  keyIn,
  link,
  openWallet,
  type Person,
  startPerson,
  toHome,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let person: Person;

beforeAll(async () => {
  const [started, before] = await Promise.all([startServer(), startPerson()]);
  server = started;
  await openWallet(before, server, { name: 'Rosa', currency: 'KES' });
  const { profile } = before.phone;
  await before.phone.close({ keepProfile: true });
  // Chromium remembers for a while how much room there was, so the disk is full from the start.
  person = await startPerson({ profile });
  const { origin } = server;
  const cdp = await person.phone.context.newCDPSession(person.page);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  await person.page.goto(origin);
});

afterAll(async () => {
  await person?.phone.close();
  await server?.dispose();
});

const theme = () => person.page.evaluate(() => document.documentElement.dataset.theme);

test('who asks for money is not told of a payment', async () => {
  const { page } = person;
  await link(page, /^Get paid/).click();
  await keyIn(page, '3');
  await button(page, 'Show the code').click();
  const alert = page.getByRole('alert');
  await alert.getByText('This phone could not keep it.').waitFor();
  expect(await alert.textContent()).not.toMatch(/promised|payment/);
});

test('colours are as chosen until the page ends, and it says so', async () => {
  const { page } = person;
  await toHome(page);
  await link(page, 'Settings').click();
  await page.getByLabel('Dark', { exact: true }).click();
  await page.getByRole('alert').getByText('This holds until the app is closed').waitFor();
  expect(await theme()).toBe('dark');
  await expectGood(page, 'settings-full');
});

test('a language that the phone had not kept is spoken all the same', async () => {
  const { page } = person;
  await page.getByLabel('Français').click();
  await heading(page, 'Réglages').waitFor();
});

test('nothing was logged as an error or refused by the content policy on the way', () => {
  expect(person.faults.seen).toEqual([]);
});
