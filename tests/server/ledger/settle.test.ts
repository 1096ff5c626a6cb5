import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setFrozen } from '#ledger/accounts.ts';
import { checkLedger } from '#ledger/check-ledger.ts';
import type { Database } from '#ledger/database.ts';
import { settlePayments } from '#ledger/post-payments.ts';
import {
  findPayment,
  readReceipts,
  readStatement,
  readStatementBefore,
} from '#ledger/read-statement.ts';
import { WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import {
  balanceOf,
  countRows,
  enrolWith,
  fund,
  OPTIONS,
  settle,
  verdictOf,
} from '../../support/settling.ts';
import {
  authorize,
  EUR,
  enrol,
  NOW_S,
  newOrder,
  newPayment,
  newPerson,
  random,
  readPayment,
  VERIFIERS,
} from '../../support/signed-payments.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let database: Database;

beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  ({ database } = await cluster.fresh());
});
afterAll(() => cluster.stop());

test('an accepted payment moves the amount, once, and says so in both statements', async () => {
  const payer = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  const payment = newPayment(payer, payee, { amountMinor: 250n });
  const [settlement] = await settle(database, [payment]);
  expect(verdictOf(settlement)).toBe('accepted');
  expect(await balanceOf(database, payer)).toBe(750n);
  expect(await balanceOf(database, payee)).toBe(250n);
  const [entry] = await readStatement(database, payer.account, 1n, 10);
  expect(entry).toMatchObject({
    version: 2n,
    currency: EUR,
    amountMinor: -250n,
    balanceAfterMinor: 750n,
    paymentId: payment.id,
    counterparty: payee.account,
    postedAtS: NOW_S,
  });
  expect(await readStatement(database, payee.account, 0n, 10)).toMatchObject([
    { version: 1n, amountMinor: 250n, balanceAfterMinor: 250n, counterparty: payer.account },
  ]);
});

test('a statement is read by cursor, in pages, forwards and backwards', async () => {
  const payer = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  await settle(
    database,
    Array.from({ length: 5 }, () => newPayment(payer, payee)),
  );
  const versions = (entries: { version: bigint }[]) => entries.map((entry) => entry.version);
  expect(versions(await readStatement(database, payer.account, 0n, 4))).toEqual([1n, 2n, 3n, 4n]);
  expect(versions(await readStatement(database, payer.account, 4n, 4))).toEqual([5n, 6n]);
  expect(versions(await readStatementBefore(database, payer.account, null, 2))).toEqual([6n, 5n]);
  expect(versions(await readStatementBefore(database, payer.account, 2n, 2))).toEqual([1n]);
});

test('a repeated payment gets the same receipt, byte for byte, and moves nothing', async () => {
  const payer = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  const payment = newPayment(payer, payee);
  const [first] = await settle(database, [payment]);
  const [again, twice] = await settle(database, [payment, payment]);
  expect(first).toMatchObject({ kind: 'receipt', position: 0 });
  expect(again).toEqual({ ...first, position: null });
  expect(twice).toEqual(again);
  expect(await balanceOf(database, payer)).toBe(900n);
  expect(await countRows(database, 'payment')).toBe(1);
});

test('the same order signed a second time is the same payment', async () => {
  const payer = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  const order = newOrder(payer, payee.account);
  const [one, two] = [authorize(payer, order), authorize(payer, order)].map(readPayment);
  expect(one!.bytes).not.toEqual(two!.bytes);
  const [first] = await settle(database, [one!]);
  const [second] = await settle(database, [two!]);
  expect(second).toMatchObject({
    kind: 'receipt',
    receipt: (first as { receipt: Uint8Array }).receipt,
  });
  expect(await balanceOf(database, payer)).toBe(900n);
});

