import { describe, expect, test } from 'vitest';
import type { StatementEntry } from '#protocol/wire.ts';
import { createActivityHistory, type HistoryStore } from '#ui/activity-history.ts';
import type { TakenCounterfoil } from '#wallet/offline-records.ts';
import type { Payment } from '#wallet/payment.ts';
import type { ShownRequest } from '#wallet/records.ts';
import { takenPayment } from './sample-taken.ts';

const payment = (
  n: number,
  createdAtMs: number,
  state: Payment['state'] = 'accepted',
): Payment => ({
  id: `payment-${n}`,
  state,
  authorization: new Uint8Array(),
  device: 1,
  seq: n,
  requestText: '',
  requestDigest: '',
  once: true,
  payer: '',
  payee: '',
  payeeName: `payee ${n}`,
  amountMinor: BigInt(n),
  currency: 978,
  createdAtMs,
  validUntilS: 0,
});

const entry = (version: number, postedAtMs: number, paymentId?: string): StatementEntry => ({
  version,
  currency: 978,
  amountMinor: paymentId?.startsWith('payment') ? -1n : 1n,
  balanceMinor: 0n,
  kind: 'payment',
  counterparty: '',
  counterpartyName: `entry ${version}`,
  postedAtMs,
  ...(paymentId !== undefined && { paymentId }),
});

/** A store of arrays that can grow and change while the history is read. */
function storeOf(
  payments: Payment[],
  entries: StatementEntry[],
  taken: TakenCounterfoil[] = [],
  requests: ShownRequest[] = [],
): HistoryStore {
  const newest = () => payments.toSorted((a, b) => b.createdAtMs - a.createdAtMs || b.seq - a.seq);
  return {
    async readPayments(limit, last) {
      const rest = last
        ? newest().filter(
            (p) =>
              p.createdAtMs < last.createdAtMs ||
              (p.createdAtMs === last.createdAtMs && p.seq < last.seq),
          )
        : newest();
      return rest.slice(0, limit);
    },
    async readEntries(limit, before) {
      return entries
        .toSorted((a, b) => b.version - a.version)
        .filter(({ version }) => before === undefined || version < before)
        .slice(0, limit);
    },
    async readPayment(id) {
      return payments.find((each) => each.id === id);
    },
    async readRequest(digest) {
      return requests.find((each) => each.digest === digest);
    },
    async readTakenList(limit, last) {
      return taken
        .toSorted((a, b) => b.takenAtMs - a.takenAtMs)
        .filter(({ takenAtMs }) => last === undefined || takenAtMs < last.takenAtMs)
        .slice(0, limit);
    },
  };
}

async function readAll(store: HistoryStore) {
  const history = createActivityHistory(store);
  while (!history.complete()) await history.more();
  return history;
}

describe('all activity', () => {
  test('both sources in one list, newest first, each payment once', async () => {
    const payments = [payment(1, 1000), payment(2, 3000)];
    const entries = [entry(1, 500), entry(2, 1100, 'payment-1'), entry(3, 4000, 'from-somebody')];
    const history = await readAll(storeOf(payments, entries));
    expect(history.lines().map(({ key }) => key)).toEqual([
      'from-somebody',
      'payment-2',
      'payment-1',
      'v1',
    ]);
  });

  test('a payment of another phone stands as the entry it is', async () => {
    const history = await readAll(storeOf([], [entry(1, 10, 'payment-of-another-phone')]));
    expect(history.lines()).toMatchObject([{ direction: 'out', state: 'accepted' }]);
  });

  test('what was taken from others stands in its place until the statement has it', async () => {
    const taken = [takenPayment('coming', 50), takenPayment('lost', 40, 'refused')];
    const entries = [entry(1, 45)];
    const history = await readAll(storeOf([], entries, taken));
    const states = () => history.lines().map(({ key, state }) => `${key} ${state}`);
    expect(states()).toEqual(['coming guaranteed', 'v1 received', 'lost refused']);
    taken[0] = takenPayment('coming', 50, 'accepted');
    entries.push(entry(2, 60, 'coming'));
    await history.refresh();
    expect(states()).toEqual(['coming received', 'v1 received', 'lost refused']);
  });

  test('each line carries the request that was paid, as far as this phone has it', async () => {
    const asked = (digest: string, text: string): ShownRequest => ({
      digest,
      text,
      currency: 978,
      shownAtMs: 0,
      validUntilS: 0,
    });
    const store = storeOf(
      [{ ...payment(1, 40), requestText: 'scanned' }],
      [entry(1, 10), { ...entry(2, 30, 'sold'), requestDigest: 'd1' }],
      [takenPayment('coming', 20, 'taken', { requestDigest: 'd2' })],
      [asked('d1', 'sold for'), asked('d2', 'taken for')],
    );
    const history = await readAll(store);
    const texts = () => history.lines().map(({ requestText }) => requestText);
    expect(texts()).toEqual(['scanned', 'sold for', 'taken for', undefined]);
    await history.refresh();
    expect(texts()).toEqual(['scanned', 'sold for', 'taken for', undefined]);
  });

  test('as far as it has been read there is no hole', async () => {
    const payments = Array.from({ length: 450 }, (_, i) => payment(i + 1, i * 1000));
    const entries = Array.from({ length: 900 }, (_, i) => entry(i + 1, i * 400 + 7));
    const store = storeOf(payments, entries);
    const everything = (await readAll(store)).lines().map(({ key }) => key);
    expect(everything).toHaveLength(1350);
    const history = createActivityHistory(store);
    while (!history.complete()) {
      await history.more();
      const read = history.lines().map(({ key }) => key);
      expect(read).toEqual(everything.slice(0, read.length));
    }
  });

  test('a promise of long ago that settles now is not shown twice before its page is read', async () => {
    const payments = Array.from({ length: 300 }, (_, i) => payment(i + 1, (i + 1) * 1000));
    const history = createActivityHistory(storeOf(payments, [entry(1, 999_000, 'payment-1')]));
    await history.more();
    expect(history.lines().map(({ key }) => key)).not.toContain('payment-1');
  });

  test('after a change: what is new stands on top, what was on its way has its verdict', async () => {
    const payments = [
      payment(1, 1, 'promised'),
      ...Array.from({ length: 250 }, (_, i) => payment(i + 2, i + 2)),
    ];
    const entries: StatementEntry[] = [];
    const store = storeOf(payments, entries);
    const history = await readAll(store);
    payments[0] = payment(1, 1, 'refused');
    payments.push(payment(300, 9999, 'promised'));
    entries.push(entry(1, 20_000));
    await history.refresh();
    const lines = history.lines();
    expect(lines.slice(0, 2).map(({ key }) => key)).toEqual(['v1', 'payment-300']);
    expect(lines.at(-1)).toMatchObject({ key: 'payment-1', state: 'refused' });
    expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length);
  });
});
