// A database that cannot be opened, with promises in it: what waits leaves the phone from its second copies.
import fs from 'node:fs';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { authorizationToQrText } from '#protocol/authorization.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { startPhone } from '../../support/browser.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { samplePayment } from '../../unit/wallet/samples.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server?.dispose());

test('a wallet that cannot be read gives out what waits, and remembers that it did (F25)', async () => {
  const phone = await startPhone();
  onTestFinished(() => phone.close());
  const page = await phone.context.newPage();
  const payment = samplePayment(1);
  const { id, requestText, payeeName, createdAtMs } = payment;
  const authorization = toBase64url(payment.authorization);
  const copy = JSON.stringify({ requestText, payeeName, createdAtMs, authorization });
  // Where the app does not run.
  await page.goto(`${server.origin}/icon-192.png`);
  await page.evaluate(
    async ([name, text]) => {
      const shelf = await caches.open('spare-copies');
      await shelf.put(`/spare-copies/${name}`, new Response(text));
      // Of a wallet far newer than this one, which therefore cannot open it.
      await new Promise((resolve, reject) => {
        const opening = indexedDB.open('counterfoil', 99);
        opening.onsuccess = () => resolve(opening.result.close());
        opening.onerror = () => reject(opening.error);
      });
    },
    [id, copy] as const,
  );

  await page.goto(server.origin);
  await page.getByRole('heading', { name: 'Your wallet cannot be read now' }).waitFor();
  await page.getByText('1 payment that waits has a second copy').waitFor();
  await page.getByRole('link', { name: 'Save what waits' }).click();
  await page.getByText('To Café Bento').waitFor();
  await page.getByRole('button', { name: 'Make a copy of 1 payment' }).click();
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'As a file' }).click();
  const text = fs.readFileSync(await (await downloading).path(), 'utf8');
  expect(text).toBe(`${authorizationToQrText(payment.authorization)}\n`);
  const kept = await page.evaluate(async () =>
    (await (await caches.open('spare-copies')).keys()).map(({ url }) => new URL(url).pathname),
  );
  expect(kept).toEqual([`/spare-copies/${id}`, `/spare-copies/${id}.handed-over`]);
});
