/** Owns the newest lines of the first screen: it reads the statement as deep as they need, and no deeper. */

import type { WalletStore } from '#wallet/ports.ts';
import type { HomeView } from '#wallet/records.ts';
import { type ActivityLine, mergeLines } from './activity-lines.ts';

const PAGE = 16;
const PAGES_MAX = 8;

/**
 * A payment that waited has its entry long after it was made: a page of such entries says nothing
 * about the time in which they were made, so the next one is read. `max`: as many as `recent` holds.
 */
export async function readNewest(
  store: Pick<WalletStore, 'readEntries' | 'readPayment'>,
  { recent, taken }: Pick<HomeView, 'recent' | 'taken'>,
  max: number,
): Promise<readonly ActivityLine[]> {
  const payments = [...recent];
  const known = new Set(recent.map(({ id }) => id));
  const entries = [];
  for (let pages = 1; ; pages += 1) {
    const page = await store.readEntries(PAGE, entries.at(-1)?.version);
    const last = page.at(-1);
    entries.push(...page);
    const owned = await Promise.all(
      page.map(async ({ amountMinor, paymentId = '' }) =>
        amountMinor < 0n && !known.has(paymentId) ? store.readPayment(paymentId) : undefined,
      ),
    );
    payments.push(...owned.filter((payment) => payment !== undefined));
    // A phone whose clock is far behind would read everything: then rather a hole than no list.
    const ended = last === undefined || pages === PAGES_MAX;
    const lines = mergeLines(payments, entries, taken, ended ? 0 : last.postedAtMs);
    if (ended || lines.length >= max) return lines.slice(0, max);
  }
}
