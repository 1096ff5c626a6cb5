// What cannot be paid is declined in words a person understands, whatever it is; nothing crashes,
// nothing is promised, and a record that cannot be read takes no other with it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromBase32 } from '#protocol/base32.ts';
import { payLink } from '#protocol/pay-link.ts';
import { writePaymentRequest } from '#protocol/payment-request-writer.ts';
import { expectGood } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { KES, openStall, readIdentity, type Stall } from '../../support/stall.ts';
import {
  approve,
  button,
  heading,
  keyIn,
  link,
  openWallet,
  outboxSize,
  type Person,
  payButton,
  requestText,
  slipSays,
  startPerson,
  toHome,
} from '../../support/wallet-flows.ts';
import vectors from '../../vectors/emvco-qr.json';

let server: TestServer;
let payer: Person;
let stall: Stall;
let serverId: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  [server, payer] = await Promise.all([startServer(), startPerson()]);
  stall = await openStall(server, 'Duka la Amina');
  serverId = (await readIdentity(server)).server;
  await openWallet(payer, server, { name: 'Juma', currency: 'KES' });
});

afterAll(async () => {
  await payer?.phone.close();
  await server?.dispose();
});

/** A request as nobody's wallet would write it for this server's payees. */
function requestOf(change: {
  server?: Uint8Array<ArrayBuffer>;
  payee?: Uint8Array<ArrayBuffer>;
}): string {
  const own = fromBase32(stall.enrolment.account.profile.account, 16);
  if (!own) throw new Error('the stall has no account id');
  const text = writePaymentRequest({
    payee: own,
    server: serverId,
    currency: KES,
    amountMinor: 500n,
    merchantName: 'Somebody',
    city: 'Kisumu',
    countryCode: 'KE',
    ...change,
  });
  if (!text.ok) throw new Error(text.refusal.code);
  return text.value;
}

async function expectDeclined(words: string): Promise<void> {
  await payer.page.getByRole('alert').getByText(words).waitFor();
  expect(await payButton(payer.page).and(payer.page.locator(':enabled')).count()).toBe(0);
  expect(await outboxSize(payer.page)).toBe(0);
}

const opened = (text: string) => payer.page.goto(payLink(server.origin, text));

describe('a request that cannot be paid is declined before anybody signs', () => {
  const cases: [string, string, () => string | Promise<string>][] = [
    [
      'over the balance',
      'This is more than you have left.',
      () => stall.ask({ amountMinor: 100_001n }),
    ],
    ['expired', 'This request is too old to be paid.', () => stall.ask({ validityMs: -60_000 })],
    [
      'of another currency',
      'The code asks for a currency you do not hold.',
      () => stall.ask({ currency: 840, amountMinor: 100n }),
    ],
    ['to oneself', 'This is your own code.', () => requestText(payer, '5')],
    [
      'of another server',
      'This code belongs to another payment server.',
      () => requestOf({ server: new Uint8Array(5).fill(1) }),
    ],
  ];
  test.each(cases)('%s', async (_, words, text) => {
    await opened(await text());
    await expectDeclined(words);
  });

  test('over the balance, of a sum that the payer cannot change: who asks can', async () => {
    await opened(stall.ask({ amountMinor: 100_001n }));
    await expectDeclined('ask for a code with a smaller amount');
    expect(await payer.page.getByText('Pay less').count()).toBe(0);
    await expectGood(payer.page, 'over-asked');
  });

  test('of nothing: zero', async () => {
    await opened(stall.ask({ amountMinor: 500n }).replace(/54045\.00|54015/, '54010'));
    await payer.page.getByRole('alert').getByText('This code is damaged').waitFor();
    await opened(stall.ask());
    await heading(payer.page, 'You pay').waitFor();
    expect(await button(payer.page, /^Pay/).isDisabled()).toBe(true);
    await keyIn(payer.page, '0.00');
    expect(await button(payer.page, /^Pay/).isDisabled()).toBe(true);
  });

  test('of more than a number can hold', async () => {
    await opened(stall.ask());
    await keyIn(payer.page, '99999999999999');
    await payer.page.getByRole('alert').waitFor();
    expect(await button(payer.page, /^Pay/).count()).toBe(0);
  });

  test('without a code', async () => {
    await payer.page.goto(`${server.origin}/pay?r=hello`);
    await expectDeclined('This is not a payment code.');
  });
});

