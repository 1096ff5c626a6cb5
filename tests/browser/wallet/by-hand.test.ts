// From screen to camera: a promise that the payee's phone carries for a payer without network, and
// a receipt that proves a payment to anybody.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { photograph } from '../../support/screen-picture.ts';
import {
  approve,
  button,
  expectCleanLedger,
  heading,
  link,
  openWallet,
  outboxSize,
  type Person,
  purseSays,
  scan,
  showRequest,
  slipId,
  slipSays,
  startPerson,
  storedReceipt,
  toHome,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let payer: Person;
let payee: Person;
let id: string;

beforeAll(async () => {
  [server, payer, payee] = await Promise.all([startServer(), startPerson(), startPerson()]);
  await openWallet(payee, server, { name: 'Mama Ciku', currency: 'KES' });
  await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
});

afterAll(async () => {
  await Promise.all([payer?.phone.close(), payee?.phone.close()]);
  await server?.dispose();
});

/** The payee's camera on what the payer's screen shows. */
async function showTo(seen: Person, by: Person, label: string): Promise<void> {
  const code = by.page.getByRole('img', { name: label });
  await code.waitFor();
  seen.look(await photograph(code));
  await toHome(seen.page);
  await link(seen.page, /^Pay/).click();
}

test('a payer without network shows the promise, and the payee keeps it and carries it to the server', async () => {
  await payer.phone.context.setOffline(true);
  await scan(payer, await showRequest(payee, '250'));
  await approve(payer);
  await slipSays(payer, 'promised');
  id = slipId(payer.page);
  await button(payer.page, 'Show as code').click();
  await showTo(payee, payer, 'Your promise as a QR code');
  await heading(payee.page, 'A promise, not guaranteed').waitFor();
  await button(payee.page, 'Keep it anyway').click();
  await link(payee.page, 'Everything about it').click();
  await heading(payee.page, 'Paid').waitFor();
  await payee.page.getByText('Signature checked on this phone').waitFor();
  await purseSays(payee, '1,250.00');
  expect(await outboxSize(payer.page)).toBe(1);
});

test('what was shown to another phone can no longer be taken back', async () => {
  await button(payer.page, 'Close').click();
  await button(payer.page, 'Show as code').waitFor();
  expect(await button(payer.page, 'Take it back').count()).toBe(0);
});

test('the payer’s phone learns of it once it has network, and it was one ledger transfer', async () => {
  const { page } = payer;
  await button(page, 'Show as code').click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('img', { name: 'Your promise as a QR code' }).waitFor();
  await payer.phone.context.setOffline(false);
  // While the code is on the screen, both see there that it is of no more use, and why.
  await sheet.getByRole('heading', { name: 'Paid', exact: true }).waitFor();
  await sheet.getByRole('status').getByText('Accepted').waitFor();
  await button(page, 'Close').click();
  await page.locator('h1:focus', { hasText: 'Paid' }).waitFor();
  expect(await outboxSize(payer.page)).toBe(0);
  const { stdout } = await server.run('operator', ['payment', id]);
  expect(stdout).toContain(await storedReceipt(payer.page, id));
  await purseSays(payer, '750.00');
  await expectCleanLedger(server);
});

test('a receipt shown as a code proves the payment to a phone without network', async () => {
  await payer.page.goto(`${server.origin}/activity/${id}`);
  await button(payer.page, /^Show/).click();
  await payee.phone.context.setOffline(true);
  await showTo(payee, payer, 'The receipt as a QR code');
  await heading(payee.page, 'Somebody’s receipt').waitFor();
  await payee.page.getByText('Signature checked on this phone').waitFor();
  await payee.page.getByText('KES 250.00').first().waitFor();
  await payee.phone.context.setOffline(false);
});

test('nothing was logged as an error or refused by the content policy on the way', () => {
  expect([...payer.faults.seen, ...payee.faults.seen]).toEqual([]);
});
