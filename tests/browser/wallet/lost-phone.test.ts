// A phone that is lost: the account's other phone says so, what was set aside is its owner's again, and
// what it had shown before is still paid.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectGood } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { route } from '../../support/proxy.ts';
import {
  approve,
  button,
  cutOff,
  expectCleanLedger,
  heading,
  link,
  openWallet,
  type Person,
  purse,
  purseSays,
  reconnect,
  scan,
  scanPayment,
  setAside,
  showCounterfoil,
  showRequest,
  signIn,
  startPerson,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let lost: Person;
let second: Person;
let payee: Person;
let account: string;

beforeAll(async () => {
  [server, lost, payee] = await Promise.all([startServer(), startPerson(), startPerson()]);
  await openWallet(payee, server, { name: 'Mama Ciku', currency: 'KES' });
  await openWallet(lost, server, { name: 'Juma', currency: 'KES', rehearse: true });
  second = await startPerson({ passkeys: await lost.passkeys.passkeys() });
  await setAside(lost, server.origin, '200');
  await lost.page.goto(`${server.origin}/settings`);
  const shown = await lost.page.locator('.print').first().textContent();
  account = shown?.replaceAll(' ', '') ?? '';
});

afterAll(async () => {
  await Promise.all([lost, second, payee].map((person) => person?.phone.close()));
  await server?.dispose();
});

async function operatorSays(): Promise<string> {
  return (await server.run('operator', ['account', account])).stdout;
}

async function heldByServer(): Promise<string | undefined> {
  return /([\d.]+ KES) of it set aside/.exec(await operatorSays())?.[1];
}

test('both without a network, the payee takes what the phone shows, guaranteed', async () => {
  const request = await showRequest(payee, '40');
  await cutOff(lost, payee);
  await scan(lost, request);
  await lost.page.getByText('Guaranteed, also without a network.').waitFor();
  await approve(lost);
  await scanPayment(payee, await showCounterfoil(lost));
  await heading(payee.page, 'Guaranteed').waitFor();
  expect(await heldByServer()).toBe('200.00 KES');
});

test('the account on another phone gives it up, and what is set aside returns', async () => {
  await signIn(second, server.origin);
  const { page } = second;
  await page.goto(`${server.origin}/offline`);
  await page.getByText('KES 200.00 set aside').waitFor();
  await expectGood(page, 'devices');
  await button(page, 'I lost this phone').click();
  await page.getByText('This does not block it:').waitFor();
  await page.getByText('Tell support at once.').waitFor();
  await expectGood(page, 'device-lost');
  await button(page, 'Yes, it is lost').click();
  await page.getByText(/· Reported lost/).waitFor();
  // Reporting it does not block it: what is left to do is read as well as heard.
  await page.getByRole('main').getByText('Ask support to switch its passkey off.').waitFor();
  // The button that was pressed has gone: whoever uses a keyboard goes on from its list.
  const devices = heading(page, 'My devices');
  await expect.poll(() => devices.evaluate((e) => e === document.activeElement)).toBe(true);
  await expect.poll(() => page.getByText('KES 200.00 set aside').count()).toBe(0);
  expect(await heldByServer()).toBeUndefined();
  await purseSays(second, '1,000.00');
});

test('what it had shown before is paid all the same', async () => {
  await reconnect(payee);
  await link(payee.page, 'Everything about it').click();
  await payee.page.getByRole('heading', { name: 'Paid', exact: true }).waitFor();
  await purseSays(payee, '1,040.00');
  await purseSays(second, '960.00');
  await expectCleanLedger(server);
});

test('the phone itself drops what it was granted, and says why', async () => {
  const { page } = lost;
  await reconnect(lost);
  await page.goto(`${server.origin}/offline`);
  await page.getByText('This phone was reported lost').waitFor();
  await page.getByText('Nothing is set aside.').waitFor();
  await expectGood(page, 'offline-frozen');
  await purseSays(lost, '960.00');
  await expect.poll(() => purse(page).textContent()).not.toContain('without network');
});

test('found again, it is signed out and in, and has money set aside as before', async () => {
  const { page } = lost;
  await page.goto(`${server.origin}/settings`);
  await button(page, 'Sign out of this phone').click();
  await button(page, 'Yes, sign out').click();
  await link(page, 'I have a wallet').waitFor();
  await signIn(lost, server.origin);
  await setAside(lost, server.origin, '100');
  expect(await heldByServer()).toBe('100.00 KES');
  await expectCleanLedger(server);
});

test('emptied before it could send, it leaves a gap that its owner and the operator hear of (F27, F28)', async () => {
  const { page, phone } = second;
  const request = await showRequest(payee, '10');
  const dropped = server.proxy.arm(route('POST', '/api/payments'), { kind: 'drop-request' }, 100);
  await scan(second, request);
  await approve(second);
  await dropped.met;
  const announced = page.waitForResponse(/\/api\/account\?.*seq=1$/);
  await page.goto(server.origin);
  expect((await announced).status()).toBe(200);
  const cdp = await phone.context.newCDPSession(page);
  const { origin } = server;
  await cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  await expect.poll(operatorSays).toMatch(/^gap {7}payment 1 of device \d has not come$/m);
  dropped.release();

  await signIn(second, server.origin);
  await page.getByText('1 payment approved on another phone has not arrived.').waitFor();
  await expectGood(page, 'home-missing');
  await link(page, 'Have a look').click();
  await page.getByText(/^1 payment approved on it has not arrived/).waitFor();
  await expectGood(page, 'device-missing');
  await expectCleanLedger(server);
});

test('nothing was logged as an error or refused by the content policy on the way', () => {
  expect([lost, second, payee].flatMap(({ faults }) => faults.seen)).toEqual([]);
});
