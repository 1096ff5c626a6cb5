import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  ISSUER_ACCOUNT,
  openAccount,
  readAccount,
  readBalances,
  readVersions,
} from '#ledger/accounts.ts';
import { checkLedger } from '#ledger/check-ledger.ts';
import type { Database } from '#ledger/database.ts';
import { fundAccount } from '#ledger/fund-account.ts';
import { readStatement } from '#ledger/read-statement.ts';
import { WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import { EUR, enrol, JPY, NOW_S, random, VERIFIERS } from '../../support/signed-payments.ts';
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

const fund = (
  account: Uint8Array<ArrayBuffer>,
  amountMinor: bigint,
  currency = EUR,
  id = random(16),
) => fundAccount(database, { id, account, currency, amountMinor }, NOW_S);

test('issued money is a balanced transfer that the issuer owes', async () => {
  const { account } = await enrol(database);
  expect(await fund(account, 500n)).toMatchObject({ ok: true, value: { repeated: false } });
  expect(await fund(account, 700n, JPY)).toMatchObject({ ok: true });
  expect(await readBalances(database, account)).toMatchObject([
    { currency: JPY, balanceMinor: 700n },
    { currency: EUR, balanceMinor: 500n },
  ]);
  expect(await readBalances(database, ISSUER_ACCOUNT)).toMatchObject([
    { currency: JPY, balanceMinor: -700n },
    { currency: EUR, balanceMinor: -500n },
  ]);
  expect(await readStatement(database, account, 0n, 10)).toMatchObject([
    { version: 1n, currency: EUR, amountMinor: 500n, paymentId: null },
    { version: 2n, currency: JPY, amountMinor: 700n, paymentId: null },
  ]);
  expect(await checkLedger(database, VERIFIERS)).toMatchObject({
    clean: true,
    circulation: [
      { currency: JPY, minor: 700n },
      { currency: EUR, minor: 500n },
    ],
  });
});

test('a funding command that is given twenty times at once funds once', async () => {
  const { account } = await enrol(database);
  const id = random(16);
  const funded = await Promise.all(Array.from({ length: 20 }, () => fund(account, 500n, EUR, id)));
  expect(funded.filter((outcome) => outcome.ok && !outcome.value.repeated)).toHaveLength(1);
  expect(funded.filter((outcome) => outcome.ok && outcome.value.repeated)).toHaveLength(19);
  expect(await readBalances(database, account)).toMatchObject([
    { currency: EUR, balanceMinor: 500n },
  ]);
});

test('the id of a funding command never means two things', async () => {
  const { account } = await enrol(database);
  const id = random(16);
  await fund(account, 500n, EUR, id);
  expect(await fund(account, 501n, EUR, id)).toMatchObject({ refusal: { code: 'id_conflict' } });
});

test.each([
  ['nothing', 0n, 'amount_zero'],
  ['less than nothing', -5n, 'amount_zero'],
  ['more than 64 bits', WIRE_AMOUNT_MAX + 1n, 'amount_too_large'],
])('funding with %s is refused', async (_, amountMinor, code) => {
  const { account } = await enrol(database);
  expect(await fund(account, amountMinor)).toMatchObject({ refusal: { code } });
});

test('funding somebody unknown, or the issuer itself, is refused', async () => {
  expect(await fund(random(16), 5n)).toMatchObject({ refusal: { code: 'payee_unknown' } });
  expect(await fund(ISSUER_ACCOUNT, 5n)).toMatchObject({ refusal: { code: 'payee_unknown' } });
});

test('an issue that a balance could not hold is refused', async () => {
  const { account } = await enrol(database);
  await fund(account, WIRE_AMOUNT_MAX);
  expect(await fund(account, 1n)).toMatchObject({ refusal: { code: 'balance_overflow' } });
  const other = await enrol(database);
  expect(await fund(other.account, 1n)).toMatchObject({ ok: true });
  expect(await fund(other.account, 1n)).toMatchObject({ refusal: { code: 'balance_overflow' } });
});

test('an account is opened once, and its version tells what it has seen', async () => {
  const id = random(16);
  expect(await openAccount(database, id)).toBe(true);
  expect(await openAccount(database, id)).toBe(false);
  await fund(id, 5n);
  expect(await readAccount(database, id)).toEqual({
    id,
    kind: 'person',
    frozen: false,
    version: 1n,
  });
  expect(await readVersions(database, [random(16), id])).toEqual([null, 1n]);
});

// What the database itself refuses, whoever asks.
test.each([
  ['a person below zero', 'UPDATE balance SET balance = -1 WHERE NOT may_go_negative', '23514'],
  ['an entry of nothing', 'UPDATE entry SET amount = 0', '23514'],
  ['an entry with oneself', 'UPDATE entry SET counterparty = account', '23514'],
  ['an entry before the first', 'UPDATE entry SET version = 0', '23514'],
  ['a version twice', 'INSERT INTO entry SELECT * FROM entry', '23505'],
  [
    'a balance of nobody',
    "INSERT INTO balance (account, currency, balance) VALUES ('\\x00', 978, 0)",
    '23503',
  ],
  [
    'an acceptance without a transfer',
    "INSERT INTO payment VALUES (decode(repeat('00', 32), 'hex'), '', '', 'x', 978, 1, '', 1, 1, 1, NULL, NULL, '', now())",
    '23514',
  ],
  [
    'a refusal without a code',
    "INSERT INTO payment VALUES (decode(repeat('00', 32), 'hex'), '', '', 'x', 978, 1, '', 1, 1, 2, NULL, NULL, '', now())",
    '23514',
  ],
])('the database refuses %s', async (_, sql, code) => {
  const { account } = await enrol(database);
  await fund(account, 500n);
  await expect(database.query(sql)).rejects.toMatchObject({ code });
});
