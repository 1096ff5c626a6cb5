// From the payer's screen in the payee's camera to the verdict on the payee's screen, both without a
// network and the page's processor slowed four times. The scanner's own thread cannot be slowed.
import type { Page } from 'playwright-core';
import { startServer } from '../support/payment-server.ts';
import { type CameraSize, photograph, pointCamera } from '../support/screen-picture.ts';
import {
  approve,
  button,
  heading,
  link,
  openWallet,
  scan,
  setAside,
  showCounterfoil,
  showRequest,
  slipSays,
  startPerson,
} from '../support/wallet-flows.ts';
import type { BenchLine, Measure } from './section.ts';

const SIZES: readonly CameraSize[] = [
  [640, 480],
  [1280, 720],
];
const PAYMENTS = 7;
const SLOWED = 4;

/** Notes in the page when the camera's first picture is there, and when the verdict is. */
async function watch(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const noted = { seenMs: 0, verdictMs: 0 };
    Object.assign(window, { noted });
    document.addEventListener(
      'playing',
      () => {
        noted.seenMs ||= performance.now();
      },
      { capture: true, once: true },
    );
    const observer = new MutationObserver(() => {
      if (document.querySelector('h1')?.textContent !== 'Guaranteed') return;
      noted.verdictMs = performance.now();
      observer.disconnect();
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  return async () => {
    await heading(page, 'Guaranteed').waitFor();
    return page.evaluate(() => {
      const { seenMs, verdictMs } = Reflect.get(window, 'noted');
      return verdictMs - seenMs;
    });
  };
}

function linesOf([width, height]: CameraSize, timesMs: readonly number[]): BenchLine[] {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? null;
  return [
    { what: `${width}×${height}: half of all`, measured: at(0.5), unit: 'ms' },
    { what: `${width}×${height}: slowest of ${PAYMENTS}`, measured: at(1), unit: 'ms' },
  ];
}

export const measure: Measure = async () => {
  const [server, payer, payee] = await Promise.all([startServer(), startPerson(), startPerson()]);
  try {
    await openWallet(payee, server, { name: 'Mama Ciku', currency: 'KES' });
    await openWallet(payer, server, { name: 'Juma', currency: 'KES', rehearse: true });
    await setAside(payer, server.origin, '200');
    for (const { phone } of [payer, payee]) await phone.context.setOffline(true);
    const slow = await payee.phone.context.newCDPSession(payee.page);
    const lines: BenchLine[] = [];
    for (const size of SIZES) {
      const timesMs: number[] = [];
      for (let payment = 0; payment < PAYMENTS; payment++) {
        await scan(payer, await showRequest(payee, '5'));
        await approve(payer);
        await slipSays(payer, 'promised');
        pointCamera(payee.film, [await photograph(await showCounterfoil(payer))], size);
        await button(payer.page, 'Close').click();
        await slow.send('Emulation.setCPUThrottlingRate', { rate: SLOWED });
        const elapsed = await watch(payee.page);
        await link(payee.page, 'Scan their payment').click();
        timesMs.push(await elapsed());
        await slow.send('Emulation.setCPUThrottlingRate', { rate: 1 });
      }
      lines.push(...linesOf(size, timesMs));
    }
    return { title: `Scan to verdict, both offline, page’s CPU ×${SLOWED}`, lines };
  } finally {
    await Promise.all([payer.phone.close(), payee.phone.close()]);
    await server.dispose();
  }
};
