import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openBooks, type RequestPayment, type Snapshot } from '#ledger/books.ts';
import type { Bytes } from '#protocol/bytes.ts';

const EUR = 978;
const JPY = 392;
const id = (fill: number, length = 16): Bytes => new Uint8Array(length).fill(fill);
const ISSUER = id(0);
const PEOPLE = [id(1), id(2), id(3)];

const NOBODY_PAID: Snapshot = {
  accounts: [
    { id: ISSUER, kind: 'issuer', frozen: false },
    ...PEOPLE.map((account) => ({
      id: account,
      kind: 'person' as const,
      frozen: false,
    })),
  ],
  // What they did in another currency counts, too.
  balances: PEOPLE.map((account, index) => ({
    account,
    currency: JPY,
    balance: 0n,
    held: 0n,
    owed: 0n,
    version: BigInt(index * 10),
  })),
  paidRequests: [],
};

const emptyBooks = () => openBooks(NOBODY_PAID);

const transfer = (from: Bytes, to: Bytes, amountMinor: bigint, number = 1n) => ({
  from,
  to,
  currency: EUR,
  amountMinor,
  transfer: number,
  paymentId: null,
});

test('the second payment of a group sees what the first one moved', () => {
  const books = emptyBooks();
  books.post(transfer(ISSUER, PEOPLE[0]!, 10n));
  books.post(transfer(PEOPLE[0]!, PEOPLE[1]!, 10n, 2n));
  expect(books.balance(PEOPLE[0]!, EUR)).toBe(0n);
  expect(() => books.post(transfer(PEOPLE[0]!, PEOPLE[1]!, 1n, 3n))).toThrow('below zero');
});

test('a balance beyond 64 bits is a bug, whoever let it through', () => {
  const books = emptyBooks();
  books.post(transfer(ISSUER, PEOPLE[0]!, 2n ** 63n - 1n));
  expect(() => books.post(transfer(ISSUER, PEOPLE[1]!, 2n ** 62n))).toThrow('64 bits');
});

const requestPaid = (change: Partial<RequestPayment> = {}): RequestPayment => ({
  payee: PEOPLE[0]!,
  requestDigest: id(9, 8),
  paymentId: id(7, 32),
  currency: EUR,
  amountMinor: 10n,
  once: true,
  ...change,
});

test('a request is paid once, and again only by more or in another currency', () => {
  const books = emptyBooks();
  books.notePaid(requestPaid());
  expect(books.isPaid(PEOPLE[0]!, id(9, 8))).toBe(true);
  expect(books.isPaid(PEOPLE[1]!, id(9, 8))).toBe(false);
  expect(() => books.notePaid(requestPaid())).toThrow('only more is paid again');
  books.notePaid(requestPaid({ amountMinor: 11n, paymentId: id(8, 32) }));
  books.notePaid(requestPaid({ currency: JPY, paymentId: id(9, 32) }));
  expect(books.paidMost(PEOPLE[0]!, id(9, 8), EUR)).toBe(11n);
  expect(() => books.notePaid(requestPaid({ amountMinor: 11n }))).toThrow(
    'only more is paid again',
  );
});

test('however often a request is paid, its mark is written once, with what it was before', () => {
  const marked = { payee: PEOPLE[0]!, requestDigest: id(9, 8) };
  const row = { ...marked, paymentId: id(6, 32), currency: EUR, mostMinor: 1n };
  for (const paidRequests of [[], [row]]) {
    const books = openBooks({ ...NOBODY_PAID, paidRequests });
    books.notePaid(requestPaid());
    books.notePaid(requestPaid({ amountMinor: 11n, paymentId: id(8, 32) }));
    const before = paidRequests[0]?.paymentId ?? null;
    expect(books.changes().paidRequests).toEqual([{ ...marked, before, after: id(8, 32) }]);
  }
});

test('a mark that moves leaves behind what was paid in other currencies, and no more', () => {
  const request = { payee: PEOPLE[0]!, requestDigest: id(9, 8) };
  const marked = { ...request, paymentId: id(6, 32), currency: EUR, mostMinor: 50n };
  const books = openBooks({ ...NOBODY_PAID, paidRequests: [marked] });
  books.notePaid(requestPaid({ amountMinor: 60n }));
  expect(books.changes().outpaid).toEqual([]);
  books.notePaid(requestPaid({ currency: JPY, paymentId: id(8, 32) }));
  expect(books.changes().outpaid).toEqual([{ ...request, currency: EUR, mostMinor: 60n }]);
});

test('what is paid for a request that may be paid often leaves no mark', () => {
  const books = emptyBooks();
  books.notePaid(requestPaid({ once: false }));
  books.notePaid(requestPaid({ once: false }));
  expect(books.paidMost(PEOPLE[0]!, id(9, 8), EUR)).toBe(0n);
  expect(books.isPaid(PEOPLE[0]!, id(9, 8))).toBe(false);
  expect(books.changes().paidRequests).toEqual([]);
});

test('whatever is posted, entries sum to zero, chain without gaps, and end in the balances', () => {
  const step = fc.record({
    from: fc.integer({ min: 0, max: 3 }),
    to: fc.integer({ min: 0, max: 3 }),
    amountMinor: fc.bigInt({ min: 1n, max: 1000n }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const books = emptyBooks();
      const accounts = [ISSUER, ...PEOPLE];
      for (const [index, { from, to, amountMinor }] of steps.entries()) {
        const payer = accounts[from]!;
        const held = books.balance(payer, EUR) ?? 0n;
        if (from === to || (from !== 0 && held < amountMinor)) continue;
        books.post(transfer(payer, accounts[to]!, amountMinor, BigInt(index)));
      }
      const { entries, balances } = books.changes();
      expect(entries.reduce((sum, entry) => sum + entry.amountMinor, 0n)).toBe(0n);
      for (const [index, account] of accounts.entries()) {
        const mine = entries.filter((entry) => Buffer.compare(entry.account, account) === 0);
        const first = index === 0 ? 0n : BigInt((index - 1) * 10);
        expect(mine.map((entry) => entry.version)).toEqual(
          mine.map((_, position) => first + BigInt(position) + 1n),
        );
        let balance = 0n;
        for (const entry of mine) {
          balance += entry.amountMinor;
          expect(entry.balanceAfterMinor).toBe(balance);
        }
        const change = balances.find((row) => Buffer.compare(row.account, account) === 0);
        expect(change?.after.balance ?? 0n).toBe(balance);
        expect(change?.after.version ?? first).toBe(first + BigInt(mine.length));
      }
    }),
  );
});
