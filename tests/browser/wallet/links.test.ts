// The ways to a payment beside the camera: links, the link's own protocol, a shared or chosen
// picture, text that was sent. Each leads to the same review, and none pays by itself.
import { encodeQR } from 'qr';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { payLink } from '#protocol/pay-link.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { openStall, type Stall } from '../../support/stall.ts';
import {
  approve,
  button,
  fillOpening,
  heading,
  link,
  openWallet,
  type Person,
  payButton,
  REVIEW,
  slipSays,
  startPerson,
  toHome,
} from '../../support/wallet-flows.ts';

let server: TestServer;
let payer: Person;
let newcomer: Person;
let stall: Stall;

beforeAll(async () => {
  [server, payer, newcomer] = await Promise.all([startServer(), startPerson(), startPerson()]);
  stall = await openStall(server, 'Duka la Amina');
  await openWallet(payer, server, { name: 'Juma', currency: 'KES' });
});

afterAll(async () => {
  await Promise.all([payer?.phone.close(), newcomer?.phone.close()]);
  await server?.dispose();
});

let asked = 0;
beforeEach(() => {
  asked++;
});

/** A request whose amount tells it from all others of this file. */
const newRequest = () => stall.ask({ amountMinor: BigInt(1000 + asked) });
const amountShown = () => `${(1000 + asked) / 100}`;

async function expectReview({ page }: Person): Promise<void> {
  await heading(page, REVIEW).waitFor();
  await expect.poll(() => payButton(page).textContent()).toContain(amountShown());
  await page.getByText('DUKA LA AMINA').waitFor();
}

/** A picture file with the code in it, as a chat hands it over. */
async function pictureOf(text: string): Promise<Buffer> {
  const page = await payer.phone.context.newPage();
  const matrix = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const url = await page.evaluate((rows) => {
    const scale = 6;
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = rows.length * scale;
    const ink = canvas.getContext('2d');
    if (!ink) throw new Error('no canvas');
    rows.forEach((row, y) => {
      row.forEach((dark, x) => {
        ink.fillStyle = dark ? '#000' : '#fff';
        ink.fillRect(x * scale, y * scale, scale, scale);
      });
    });
    return canvas.toDataURL('image/png');
  }, matrix);
  await page.close();
  return Buffer.from(url.split(',')[1] ?? '', 'base64');
}

test('a pay link opens the review of its request, which is paid there', async () => {
  await payer.page.goto(payLink(server.origin, newRequest()));
  await expectReview(payer);
  await approve(payer);
  await slipSays(payer, 'accepted');
});

test('a web+counterfoil link opens the review of its request', async () => {
  const protocol = `web+counterfoil:pay?r=${encodeURIComponent(newRequest())}`;
  await payer.page.goto(`${server.origin}/pay?l=${encodeURIComponent(protocol)}`);
  await expectReview(payer);
});

test('text that was sent is pasted and read', async () => {
  await toHome(payer.page);
  await link(payer.page, /^Pay/).click();
  await button(payer.page, 'Type it').click();
  await payer.page.getByLabel('Text or link').fill(`  ${newRequest()}\n`);
  await button(payer.page, 'Read it').click();
  await expectReview(payer);
});

test('a picture is chosen and its code read', async () => {
  await toHome(payer.page);
  await link(payer.page, /^Pay/).click();
  const picture = {
    name: 'code.png',
    mimeType: 'image/png',
    buffer: await pictureOf(newRequest()),
  };
  await payer.page.locator('input[type=file]').setInputFiles(picture);
  await expectReview(payer);
});

test('a picture that another app shares is read', async () => {
  await toHome(payer.page);
  const buffer = await pictureOf(newRequest());
  await payer.page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const form = document.createElement('form');
    Object.assign(form, {
      method: 'POST',
      action: '/share-target',
      enctype: 'multipart/form-data',
    });
    const field = Object.assign(document.createElement('input'), { type: 'file', name: 'picture' });
    const files = new DataTransfer();
    files.items.add(new File([bytes], 'shared.png', { type: 'image/png' }));
    field.files = files.files;
    form.append(field);
    document.body.append(form);
    form.submit();
  }, buffer.toString('base64'));
  await expectReview(payer);
});

test('the manifest tells the system of both: the protocol, and where pictures are shared to', async () => {
  const manifest = await payer.page.evaluate(async () => {
    const address = document.querySelector<HTMLLinkElement>('link[rel=manifest]')?.href ?? '';
    return (await fetch(address)).json();
  });
  expect(manifest.protocol_handlers).toEqual([
    { protocol: 'web+counterfoil', url: expect.stringMatching(/^\/pay\?l=%s$/) },
  ]);
  expect(manifest.share_target).toMatchObject({
    action: '/share-target',
    method: 'POST',
    enctype: 'multipart/form-data',
  });
});

test('somebody without a wallet opens one first, and the request waits for them', async () => {
  const { page } = newcomer;
  await page.goto(payLink(server.origin, newRequest()));
  await page.getByText('Somebody asks you to pay').waitFor();
  await link(page, 'Open a wallet').click();
  await fillOpening(newcomer, { name: 'Wanjiru', currency: 'KES' });
  await link(page, 'Later').click();
  await expectReview(newcomer);
  await approve(newcomer);
  await slipSays(newcomer, 'accepted');
});

test('nothing was logged as an error or refused by the content policy on the way', () => {
  expect([...payer.faults.seen, ...newcomer.faults.seen]).toEqual([]);
});