test('a payee nobody knows is refused by the server’s own verdict, in words', async () => {
  await opened(requestOf({ payee: new Uint8Array(16).fill(9) }));
  await approve(payer);
  await slipSays(payer, 'refused');
  await payer.page.getByText('The server knows no such payee.').first().waitFor();
  expect(await outboxSize(payer.page)).toBe(0);
});

test('a request that was paid says so and leads to its slip, also when it is old', async () => {
  const text = stall.ask({ amountMinor: 700n });
  await opened(text);
  await approve(payer);
  await slipSays(payer, 'accepted');
  await opened(text);
  await expectDeclined('You have paid this request: KES 7.00');
  await expectGood(payer.page, 'paid-request');

  const page = await payer.phone.context.newPage();
  await page.addInitScript(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 48 * 60 * 60 * 1000;
  });
  await page.goto(payLink(server.origin, text));
  await page.getByRole('alert').getByText('You have paid this request: KES 7.00').waitFor();
  await link(page, 'See that slip').click();
  await heading(page, 'Paid').waitFor();
  await page.close();
});

/** Pastes a text on the scan screen. */
async function paste(text: string): Promise<void> {
  await toHome(payer.page);
  await link(payer.page, /^Pay/).click();
  await button(payer.page, 'Type it').click();
  await payer.page.getByLabel('Text or link').fill(text);
  await button(payer.page, 'Read it').click();
}

const vector = (id: string): string => {
  const found = vectors.find((each) => each.id === id);
  if (!found) throw new Error(`no vector ${id}`);
  return found.payload;
};

describe('a code of another system is declined by its name', () => {
  test.each([
    ['Pix', vector('pix-static')],
    ['PromptPay', vector('syn-promptpay')],
    ['UPI', 'upi://pay?pa=amina@bank&pn=Amina&am=10'],
    ['Bitcoin', 'bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT'],
    ['Lightning', 'lnbc20m1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqf'],
    ['GNU Taler', 'taler://pay/shop.example/order1'],
  ])('%s', async (name, text) => {
    await paste(text);
    const alert = payer.page.getByRole('alert');
    await alert.getByText(new RegExp(`This is a ${name} code`, 'i')).waitFor();
    expect(new URL(payer.page.url()).pathname).toBe('/scan');
  });
});

test.each([
  ['an empty line of spaces', '.', 'This is not a payment code.'],
  ['a damaged request', vector('br-overrun'), 'damaged'],
  ['a link that asks for nothing', 'https://example.org/pay?x=1', 'not a payment code'],
])('%s is declined in words', async (_, text, words) => {
  await paste(text);
  await payer.page.getByRole('alert').getByText(words).first().waitFor();
});

test('a stored record that cannot be read is shown as such, and takes no other with it', async () => {
  await opened(stall.ask({ amountMinor: 700n }));
  await approve(payer);
  await slipSays(payer, 'accepted');
  await payer.page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('counterfoil');
        opening.onsuccess = () => {
          const db = opening.result;
          const tx = db.transaction('payments', 'readwrite');
          const damaged = { id: 'damaged', state: 7, newest: [0, 0], requestDigest: 'x' };
          tx.objectStore('payments').put(damaged);
          tx.oncomplete = () => {
            db.close();
            resolve();
          };
          tx.onabort = () => reject(tx.error);
        };
      }),
  );
  await payer.page.goto(server.origin);
  await payer.page.getByText('Some records on this phone cannot be read.').waitFor();
  await payer.page.getByText('To DUKA LA AMINA').first().waitFor();
  await opened(stall.ask({ amountMinor: 300n }));
  await approve(payer);
  await slipSays(payer, 'accepted');
});

test('an address where nothing is says so', async () => {
  await payer.page.goto(`${server.origin}/no/such/place`);
  await heading(payer.page, 'There is nothing here').waitFor();
});

test('a slip that is not on this phone says so', async () => {
  await payer.page.goto(`${server.origin}/slip/${'A'.repeat(43)}`);
  await heading(payer.page, 'This slip is not on this phone').waitFor();
});

test('none of it crashed the page', () => {
  expect(payer.faults.seen).toEqual([]);
});
