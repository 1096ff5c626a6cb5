// When the approval fails: nothing is promised, what was entered stays, and the words say why.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { addAuthenticator } from '../../support/browser.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { route } from '../../support/proxy.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  draftStored,
  heading,
  keyIn,
  openWallet,
  outboxSize,
  type Person,
  payButton,
  REVIEW,
  reopen,
  slipSays,
  startPerson,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let payer: Person;
let stall: Stall;

beforeAll(async () => {
  [server, payer] = await Promise.all([startServer(), startPerson()]);
  stall = await openStall(server, 'Duka la Amina');
  await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
});

afterAll(async () => {
  await payer?.phone.close();
  await server?.dispose();
});

/** A person who lets the prompt stand: it ends after a moment here, and not after two minutes. */
function impatientPrompt(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const { credentials } = navigator;
    const get = credentials.get.bind(credentials);
    credentials.get = (options) => {
      if (options?.publicKey) options.publicKey.timeout = 500;
      return get(options);
    };
  });
}

async function openAgain(
  address: string,
  before?: (page: Page) => Promise<unknown>,
): Promise<Person> {
  const passkeys = await payer.passkeys.passkeys();
  await payer.page.close();
  return reopen(payer, address, passkeys, before);
}

/** A request without an amount is open, and a part of it entered: there is something to lose. */
async function enterPayment(
  before?: (page: Page) => Promise<unknown>,
  text = stall.ask(),
): Promise<void> {
  payer = await openAgain(payLink(server.origin, text), before);
  await keyIn(payer.page, '73.5');
  await expect.poll(() => payButton(payer.page).textContent()).toContain('73.50');
}

async function expectNothingPromised(): Promise<void> {
  expect(await outboxSize(payer.page)).toBe(0);
  expect(await stall.received()).toEqual([]);
}

/** The wallet is opened again with nothing in its address but "pay". */
async function expectDraftKept(): Promise<void> {
  await payer.page.goto(`${server.origin}/pay`);
  await heading(payer.page, REVIEW).waitFor();
  await expect.poll(() => payButton(payer.page).textContent()).toContain('73.50');
}

/** The tap that leads to no promise; answers once the screen has said so. */
async function approveInVain(words: RegExp): Promise<void> {
  await payButton(payer.page).click();
  await payer.page.getByRole('alert').getByText(words).waitFor();
  expect(new URL(payer.page.url()).pathname).toBe('/pay');
}

/** Whether a finger lies on the reader. */
async function presence(enabled: boolean): Promise<void> {
  const { cdp, authenticatorId } = payer.passkeys;
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
}

const CANCELLED = /^You did not approve/;

test('an entry is written down as it is made, and outlives its page', async () => {
  await enterPayment();
  await draftStored(payer.page, 7_350n);
  await expectDraftKept();
});

test('a person who is not verified has promised nothing, and the entry is kept', async () => {
  await enterPayment();
  await payer.passkeys.userVerified(false);
  await approveInVain(CANCELLED);
  await expectNothingPromised();
  await expectDraftKept();
});

test('a person who cancels has promised nothing, and the entry is kept', async () => {
  await enterPayment(impatientPrompt);
  await presence(false);
  await approveInVain(CANCELLED);
  await expectNothingPromised();
  await expectDraftKept();
});

test('where the passkey is gone nothing is promised, and the entry is kept', async () => {
  await enterPayment(impatientPrompt);
  const kept = await payer.passkeys.passkeys();
  await payer.passkeys.remove();
  await approveInVain(CANCELLED);
  await expectNothingPromised();
  await expectDraftKept();
  payer = { ...payer, passkeys: await addAuthenticator(payer.page, { passkeys: kept }) };
});

/** Phones ask for the server's addresses and keys once a day, as their own clock counts it. */
const daysLater =
  (days: number) =>
  (page: Page): Promise<unknown> =>
    page.addInitScript(
      (ms) => {
        const now = Date.now.bind(Date);
        Date.now = () => now() + ms;
      },
      days * 25 * 60 * 60 * 1000,
    );

async function moveServer(origin: string): Promise<void> {
  await server.stop();
  await server.start({ env: { ORIGIN: origin } });
}

test('an address that the server no longer knows approves nothing, and the entry is kept', async () => {
  await moveServer('http://localhost:1');
  const asked = server.proxy.answered(route('GET', '/api/keys'));
  await enterPayment(daysLater(1), stall.printed());
  await asked;
  await approveInVain(/^The approval was made on another site/);
  await expectNothingPromised();
  await expectDraftKept();
  await moveServer(server.origin);
  const askedAgain = server.proxy.answered(route('GET', '/api/keys'));
  payer = await openAgain(server.origin, daysLater(2));
  await askedAgain;
});

test('after a cancelled approval the same request is approved by another tap', async () => {
  await enterPayment(impatientPrompt);
  await presence(false);
  await approveInVain(CANCELLED);
  await presence(true);
  await approve(payer);
  await slipSays(payer, 'accepted');
  expect(await stall.received()).toHaveLength(1);
});

test('a second tap while the prompt stands asks and promises once', async () => {
  await enterPayment((page) =>
    page.addInitScript(() => {
      const { credentials } = navigator;
      const get = credentials.get.bind(credentials);
      const slow = { asked: 0, go: () => {} };
      credentials.get = async (options) => {
        slow.asked++;
        await new Promise<void>((go) => {
          slow.go = go;
        });
        return get(options);
      };
      Object.assign(window, { slow });
    }),
  );
  await payButton(payer.page).click();
  await payButton(payer.page).click({ force: true });
  const asked = await payer.page.evaluate(() => {
    const { slow } = window as unknown as { slow: { asked: number; go: () => void } };
    slow.go();
    return slow.asked;
  });
  expect(asked).toBe(1);
  await slipSays(payer, 'accepted');
  expect(await stall.received()).toHaveLength(2);
});

test('a passkey that was switched off meanwhile: the promise is set apart, in words, and stays', async () => {
  const { context } = payer.phone;
  await context.setOffline(true);
  await enterPayment();
  await approve(payer);
  await slipSays(payer, 'promised');
  const [passkey] = await payer.passkeys.passkeys();
  const id = Buffer.from(passkey?.credentialId ?? '', 'base64').toString('base64url');
  const revoked = await server.run('operator', ['revoke', id]);
  expect(revoked.code, revoked.stderr).toBe(0);
  await context.setOffline(false);
  await payer.page.getByText('The server did not take it.').first().waitFor();
  await payer.page.getByText(/^This passkey has been switched off/).waitFor();
  expect(await outboxSize(payer.page)).toBe(1);
  expect(await stall.received()).toHaveLength(2);
});
