// What no wallet on the web has: payer and payee both without a network, and the payee walks away with
// a verified, guaranteed payment that either phone settles later.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectGood } from '../../support/looks.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { photograph, readCode } from '../../support/screen-picture.ts';
import {
  approve,
  button,
  cutOff,
  expectCleanLedger,
  heading,
  link,
  openWallet,
  outboxSize,
  type Person,
  purseSays,
  reconnect,
  scan,
  scanPayment,
  setAside,
  showCounterfoil,
  showRequest,
  slipId,
  slipSays,
  startPerson,
  storedReceipt,
  takenCount,
  toHome,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let payer: Person;
let payee: Person;

beforeAll(async () => {
  [server, payer, payee] = await Promise.all([startServer(), startPerson(), startPerson()]);
  await openWallet(payee, server, { name: 'Mama Ciku', currency: 'KES' });
  await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
});

afterAll(async () => {
  await Promise.all([payer?.phone.close(), payee?.phone.close()]);
  await server?.dispose();
});

type Meeting = { readonly id: string; readonly text: string };

/** Camera to screen and screen to camera: asked, approved, shown, taken. */
async function meet(amount: string): Promise<Meeting> {
  await scan(payer, await showRequest(payee, amount));
  await approve(payer);
  await slipSays(payer, 'promised');
  const id = slipId(payer.page);
  const code = await showCounterfoil(payer);
  await scanPayment(payee, code);
  await heading(payee.page, 'Guaranteed').waitFor();
  await payee.page.getByText(`KES ${amount}.00`).first().waitFor();
  const text = readCode(await photograph(code));
  await button(payer.page, 'Close').click();
  return { id, text };
}

/** One transfer, and the very same receipt on both phones. */
async function expectOneSettlement({ id }: Meeting): Promise<void> {
  const receipt = await storedReceipt(payer.page, id);
  expect(receipt).toBeTruthy();
  expect(await storedReceipt(payee.page, id, 'counterfoils')).toBe(receipt);
  const { stdout } = await server.run('operator', ['payment', id]);
  expect(stdout).toContain(receipt);
  await expectCleanLedger(server);
}

async function payeeSays(id: string, words: string): Promise<void> {
  const { page } = payee;
  await page.goto(`${server.origin}/taken/${id}`);
  await page.getByRole('heading', { name: words, exact: true }).waitFor();
}

const WAITING = 'Guaranteed, not paid yet';

test('a person sets money aside once, while there is a network', async () => {
  await setAside(payer, server.origin, '200');
  await purseSays(payer, '1,000.00');
});

describe('both phones without a network', () => {
  let meeting: Meeting;

  test('the payee’s phone verifies what the payer’s shows, and says until when it is guaranteed', async () => {
    await cutOff(payer, payee);
    meeting = await meet('25');
    await payee.page
      .getByText(/^Until /)
      .first()
      .waitFor();
    expect(await outboxSize(payer.page)).toBe(1);
    expect(await outboxSize(payee.page)).toBe(1);
    expect(meeting.text).toMatch(/^CFC:[0-9A-Z $%*+\-./:]+$/);
  });

  test('the payee alone meets a network: it is settled, and the payer learns of it later', async () => {
    await reconnect(payee);
    await payeeSays(meeting.id, 'Paid');
    expect(await outboxSize(payee.page)).toBe(0);
    await slipSays(payer, 'promised');
    await reconnect(payer);
    await slipSays(payer, 'accepted');
    await expectOneSettlement(meeting);
    await purseSays(payer, '975.00');
    await purseSays(payee, '1,025.00');
  });

  test('the payer alone meets a network: the same, the other way round', async () => {
    await cutOff(payer, payee);
    meeting = await meet('30');
    await reconnect(payer);
    await slipSays(payer, 'accepted');
    await payeeSays(meeting.id, WAITING);
    await reconnect(payee);
    await payeeSays(meeting.id, 'Paid');
    await expectOneSettlement(meeting);
  });

  test('both meet one at the same moment: one transfer, one receipt', async () => {
    await cutOff(payer, payee);
    meeting = await meet('15');
    await reconnect(payer, payee);
    await slipSays(payer, 'accepted');
    await payeeSays(meeting.id, 'Paid');
    await expectOneSettlement(meeting);
    await purseSays(payer, '930.00');
    await purseSays(payee, '1,070.00');
  });
});

describe('a code that is not what it should be is not taken', () => {
  let meeting: Meeting;

  async function paste(text: string): Promise<void> {
    const { page } = payee;
    // Nothing: the code of the test before would be read again, sooner than anybody types.
    payee.look();
    await toHome(page);
    await link(page, /^Pay/).click();
    await button(page, 'Type it').click();
    await page.getByRole('textbox').fill(text);
    await button(page, 'Read it').click();
  }

  test('the same payment shown again, at the same till', async () => {
    await cutOff(payer, payee);
    meeting = await meet('10');
    await showRequest(payee, '10');
    await scanPayment(payee, await showCounterfoil(payer));
    await heading(payee.page, 'Taken before').waitFor();
    await payee.page.getByRole('alert').getByText('It counts once.').waitFor();
    expect(await payee.page.getByText('Nothing of it was kept').count()).toBe(0);
    expect(await takenCount(payee.page)).toBe(4);
    await expectGood(payee.page, 'taken-before');
    await link(payee.page, 'Everything about it').click();
    await heading(payee.page, 'Guaranteed, not paid yet').waitFor();
  });

  test('the same payment with one character changed', async () => {
    await payee.page.goto(server.origin);
    const at = 40;
    const other = meeting.text[at] === 'A' ? 'B' : 'A';
    await paste(meeting.text.slice(0, at) + other + meeting.text.slice(at + 1));
    await heading(payee.page, 'Not taken').waitFor();
    expect(await takenCount(payee.page)).toBe(4);
    expect(await outboxSize(payee.page)).toBe(1);
  });
});

test('a payer who loses the phone after showing it has lost nothing, and neither has the payee', async () => {
  const lost = slipId(payer.page);
  await payer.phone.close();
  await reconnect(payee);
  await payeeSays(lost, 'Paid');
  await purseSays(payee, '1,080.00');
  await expectCleanLedger(server);
});

test('nothing was logged as an error or refused by the content policy on the way', () => {
  expect([...payer.faults.seen, ...payee.faults.seen]).toEqual([]);
});
