// When the approval fails: nothing is promised, what was entered stays, and the words say why.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { addAuthenticator } from '../../support/browser.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { endedPrompts, watchPrompts } from '../../support/prompts.ts';
import { route } from '../../support/proxy.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  button,
  draftStored,
  heading,
  keyIn,
  link,
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
  const before = async (page: Page) => {
    await sayNo(page);
    await watchTaps(page);
  };
  [server, payer] = await Promise.all([startServer(), startPerson({ before })]);
  stall = await openStall(server, 'Duka la Amina');
  await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
});

afterAll(async () => {
  await payer?.phone.close();
  await server?.dispose();
});

/** Every word that a browser gives about passkeys says no; and it notes that it is asked to keep what is stored. */
function sayNo(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const no = async () => false;
    for (const word of [
      'isUserVerifyingPlatformAuthenticatorAvailable',
      'isConditionalMediationAvailable',
    ]) {
      Object.defineProperty(PublicKeyCredential, word, { value: no });
    }
    const { storage } = navigator;
    const persist = storage.persist.bind(storage);
    storage.persist = () => {
      Object.assign(window, { keptAsked: true });
      return persist();
    };
    Object.defineProperty(PublicKeyCredential, 'getClientCapabilities', {
      value: async () => ({}),
    });
  });
}

/** As passkeys do that are kept by a service on the internet. */
function needNetwork(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const { credentials } = navigator;
    const get = credentials.get.bind(credentials);
    credentials.get = async (options) => {
      if (!navigator.onLine) throw new DOMException('no network', 'NotAllowedError');
      return get(options);
    };
  });
}

/** Whether the prompt was asked for before the tap's own event had passed. */
function watchTaps(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const { credentials } = navigator;
    const get = credentials.get.bind(credentials);
    const create = credentials.create.bind(credentials);
    let isInTap = false;
    const asked: boolean[] = [];
    const tapping = (is: boolean) => () => {
      isInTap = is;
    };
    addEventListener('click', tapping(true), { capture: true });
    addEventListener('click', tapping(false));
    credentials.get = (options) => {
      asked.push(isInTap);
      return get(options);
    };
    credentials.create = (options) => {
      asked.push(isInTap);
      return create(options);
    };
    Object.assign(window, { askedInTap: asked });
  });
}

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

test('a wallet is opened where the browser says that it cannot, and is asked to be kept (F69, F28)', async () => {
  const { page } = payer;
  expect(await page.evaluate(() => PublicKeyCredential.isConditionalMediationAvailable?.())).toBe(
    false,
  );
  await heading(page, 'Your money').waitFor();
  expect(await page.evaluate(() => Reflect.get(window, 'keptAsked'))).toBe(true);
});

const askedInTap = () => payer.page.evaluate(() => Reflect.get(window, 'askedInTap'));

test('passkeys are made and rehearsed in the tap itself (F66)', async () => {
  expect(await askedInTap()).toEqual([true, true]);
});

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

test('leaving the review takes the prompt along, and the next approval is asked for at once (F68)', async () => {
  const before = (await stall.received()).length;
  const address = payLink(server.origin, stall.ask({ amountMinor: 1_000n }));
  payer = await openAgain(address, watchPrompts);
  await presence(false);
  await payButton(payer.page).click();
  await button(payer.page, 'Back').click();
  await heading(payer.page, 'Your money').waitFor();
  await expect.poll(() => endedPrompts(payer.page)).toEqual(['AbortError']);
  expect(await outboxSize(payer.page)).toBe(0);

  await presence(true);
  // In the same page: what it remembers of the prompt would be in the way.
  await payer.page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, address);
  await approve(payer);
  await slipSays(payer, 'accepted');
  expect(await stall.received()).toHaveLength(before + 1);
});

test('leaving the sign-in takes its prompt along (F68)', async () => {
  payer = await openAgain(`${server.origin}/sign-in`, watchPrompts);
  await presence(false);
  await button(payer.page, 'Sign in with passkey').click();
  await button(payer.page, 'Back').click();
  await heading(payer.page, 'Your money').waitFor();
  await expect.poll(() => endedPrompts(payer.page)).toEqual(['AbortError']);
  await presence(true);
});

/** A request for a sum, opened in a page of its own. */
async function openRequest(before?: (page: Page) => Promise<unknown>): Promise<void> {
  payer = await openAgain(payLink(server.origin, stall.ask({ amountMinor: 1_000n })), before);
  await payButton(payer.page).waitFor();
}

test('the prompt is asked for in the tap itself (F66)', async () => {
  await openRequest(watchTaps);
  await approve(payer);
  expect(await askedInTap()).toEqual([true]);
  await slipSays(payer, 'accepted');
});

async function answerBadly(bits: object): Promise<void> {
  const { cdp, authenticatorId } = payer.passkeys;
  await cdp.send('WebAuthn.setResponseOverrideBits', { authenticatorId, ...bits });
}

test.each(['isBadUP', 'isBadUV', 'isBogusSignature'])(
  'an approval whose passkey answers with %s is no promise, and nothing tries again (F67)',
  async (bit) => {
    const before = await stall.received();
    await openRequest();
    await answerBadly({ [bit]: true });
    await payButton(payer.page).click();
    await payer.page.getByRole('alert').waitFor();
    expect(await outboxSize(payer.page)).toBe(0);
    await answerBadly({ [bit]: false });
    expect(await stall.received()).toHaveLength(before.length);
  },
);

test('a passkey that signs only with a network fails the rehearsal, and pays with a network only (F65)', async () => {
  const { context } = payer.phone;
  payer = await openAgain(`${server.origin}/rehearsal`, needNetwork);
  await context.setOffline(true);
  await button(payer.page, 'Approve without network').click();
  await payer.page.getByText('That did not work').waitFor();
  // On to the entry that the last refusals left.
  await link(payer.page, 'Pay only while online').click();
  await payer.page.getByText('This passkey only works online').waitFor();
  expect(await payButton(payer.page).isDisabled()).toBe(true);
  expect(await outboxSize(payer.page)).toBe(0);

  await context.setOffline(false);
  await payer.page.reload();
  await approve(payer);
  await slipSays(payer, 'accepted');
});

test('where there are no passkeys the app says so, and where to go (F71)', async () => {
  const page = await payer.phone.context.newPage();
  await page.addInitScript(() => Reflect.deleteProperty(window, 'PublicKeyCredential'));
  await page.goto(`${server.origin}/sign-in`);
  await page.getByText('Open this page in the phone’s own browser').waitFor();
  await page.close();
});

test('settings say that the browser may clear what is stored (F28, F30)', async () => {
  const page = await payer.phone.context.newPage();
  await page.goto(`${server.origin}/settings`);
  await page.getByText(/^The browser may clear it when space is short/).waitFor();
  await page.close();
});

test('a passkey that was switched off meanwhile: the promise is set apart, in words, and stays', async () => {
  const { context } = payer.phone;
  const before = (await stall.received()).length;
  payer = await openAgain(`${server.origin}/rehearsal`);
  await context.setOffline(true);
  await button(payer.page, 'Approve without network').click();
  await heading(payer.page, 'It works').waitFor();
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
  expect(await stall.received()).toHaveLength(before);
});
