// Opening a wallet where the network loses answers and people take their time: nobody stands before a
// wall, and nobody gets two accounts.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAuthenticator, type Passkey } from '../../support/browser.ts';
import { expectGood } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { route } from '../../support/proxy.ts';
import {
  button,
  heading,
  link,
  type Person,
  purseSays,
  startPerson,
} from '../../support/wallet-flows.ts';

const CEREMONY_MS = 1000;

let server: TestServer;
let juma: Person;
let amina: Person;
/** Made by Amina, and not in time. */
let late: readonly Passkey[];

beforeAll(async () => {
  [server, juma, amina] = await Promise.all([startServer(), startPerson(), startPerson()]);
});

afterAll(async () => {
  await Promise.all([juma, amina].map((person) => person?.phone.close()));
  await server?.dispose();
});

async function fillIn({ page }: Person, name: string): Promise<void> {
  await page.goto(`${server.origin}/open`);
  await page.getByLabel('Your name or your shop’s').fill(name);
  await page.getByLabel('Town or stop').fill('Nairobi');
  await page.getByLabel('Currency').selectOption('KES');
}

const says = ({ page }: Person, words: string) =>
  page.getByRole('alert').getByText(words).waitFor();

test('who goes on without a network is told that nothing goes on by itself', async () => {
  const { page, phone } = juma;
  await fillIn(juma, 'Juma');
  await phone.context.setOffline(true);
  await button(page, 'Continue').click();
  await says(juma, 'Try again when there is a network.');
  await phone.context.setOffline(false);
  await button(page, 'Continue').click();
  await heading(page, 'Your phone is the key').waitFor();
});

test('a wallet whose first answers are lost is opened by sending again, once', async () => {
  const { page } = juma;
  const enrolments = route('POST', '/api/enrolment');
  const lost = server.proxy.arm(enrolments, { kind: 'drop-answer' }, 100);
  await button(page, 'Make the passkey').click();
  await says(juma, 'No answer came.');
  await expectGood(page, 'passkey-unsent');
  lost.release();
  await button(page, 'Send again').click();
  await heading(page, 'Try it without network').waitFor();
  await purseSays(juma, '1,000.00');
  // By its name, which must be one account's alone.
  const { code, stdout, stderr } = await server.run('operator', ['account', 'Juma']);
  expect(code, stderr).toBe(0);
  expect(stdout.match(/^device/gm)).toHaveLength(1);
  expect(await juma.passkeys.passkeys()).toHaveLength(1);
});

test('who took too long is led on: to another passkey, or in with the one that was made', async () => {
  const { page } = amina;
  await server.stop();
  await server.start({ env: { CEREMONY_TIMEOUT_MS: String(CEREMONY_MS) } });
  await fillIn(amina, 'Amina');
  await button(page, 'Continue').click();
  await heading(page, 'Your phone is the key').waitFor();
  const overMs = Date.now() + CEREMONY_MS;
  await server.stop();
  await button(page, 'Make the passkey').click();
  await says(amina, 'No answer came.');
  await server.start({ env: {} });
  await expect.poll(() => Date.now()).toBeGreaterThan(overMs);

  await button(page, 'Send again').click();
  await says(amina, 'The server did not confirm your wallet in time.');
  await link(page, 'Sign in').waitFor();
  await expectGood(page, 'passkey-late');
  late = await amina.passkeys.passkeys();
  await button(page, 'Make the passkey').click();
  await heading(page, 'Try it without network').waitFor();
  await purseSays(amina, '1,000.00');
});

test('a passkey that opens no wallet is told of as such, and not as a payment', async () => {
  const { page } = amina;
  await amina.passkeys.remove();
  await addAuthenticator(page, { passkeys: late });
  await page.goto(`${server.origin}/sign-in`);
  await button(page, 'Sign in with passkey').click();
  await says(amina, 'The server knows no wallet with this passkey.');
  expect(await page.getByRole('alert').textContent()).not.toMatch(/payment/);
  await expectGood(page, 'sign-in-unknown');
});

test('nothing was logged as an error or refused by the content policy on the way', () => {
  expect([juma, amina].flatMap(({ faults }) => faults.seen)).toEqual([]);
});
