// The server's folder is replaced by an older copy of itself. The payer's phone, which holds a receipt of
// what the server has forgotten, brings it back by itself, and the payee has the money again.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeReceipt } from '#protocol/receipt.ts';
import { ROUTES } from '#protocol/routes.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { type ArmedFault, route } from '../../support/proxy.ts';
import {
  approve,
  expectCleanLedger,
  openWallet,
  type Person,
  purse,
  purseSays,
  scan,
  showRequest,
  slipId,
  slipSays,
  startPerson,
  storedReceipt,
} from '../../support/wallet-flows.ts';

const RESTORED =
  'The payment server was restored from a backup. This phone is giving it the receipt again.';

const WAIT = { timeout: 70_000 };

let server: TestServer;
let payer: Person;
let payee: Person;
let backup: string;
let id: string;
let onTheWay: ArmedFault;

beforeAll(async () => {
  [server, payer, payee] = await Promise.all([startServer(), startPerson(), startPerson()]);
  await openWallet(payee, server, { name: 'Mama Ciku', currency: 'KES' });
  await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
  backup = `${server.dataDir}-backup`;
});

afterAll(async () => {
  await Promise.all([payer?.phone.close(), payee?.phone.close()]);
  await server?.dispose();
  if (backup) fs.rmSync(backup, { recursive: true, force: true });
});

async function pay(amount: string): Promise<string> {
  await scan(payer, await showRequest(payee, amount));
  await approve(payer);
  await slipSays(payer, 'accepted');
  return slipId(payer.page);
}

/** With owners and times, as whoever makes backups by hand does. */
const copyFolder = (from: string, to: string) => execFileSync('cp', ['-a', from, to]);

async function epochOf(person: Person): Promise<number> {
  const bytes = await storedReceipt(person.page, id);
  const receipt = decodeReceipt(new Uint8Array(Buffer.from(bytes ?? '', 'base64url')));
  return receipt.ok ? receipt.value.epoch : 0;
}

test('a payment is settled before the backup, and another one after it', async () => {
  await pay('100');
  await server.stop();
  copyFolder(server.dataDir, backup);
  await server.start();
  id = await pay('250');
  await purseSays(payee, '1,350.00');
});

test('after the restore the operator begins a new epoch', async () => {
  await server.stop();
  fs.rmSync(server.dataDir, { recursive: true });
  copyFolder(backup, server.dataDir);
  const { code, stdout } = await server.run('operator', ['new-epoch']);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('Epoch') });
  onTheWay = server.proxy.arm(route('POST', ROUTES.reoffers.path), { kind: 'hold-request' }, 9);
  await server.start();
});

test('the payer’s phone hears of it by itself, and says so beside a payment that stays accepted', async () => {
  await payer.page.goto(`${server.origin}/activity/${id}`);
  const line = payer.page.getByText(RESTORED);
  await line.waitFor();
  await payer.page.getByRole('main').getByText('Accepted').first().waitFor();
  expect((await onTheWay.met).body.length).toBeGreaterThan(0);
});

test('the payee, whose page was open all the time, sees what the server knows, not what it knew', async () => {
  // The stream of live updates looks for its server ever more rarely.
  await expect.poll(() => purse(payee.page).textContent(), WAIT).toContain('1,100.00');
}, 120_000);

test('with the receipt brought back both have what they had, without a tap', async () => {
  onTheWay.release();
  await payer.page.getByText(RESTORED).waitFor({ state: 'detached' });
  await expect.poll(() => purse(payee.page).textContent(), WAIT).toContain('1,350.00');
  await purseSays(payer, '650.00');
  expect(await epochOf(payer)).toBeGreaterThan(1);
  const { stdout } = await server.run('operator', ['payment', id]);
  expect(stdout).toMatch(/^verdict {3}accepted$/m);
  await expectCleanLedger(server);
}, 120_000);

test('it is brought back once, also when the wallet is opened again', async () => {
  const brought = () =>
    server.proxy.exchanges.filter(({ path }) => path === ROUTES.reoffers.path).length;
  const before = brought();
  await payer.page.reload();
  await purseSays(payer, '650.00');
  expect(brought()).toBe(before);
});
