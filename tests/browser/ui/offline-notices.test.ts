// A payer who promised more than there was: the operator paid, and the wallet says what is owed and that
// nothing is set aside any more. Made at the server by a wallet that breaks the rules on purpose.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectGood } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { connectTo } from '../../support/remote-server.ts';
import {
  authorize,
  authorizeCovered,
  enrol,
  grantAllowance,
  outcomeOf,
  passkeyOf,
  type ServerWallet,
  type WalletServer,
} from '../../support/server-wallet.ts';
import { KES } from '../../support/stall.ts';
import {
  button,
  expectCleanLedger,
  type Person,
  purse,
  signIn,
  startPerson,
} from '../../support/wallet-flows.ts';

const CAP_MINOR = 50_00n;

let server: TestServer;
let debtor: Person;

/** All that is set aside, all that is not, and then once more. */
async function overspend(remote: WalletServer, payer: ServerWallet): Promise<string[]> {
  const payee = await enrol(remote, 'Mama Ciku', KES);
  const wish = { amountMinor: 4n * CAP_MINOR, currency: KES };
  const granted = await grantAllowance(remote, payer, wish);
  const rest = { currency: KES, amountMinor: 800_00n };
  const covered = { amountMinor: CAP_MINOR };
  const outcomes = [await outcomeOf(remote, await authorize(remote, payer, payee, rest))];
  for (let drawn = 0; drawn < 4; drawn++) {
    const item = await authorizeCovered(remote, payer, payee, granted, covered);
    outcomes.push(await outcomeOf(remote, item));
  }
  const again = { ...covered, spentBeforeMinor: 0n };
  const item = await authorizeCovered(remote, payer, payee, granted, again);
  return [...outcomes, await outcomeOf(remote, item)];
}

beforeAll(async () => {
  server = await startServer();
  const remote = connectTo(`http://localhost:${server.port}`, server.origin);
  const payer = await enrol(remote, 'Juma', KES);
  expect(await overspend(remote, payer)).toEqual(Array(6).fill('accepted'));
  debtor = await startPerson({ passkeys: [passkeyOf(payer, remote.party.rpId)] });
  await signIn(debtor, server.origin);
});

afterAll(async () => {
  await debtor?.phone.close();
  await server?.dispose();
});

test('home says what is owed, and that it cannot be spent', async () => {
  const { page } = debtor;
  await page.getByText('You owe KES 50.00 to the operator, who paid in your place.').waitFor();
  expect(await purse(page).textContent()).toContain('0.00');
  await expectGood(page, 'home-owed');
});

test('the screen of money set aside says first that it is stopped, and why', async () => {
  const { page } = debtor;
  await page.goto(`${server.origin}/offline`);
  await page.getByText('Your account promised more than it had').waitFor();
  await page.getByText('You owe KES 50.00 to the operator', { exact: true }).waitFor();
  await page.getByText('Nothing is set aside.').waitFor();
  expect(await button(page, 'Set money aside').count()).toBe(0);
  await expectGood(page, 'offline-owed');
});

test('the evidence is with the operator, and the books are even', async () => {
  const { stdout } = await server.run('operator', ['double-promises']);
  expect(stdout).toContain('promised more than its allowance');
  await expectCleanLedger(server);
});
