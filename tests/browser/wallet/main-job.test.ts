// The main job online, on two fresh phones: one person asks, the other scans, approves and has paid.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import {
  approve,
  button,
  expectCleanLedger,
  heading,
  keyIn,
  link,
  openWallet,
  outboxSize,
  type Person,
  payButton,
  purseSays,
  scan,
  showRequest,
  slipId,
  slipSays,
  startPerson,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let payer: Person;
let payee: Person;

beforeAll(async () => {
  [server, payer, payee] = await Promise.all([startServer(), startPerson(), startPerson()]);
});

afterAll(async () => {
  await Promise.all([payer?.phone.close(), payee?.phone.close()]);
  await server?.dispose();
});

/** Counts how often the page's document was loaded. */
function countLoads({ page }: Person): () => number {
  let loads = 0;
  page.on('load', () => {
    loads++;
  });
  return () => loads;
}

test('a wallet is opened on a fresh phone, and a rehearsal shows that it can pay offline', async () => {
  await openWallet(payee, server, { name: 'Mama Ciku', currency: 'KES' });
  await openWallet(payer, server, { name: 'Juma Odhiambo', currency: 'KES', rehearse: true });
  await purseSays(payer, '1,000.00');
  await payer.page.getByText('Play money').waitFor();
});

test('a wallet that was just opened listens for news at once', async () => {
  const streams = () => server.proxy.exchanges.filter(({ path }) => path.startsWith('/api/events'));
  await expect.poll(() => streams().length, { timeout: 10_000 }).toBe(2);
});

test('a scanned request is paid with one approval, and both sides see it without a reload', async () => {
  const loads = countLoads(payee);
  const code = await showRequest(payee, '250');
  await scan(payer, code);
  await payer.page.getByText('MAMA CIKU').waitFor();
  expect(await payButton(payer.page).textContent()).toContain('250.00');
  await approve(payer);
  await slipSays(payer, 'accepted');
  await heading(payee.page, 'Paid').waitFor();
  await payee.page.getByText('From Juma Odhiambo', { exact: true }).waitFor();
  expect(loads()).toBe(0);
  expect(await outboxSize(payer.page)).toBe(0);
});

test('the payer’s story of the payment holds a receipt, and the operator sees the same', async () => {
  const id = slipId(payer.page);
  await link(payer.page, 'Receipt and details').click();
  await payer.page.getByRole('main').getByText('Accepted').first().waitFor();
  const { stdout } = await server.run('operator', ['payment', id]);
  expect(stdout).toMatch(/^verdict {3}accepted$/m);
  expect(stdout).toMatch(/^amount {4}250\.00 KES$/m);
  const receipt = /^receipt {3}([\w-]+)$/m.exec(stdout)?.[1];
  const inspected = await server.run('inspect', [], `${receipt}\n`);
  expect(JSON.parse(inspected.stdout)).toMatchObject({ kind: 'receipt', verdict: 'ok' });
});

test('where the payee leaves the amount open, the payer enters it', async () => {
  const code = await showRequest(payee);
  await scan(payer, code);
  await keyIn(payer.page, '12.5');
  await approve(payer);
  await slipSays(payer, 'accepted');
  await heading(payee.page, 'Paid').waitFor();
  await button(payee.page, 'Next payment').click();
});

test('both balances are right, and the ledger proves it', async () => {
  await purseSays(payer, '737.50');
  await purseSays(payee, '1,262.50');
  await expectCleanLedger(server);
});

test('nothing was logged as an error or refused by the content policy on the way', () => {
  expect(payer.faults.seen).toEqual([]);
  expect(payee.faults.seen).toEqual([]);
});
