// From the signed approval to the promise on disk: one strict transaction in a real Chromium.

import { serveLab } from '../browser/workers/scanner-lab.ts';
import { startPhone } from '../support/browser.ts';
import type { Measure } from './section.ts';

const PROMISES = 100;

function at(sorted: readonly number[], share: number): number | null {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? null;
}

export const measure: Measure = async () => {
  const lab = await serveLab(new URL('../browser/device/lab', import.meta.url));
  const phone = await startPhone();
  try {
    const page = await phone.context.newPage();
    await page.goto(`http://localhost:${lab.port}/`);
    await page.waitForFunction(() => 'storageLab' in window);
    await page.evaluate(() => window.storageLab.enrol());
    const times = await page.evaluate((count) => window.storageLab.timePromises(count), PROMISES);
    const sorted = times.sort((a, b) => a - b);
    return {
      title: `Promise: approval signed → on disk, ${PROMISES} times`,
      lines: [
        { what: 'half of all', measured: at(sorted, 0.5), unit: 'ms', goal: 10 },
        { what: '95 of 100', measured: at(sorted, 0.95), unit: 'ms' },
        { what: 'slowest', measured: at(sorted, 1), unit: 'ms' },
      ],
    };
  } finally {
    await phone.close();
    await lab.close();
  }
};
