import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { checkLedger } from '#ledger/check-ledger.ts';
import { type Database, openDatabase } from '#ledger/database.ts';
import { settlePayments } from '#ledger/post-payments.ts';
import { readStatement } from '#ledger/read-statement.ts';
import {
  balanceOf,
  countRows,
  enrolWith,
  OPTIONS,
  settle,
  verdictOf,
} from '../../support/settling.ts';
import { enrol, newPayment, random, VERIFIERS } from '../../support/signed-payments.ts';
import { SILENT_LOG, startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
const opened: Database[] = [];

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
});
afterAll(() => cluster.stop());

/** Two pools on one database, as two server processes have. */
async function openRivals(options?: string): Promise<[Database, Database]> {
  const { connection } = await cluster.fresh();
  const config = options ? { ...connection, options } : connection;
  const open = () => openDatabase(config, { log: SILENT_LOG, attemptsMax: 60 });
  const rivals: [Database, Database] = [open(), open()];
  opened.push(...rivals);
  return rivals;
}

const countOf = (verdicts: readonly string[], verdict: string) =>
  verdicts.filter((found) => found === verdict).length;

describe.each([
  ['the default isolation', undefined],
  ['serializable isolation', '-c default_transaction_isolation=serializable'],
])('with %s', (_, options) => {
  test('a hundred spends of one balance at once spend it exactly', async () => {
    const [one, two] = await openRivals(options);
    const payer = await enrolWith(one, 1050n);
    const payee = await enrol(one);
    const payments = Array.from({ length: 100 }, () => newPayment(payer, payee));
    const settlements = await Promise.all(
      payments.map((payment, index) => settle(index % 2 ? one : two, [payment])),
    );
    const verdicts = settlements.flat().map(verdictOf);
    expect(countOf(verdicts, 'accepted')).toBe(10);
    expect(countOf(verdicts, 'insufficient_funds')).toBe(90);
    expect(await balanceOf(one, payer)).toBe(50n);
    expect(await checkLedger(one, VERIFIERS)).toMatchObject({ clean: true });
  });

  test('one payment sent fifty times to two processes at once settles once, with one receipt', async () => {
    const [one, two] = await openRivals(options);
    const payer = await enrolWith(one, 1000n);
    const payee = await enrol(one);
    const payment = newPayment(payer, payee);
    const settlements = await Promise.all(
      Array.from({ length: 50 }, (_, index) => settle(index % 2 ? one : two, [payment])),
    );
    const receipts = settlements.flat().map((settlement) => {
      if (settlement.kind !== 'receipt') throw new Error(settlement.refusal.code);
      return Buffer.from(settlement.receipt).toString('hex');
    });
    expect(new Set(receipts).size).toBe(1);
    expect(await balanceOf(one, payer)).toBe(900n);
    expect(await countRows(one, 'payment')).toBe(1);
    expect(await countRows(one, 'entry')).toBe(4);
  });

  test('two hundred opposing payments wait for each other, and none is lost', async () => {
    const [one, two] = await openRivals(options);
    const alice = await enrolWith(one, 10_000n);
    const bob = await enrolWith(one, 10_000n);
    const settlements = await Promise.all(
      Array.from({ length: 200 }, (_, index) => {
        const [payer, payee] = index % 2 ? [alice, bob] : [bob, alice];
        const payment = newPayment(payer!, payee!, { amountMinor: index % 2 ? 3n : 2n });
        return settle(index % 3 ? one : two, [payment]);
      }),
    );
    expect(countOf(settlements.flat().map(verdictOf), 'accepted')).toBe(200);
    expect(await balanceOf(one, alice)).toBe(9900n);
    expect(await balanceOf(one, bob)).toBe(10_100n);
    expect(await checkLedger(one, VERIFIERS)).toMatchObject({ clean: true, payments: 200 });
  });

  test('a request for one sale, paid by twenty people at once, is paid by one of them', async () => {
    const [one, two] = await openRivals(options);
    const payee = await enrol(one);
    const once = { once: true, requestDigest: random(8) };
    const payers = await Promise.all(Array.from({ length: 20 }, () => enrolWith(one, 100n)));
    const settlements = await Promise.all(
      payers.map((payer, index) => settle(index % 2 ? one : two, [newPayment(payer, payee, once)])),
    );
    const verdicts = settlements.flat().map(verdictOf);
    expect(countOf(verdicts, 'accepted')).toBe(1);
    expect(countOf(verdicts, 'request_already_paid')).toBe(19);
    expect(await balanceOf(one, payee)).toBe(100n);
  });

  test('groups that overlap in every account settle all their payments', async () => {
    const [one, two] = await openRivals(options);
    const people = await Promise.all(Array.from({ length: 6 }, () => enrolWith(one, 100_000n)));
    const group = (shift: number) =>
      Array.from({ length: 30 }, (_, index) => {
        const payer = people[(index + shift) % 6]!;
        return newPayment(payer, people[(index + shift + 1 + (index % 5)) % 6]!);
      });
    const settlements = await Promise.all(
      Array.from({ length: 8 }, (_, shift) => settle(shift % 2 ? one : two, group(shift))),
    );
    expect(countOf(settlements.flat().map(verdictOf), 'accepted')).toBe(240);
    expect(await checkLedger(one, VERIFIERS)).toMatchObject({ clean: true });
  });
});

test('a balance that changes behind the lock is noticed before the commit, and read again', async () => {
  const [one, two] = await openRivals();
  const payer = await enrolWith(one, 1000n);
  const payee = await enrol(one);
  let attempts = 0;
  const [settlement] = await settlePayments(one, [newPayment(payer, payee)], {
    ...OPTIONS,
    async sign(settled) {
      attempts++;
      if (attempts === 1) {
        await two.query('UPDATE balance SET balance = 400 WHERE account = $1', [payer.account]);
      }
      return OPTIONS.sign(settled);
    },
  });
  expect(verdictOf(settlement)).toBe('accepted');
  expect(attempts).toBe(2);
  expect(await balanceOf(one, payer)).toBe(300n);
});

test('a payment that is slow to commit holds up what its payee is told, and leaves no hole in it (F59)', async () => {
  const [one, two] = await openRivals();
  const [slow, quick, stranger] = [
    await enrolWith(one, 1000n),
    await enrolWith(one, 1000n),
    await enrolWith(one, 1000n),
  ];
  const [payee, other] = [await enrol(one), await enrol(one)];
  let commit = () => {};
  const mayCommit = new Promise<void>((go) => {
    commit = go;
  });
  let open = () => {};
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  const held = settlePayments(one, [newPayment(slow, payee, { amountMinor: 1n })], {
    ...OPTIONS,
    async sign(settled) {
      open();
      await mayCommit;
      return OPTIONS.sign(settled);
    },
  });
  await isOpen;
  const behind = settle(two, [newPayment(quick, payee, { amountMinor: 2n })]);
  // Others' payments go on meanwhile, and get later numbers.
  const [beside] = await settle(two, [newPayment(stranger, other)]);
  expect(verdictOf(beside)).toBe('accepted');
  expect(await readStatement(two, payee.account, 0n, 10)).toEqual([]);
  commit();
  for (const [settlement] of [await held, await behind]) {
    expect(verdictOf(settlement)).toBe('accepted');
  }
  const entries = await readStatement(two, payee.account, 0n, 10);
  expect(entries.map(({ version }) => version)).toEqual([1n, 2n]);
  // Which of them comes first is the database's choice, where it ended one to run it again.
  expect(entries.map(({ amountMinor }) => amountMinor).toSorted()).toEqual([1n, 2n]);
});
