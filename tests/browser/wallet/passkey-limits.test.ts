// Passkeys and browsers that can less than they say, or more: only what was tried counts.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  button,
  expectCleanLedger,
  fillOpening,
  heading,
  keptForOffline,
  link,
  outboxSize,
  type Person,
  payButton,
  reopen,
  slipSays,
  startPerson,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let payer: Person;
let stall: Stall;

/** Every word that a browser gives about passkeys says no. */
function sayNo(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const no = async () => false;
    for (const word of [
      'isUserVerifyingPlatformAuthenticatorAvailable',
      'isConditionalMediationAvailable',
    ]) {
      Object.defineProperty(PublicKeyCredential, word, { value: no });
    }
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
    Object.assign(window, { askedInTap: asked });
  });
}

beforeAll(async () => {
  const before = async (page: Page) => {
    await sayNo(page);
    await needNetwork(page);
  };
  [server, payer] = await Promise.all([startServer(), startPerson({ before })]);
  stall = await openStall(server, 'Duka la Amina');
});

afterAll(async () => {
  await payer?.phone.close();
  await server?.dispose();
});

async function openRequest(before?: (page: Page) => Promise<unknown>): Promise<void> {
  const passkeys = await payer.passkeys.passkeys();
  await payer.page.close();
  const address = payLink(server.origin, stall.ask({ amountMinor: 1_000n }));
  payer = await reopen(payer, address, passkeys, before);
  await payButton(payer.page).waitFor();
}

test('a wallet is opened where the browser says that it cannot (F69)', async () => {
  await payer.page.goto(server.origin);
  await link(payer.page, 'Open a wallet').click();
  await fillOpening(payer, { name: 'Juma', currency: 'KES' });
  await keptForOffline(payer.page);
});

test('a passkey that signs only with a network fails the rehearsal, and pays with a network only (F65)', async () => {
  const { context } = payer.phone;
  await context.setOffline(true);
  await button(payer.page, 'Approve without network').click();
  await payer.page.getByText('That did not work').waitFor();
  await link(payer.page, 'Pay only while online').click();
  await heading(payer.page, 'Your money').waitFor();

  await openRequest(needNetwork);
  await payer.page.getByText('This passkey only works online').waitFor();
  expect(await payButton(payer.page).isDisabled()).toBe(true);
  expect(await outboxSize(payer.page)).toBe(0);

  await context.setOffline(false);
  await payer.page.reload();
  await approve(payer);
  await slipSays(payer, 'accepted');
});

test('the prompt is asked for in the tap itself (F66)', async () => {
  await openRequest(watchTaps);
  await approve(payer);
  const asked = await payer.page.evaluate(
    () => (window as unknown as { askedInTap: boolean[] }).askedInTap,
  );
  expect(asked).toEqual([true]);
  await slipSays(payer, 'accepted');
});

async function answerBadly(bits: object): Promise<void> {
  const { cdp, authenticatorId } = payer.passkeys;
  await cdp.send('WebAuthn.setResponseOverrideBits', { authenticatorId, ...bits });
}

test.each(['isBadUP', 'isBadUV', 'isBogusSignature'])(
  'an approval whose passkey answers with %s is no promise, and nothing tries again (F67)',
  async (bit) => {
    await openRequest();
    const before = await stall.received();
    await answerBadly({ [bit]: true });
    await payButton(payer.page).click();
    await payer.page.getByRole('alert').waitFor();
    expect(await outboxSize(payer.page)).toBe(0);
    await answerBadly({ [bit]: false });
    expect(await stall.received()).toHaveLength(before.length);
  },
);

test('where there are no passkeys the app says so, and where to go (F71)', async () => {
  const page = await payer.phone.context.newPage();
  await page.addInitScript(() => Reflect.deleteProperty(window, 'PublicKeyCredential'));
  await page.goto(`${server.origin}/sign-in`);
  await page.getByText('Open this page in the phone’s own browser').waitFor();
  await expectCleanLedger(server);
});