test('a known id with other bytes is refused without a verdict, in the same group and later', async () => {
  const payer = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  const payment = newPayment(payer, payee);
  const forged = { ...newPayment(payer, payee, { amountMinor: 500n }), id: payment.id };
  expect((await settle(database, [payment, forged])).map(verdictOf)).toEqual([
    'accepted',
    'unsigned id_conflict',
  ]);
  expect((await settle(database, [forged])).map(verdictOf)).toEqual(['unsigned id_conflict']);
  expect(await balanceOf(database, payer)).toBe(900n);
});

test('a refusal is final: money that comes later does not turn it', async () => {
  const payer = await enrolWith(database, 10n);
  const payee = await enrol(database);
  const payment = newPayment(payer, payee, { amountMinor: 11n });
  const [refused] = await settle(database, [payment]);
  expect(verdictOf(refused)).toBe('insufficient_funds');
  await fund(database, payer.account, 1000n);
  const [later] = await settle(database, [payment]);
  expect(later).toEqual({ ...refused, position: null });
  expect(await balanceOf(database, payer)).toBe(1010n);
});

test('an unknown payer gets no verdict, so nobody can use up an id', async () => {
  const stranger = newPerson();
  const payee = await enrol(database);
  const payment = newPayment(stranger, payee);
  expect((await settle(database, [payment])).map(verdictOf)).toEqual(['unsigned payer_unknown']);
  expect(await readReceipts(database, [payment.id])).toEqual([null]);
});

test('a refusal at any position leaves its neighbours alone and in order', async () => {
  const payee = await enrol(database);
  for (let position = 0; position < 5; position++) {
    const payer = await enrolWith(database, 1000n);
    const payments = Array.from({ length: 5 }, (_, index) =>
      newPayment(payer, payee, { amountMinor: index === position ? 5000n : 100n }),
    );
    const verdicts = (await settle(database, payments)).map(verdictOf);
    expect(verdicts).toEqual(
      payments.map((_, index) => (index === position ? 'insufficient_funds' : 'accepted')),
    );
    expect(await balanceOf(database, payer)).toBe(600n);
  }
});

test('payments of one group see each other: the last coin is spent once, and received coins are spent on', async () => {
  const alice = await enrolWith(database, 100n);
  const [bob, carol] = [await enrol(database), await enrol(database)];
  const verdicts = await settle(database, [
    newPayment(alice, bob),
    newPayment(alice, carol),
    newPayment(bob, carol),
  ]);
  expect(verdicts.map(verdictOf)).toEqual(['accepted', 'insufficient_funds', 'accepted']);
  expect(await balanceOf(database, carol)).toBe(100n);
});

test('a request for one sale is paid once, in one group and over two', async () => {
  const payers = [await enrolWith(database, 1000n), await enrolWith(database, 1000n)];
  const payee = await enrol(database);
  const once = { once: true, requestDigest: random(8) };
  const [first, second] = payers.map((payer) => newPayment(payer, payee, once));
  expect((await settle(database, [first!, second!])).map(verdictOf)).toEqual([
    'accepted',
    'request_already_paid',
  ]);
  const third = newPayment(payers[0]!, payee, once);
  expect((await settle(database, [third])).map(verdictOf)).toEqual(['request_already_paid']);
  expect(await balanceOf(database, payee)).toBe(100n);
});

test('a refused payment does not use up the request', async () => {
  const poor = await enrolWith(database, 1n);
  const rich = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  const once = { once: true, requestDigest: random(8) };
  const payments = [newPayment(poor, payee, once), newPayment(rich, payee, once)];
  expect((await settle(database, payments)).map(verdictOf)).toEqual([
    'insufficient_funds',
    'accepted',
  ]);
});

test('a frozen account neither pays nor is paid, until it is thawed', async () => {
  const payer = await enrolWith(database, 1000n);
  const payee = await enrolWith(database, 1000n);
  expect(await setFrozen(database, payer.account, true)).toBe(true);
  const both = () => [newPayment(payer, payee), newPayment(payee, payer)];
  expect((await settle(database, both())).map(verdictOf)).toEqual(['payer_frozen', 'payee_frozen']);
  expect(await setFrozen(database, payer.account, false)).toBe(true);
  expect((await settle(database, both())).map(verdictOf)).toEqual(['accepted', 'accepted']);
  expect(await setFrozen(database, random(16), true)).toBe(false);
});

