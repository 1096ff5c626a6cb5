/** The newest lines of the first screen: never empty while there is something, and each payment as its maker knows it. */
import { expect, test } from 'vitest';
import type { StatementEntry } from '#protocol/wire.ts';
import { createWallet, NEWEST_MAX } from '#ui/wallet-model.ts';
import type { Payment } from '#wallet/payment.ts';
import type { WalletStore } from '#wallet/ports.ts';

const paid = (n: number, createdAtMs: number): Payment => ({
  id: `own-${n}`,
  state: 'accepted',
  authorization: new Uint8Array(),
  device: 1,
  seq: n,
  requestText: '',
  requestDigest: '',
  once: false,
  payer: 'M',
  payee: 'P',
  payeeName: 'Payee as scanned',
  amountMinor: 100n,
  currency: 404,
  createdAtMs,
  validUntilS: 0,
});

const entry = (version: number, postedAtMs: number, paymentId?: string): StatementEntry => ({
  version,
  currency: 404,
  amountMinor: paymentId?.startsWith('own') ? -100n : 100n,
  balanceMinor: 0n,
  kind: 'payment',
  counterparty: 'C',
  counterpartyName: 'PAYEE AT THE SERVER',
  postedAtMs,
  ...(paymentId !== undefined && { paymentId }),
});

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

async function newestOf(payments: readonly Payment[], entries: readonly StatementEntry[]) {
  let pages = 0;
  const store: Partial<WalletStore> = {
    readHome: async (max) => ({
      settings: { theme: 'system' },
      recent: payments.toSorted((a, b) => b.createdAtMs - a.createdAtMs).slice(0, max),
      waiting: [],
      purses: [],
      taken: [],
      promisedMinor: new Map(),
      coveredMinor: new Map(),
      damaged: 0,
    }),
    readEntries: async (limit, before = Number.POSITIVE_INFINITY) => {
      pages += 1;
      return entries
        .toSorted((a, b) => b.version - a.version)
        .filter(({ version }) => version < before)
        .slice(0, limit);
    },
    readPayment: async (id) => payments.find((each) => each.id === id),
    readDraft: async () => undefined,
  };
  const wallet = createWallet({
    store: store as WalletStore,
    notice: { changed: () => {}, subscribe: () => () => {}, close: () => {} },
    clock: { nowMs: () => 0 },
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    engine: () => Promise.reject(new Error('no engine here')),
  });
  await wallet.reread();
  return { lines: wallet.newest.value, keys: wallet.newest.value.map(({ key }) => key), pages };
}

test('payments made without a network still stand there once the server has settled them all', async () => {
  const payments = numbers(NEWEST_MAX).map((n) => paid(n, n));
  const entries = [entry(1, 0), ...payments.map(({ id }, i) => entry(i + 2, 1_000 + i, id))];
  const { keys } = await newestOf(payments, entries);
  expect(keys).toEqual(payments.map(({ id }) => id).toReversed());
});

test('one payment more than fits, settled late, does not come back as the bare entry of the server', async () => {
  const payments = numbers(NEWEST_MAX + 1).map((n) => paid(n, n));
  const entries = payments.map(({ id }, i) => entry(i + 1, 1_000 + i, id)).toReversed();
  const { lines, keys } = await newestOf(payments, entries);
  expect(keys).toEqual(
    payments
      .map(({ id }) => id)
      .toReversed()
      .slice(0, NEWEST_MAX),
  );
  expect(new Set(lines.map(({ name }) => name))).toEqual(new Set(['Payee as scanned']));
});

test('what came in between stands in its place, however many settled payments lie above it', async () => {
  const payments = numbers(40).map((n) => paid(n, n * 10));
  const entries = [
    entry(1, 385, 'from-somebody'),
    ...payments.map(({ id }, i) => entry(i + 2, 1_000 + i, id)),
  ];
  const { keys } = await newestOf(payments, entries);
  expect(keys.slice(0, 3)).toEqual(['own-40', 'own-39', 'from-somebody']);
  expect(keys).toHaveLength(NEWEST_MAX);
});

test('money received alone is all that is read, in one page', async () => {
  const { keys, pages } = await newestOf(
    [],
    numbers(100).map((n) => entry(n, n)),
  );
  expect(keys).toEqual(['v100', 'v99', 'v98', 'v97', 'v96', 'v95', 'v94', 'v93']);
  expect(pages).toBe(1);
});

test('a phone whose clock is years behind shows its payments, and does not read everything for it', async () => {
  const payments = numbers(2_000).map((n) => paid(n, n));
  const entries = payments.map(({ id }, i) => entry(i + 1, 1_000_000 + i, id));
  const { keys, pages } = await newestOf(payments, entries);
  expect(keys).toEqual(
    payments
      .map(({ id }) => id)
      .toReversed()
      .slice(0, NEWEST_MAX),
  );
  expect(pages).toBeLessThan(20);
});
