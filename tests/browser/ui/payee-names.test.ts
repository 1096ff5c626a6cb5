// Who vouches for the name in a code, on a payer's phone without a network: the server's signature, nobody,
// or a forger. Codes are real requests; a forger may change any text that he can read.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toUtf8 } from '#protocol/bytes.ts';
import { crc16Text } from '#protocol/crc16.ts';
import { payLink } from '#protocol/pay-link.ts';
import { expectGood } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  cutOff,
  openWallet,
  type Person,
  payButton,
  slipSays,
  startPerson,
} from '../../support/wallet-flows.ts';

const NAME = 'DUKA LA AMINA';

let server: TestServer;
let payer: Person;
let known: Stall;
let stranger: Stall;

beforeAll(async () => {
  [server, payer] = await Promise.all([startServer(), startPerson()]);
  known = await openStall(server, NAME);
  stranger = await openStall(server, NAME);
  await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
  await cutOff(payer);
});

afterAll(async () => {
  await payer?.phone.close();
  await server?.dispose();
});

/** The code with other fields (EMVCo: two digits of id, two of length), and its check sum made right. */
function recoded(text: string, edit: (id: string, value: string) => string | undefined): string {
  let fields = '';
  for (let at = 0; at < text.length; ) {
    const [id, length] = [text.slice(at, at + 2), Number(text.slice(at + 2, at + 4))];
    const value = edit(id, text.slice(at + 4, at + 4 + length));
    at += 4 + length;
    if (id === '63' || value === undefined) continue;
    fields += id + String(value.length).padStart(2, '0') + value;
  }
  return `${fields}6304${crc16Text(toUtf8(`${fields}6304`))}`;
}

async function review(text: string): Promise<void> {
  await payer.page.goto(payLink(server.origin, text));
  await payer.page.getByText(/^DUKA LA/).waitFor();
}

test('a name that the server signed is verified', async () => {
  await review(known.ask({ amountMinor: 40_00n }));
  await payer.page.getByText('Verified name').waitFor();
  await expectGood(payer.page, 'name-verified');
  await approve(payer);
  await slipSays(payer, 'promised');
});

test('another name under the same signature is forged, and cannot be paid', async () => {
  const text = known.ask({ amountMinor: 40_00n });
  await review(recoded(text, (id, value) => (id === '59' ? 'DUKA LA AMANI' : value)));
  await payer.page.getByText('This name is forged. Do not pay.').waitFor();
  expect(await payButton(payer.page).isDisabled()).toBe(true);
  await expectGood(payer.page, 'name-forged');
});

describe('a name that was paid before, at another account, is a warning', () => {
  async function expectWarning(text: string): Promise<void> {
    await review(text);
    await payer.page.getByText('You know this name with another account').waitFor();
    expect(await payButton(payer.page).isEnabled()).toBe(true);
  }

  test('without a signature', async () => {
    const text = stranger.ask({ amountMinor: 40_00n });
    await expectWarning(recoded(text, (id, value) => (/^8[01]$/.test(id) ? undefined : value)));
    await expectGood(payer.page, 'name-elsewhere');
  });

  test('and with one: there may be two of a name, and only one is meant', async () => {
    await expectWarning(stranger.ask({ amountMinor: 40_00n }));
  });
});