test('a balance that would not fit in 64 bits is a refusal, and the next payment goes on', async () => {
  const full = await enrolWith(database, WIRE_AMOUNT_MAX);
  const payer = await enrolWith(database, 1n);
  const other = await enrol(database);
  const verdicts = await settle(database, [
    newPayment(payer, full, { amountMinor: 1n }),
    newPayment(full, other, { amountMinor: WIRE_AMOUNT_MAX }),
    newPayment(payer, full, { amountMinor: 1n }),
  ]);
  expect(verdicts.map(verdictOf)).toEqual(['balance_overflow', 'accepted', 'accepted']);
});

test('an order that comes too late by the server’s clock expires, whatever the phone’s clock says', async () => {
  const payer = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  const late = newPayment(payer, payee, { authorizedAtS: NOW_S - 100, validUntilS: NOW_S - 1 });
  const future = newPayment(payer, payee, {
    authorizedAtS: NOW_S + 400 * 86_400,
    validUntilS: NOW_S + 401 * 86_400,
  });
  expect((await settle(database, [late, future])).map(verdictOf)).toEqual([
    'payment_expired',
    'accepted',
  ]);
});

test('a payment is found with all that was stored of it', async () => {
  const payer = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  const payment = newPayment(payer, payee, { device: 3, seq: 4_000_000_000 });
  const [settlement] = await settle(database, [payment]);
  expect(await findPayment(database, payment.id)).toEqual({
    id: payment.id,
    authorization: payment.bytes,
    payer: payer.account,
    payee: payee.account,
    currency: EUR,
    amountMinor: 100n,
    requestDigest: payment.order.requestDigest,
    device: 3,
    seq: 4_000_000_000,
    verdict: 'accepted',
    code: null,
    transfer: expect.any(BigInt),
    receipt: (settlement as { receipt: Uint8Array }).receipt,
    settledAtS: NOW_S,
    allowance: null,
    source: null,
  });
  expect(await findPayment(database, random(32))).toBeUndefined();
});

test('when no receipts can be made nothing is stored, and the next attempt settles', async () => {
  const payer = await enrolWith(database, 1000n);
  const payee = await enrol(database);
  const payment = newPayment(payer, payee);
  const broken = () => {
    throw new Error('no key');
  };
  await expect(settlePayments(database, [payment], { ...OPTIONS, sign: broken })).rejects.toThrow(
    'no key',
  );
  expect(await readReceipts(database, [payment.id])).toEqual([null]);
  expect(await balanceOf(database, payer)).toBe(1000n);
  expect((await settle(database, [payment])).map(verdictOf)).toEqual(['accepted']);
});

test('a large mixed group settles whole and leaves a clean ledger', async () => {
  const people = await Promise.all(Array.from({ length: 20 }, () => enrolWith(database, 900n)));
  const once = { once: true, requestDigest: random(8) };
  const payments = Array.from({ length: 1000 }, (_, index) => {
    const payer = people[index % 20]!;
    const payee = people[(index * 7 + 1 + Math.floor(index / 20)) % 20]!;
    return newPayment(payer, payee, index % 10 === 0 ? once : { amountMinor: BigInt(index) });
  });
  const verdicts = (await settle(database, payments)).map(verdictOf);
  expect(verdicts).toContain('accepted');
  expect(verdicts).toContain('own_account');
  expect(verdicts).toContain('insufficient_funds');
  expect(verdicts.filter((verdict) => verdict === 'request_already_paid').length).toBeGreaterThan(
    0,
  );
  expect(await checkLedger(database, VERIFIERS)).toMatchObject({
    clean: true,
    findings: [],
    payments: 1000,
    circulation: [{ currency: EUR, minor: 18_000n }],
  });
});
