import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readBalances, setFrozen } from '#ledger/accounts.ts';
import {
  allowAgain,
  expireAllowances,
  freezeDevice,
  openAllowance,
  releaseAllowance,
} from '#ledger/allowances.ts';
import { checkLedger } from '#ledger/check-ledger.ts';
import { type Database, openDatabase } from '#ledger/database.ts';
import { readOpenAllowances } from '#ledger/read-allowances.ts';
import { validUntilS } from '#protocol/allowance.ts';
import { enrolWith, open, settle, verdictOf } from '../../support/settling.ts';
import {
  drawnOn,
  EUR,
  enrol,
  JPY,
  NOW_S,
  newAllowance,
  newPayment,
  type Person,
  VERIFIERS,
} from '../../support/signed-payments.ts';
import { SILENT_LOG, startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let database: Database;
let connection: Parameters<typeof openDatabase>[0];
let payer: Person;
let payee: Person;

beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  ({ database, connection } = await cluster.fresh());
  payer = await enrolWith(database, 1000n);
  payee = await enrol(database);
});
afterAll(() => cluster.stop());

async function fundsOf({ account }: Person, currency = EUR) {
  const balances = await readBalances(database, account);
  const found = balances.find((balance) => balance.currency === currency);
  return { balance: found?.balanceMinor, held: found?.heldMinor, owed: found?.owedMinor };
}

async function expectClean() {
  expect(await checkLedger(database, VERIFIERS)).toMatchObject({ findings: [], clean: true });
}

test('an allowance sets its funds aside, and ordinary payments cannot have them', async () => {
  await open(database, payer, { totalMinor: 400n });
  expect(await fundsOf(payer)).toEqual({ balance: 1000n, held: 400n, owed: 0n });
  const over = newPayment(payer, payee, { amountMinor: 601n });
  const exact = newPayment(payer, payee, { amountMinor: 600n });
  expect((await settle(database, [over, exact])).map(verdictOf)).toEqual([
    'insufficient_funds',
    'accepted',
  ]);
  await expectClean();
});

test('no more is set aside than is available, and a refusal leaves the old allowance', async () => {
  const old = await open(database, payer, { totalMinor: 400n });
  const refused = await openAllowance(database, newAllowance(payer, { totalMinor: 1001n }), NOW_S);
  expect(refused).toMatchObject({ ok: false, refusal: { code: 'funds_short' } });
  expect(await fundsOf(payer)).toMatchObject({ held: 400n });
  expect(await readOpenAllowances(database, payer.account)).toMatchObject([{ id: old.limits.id }]);
  await expectClean();
});

test('a new allowance of the device takes the place of the old one, and its funds are there for it', async () => {
  await open(database, payer, { totalMinor: 700n });
  const next = await open(database, payer, { totalMinor: 1000n });
  expect(await fundsOf(payer)).toMatchObject({ held: 1000n });
  expect(await readOpenAllowances(database, payer.account)).toMatchObject([
    { id: next.limits.id, totalMinor: 1000n },
  ]);
  await expectClean();
});

test('devices and currencies have allowances beside each other', async () => {
  await database.query(`INSERT INTO device (account, number, label) VALUES ($1, 2, 'tablet')`, [
    payer.account,
  ]);
  await open(database, payer, { totalMinor: 300n });
  await open(database, payer, { totalMinor: 200n, device: 2 });
  expect(await fundsOf(payer)).toMatchObject({ held: 500n });
  const elsewhere = newAllowance(payer, { totalMinor: 1n, currency: JPY });
  expect(await openAllowance(database, elsewhere, NOW_S)).toMatchObject({
    refusal: { code: 'funds_short' },
  });
  await expectClean();
});

test('an account has so many at most, and may still replace one and give one back', async () => {
  const { account } = payer;
  await database.query(
    `INSERT INTO device (account, number, label) SELECT $1, n, 'phone' FROM generate_series(2, 65) n`,
    [account],
  );
  const openOn = (device: number) =>
    openAllowance(database, newAllowance(payer, { totalMinor: 1n, device }), NOW_S);
  for (let device = 1; device <= 64; device++) expect((await openOn(device)).ok).toBe(true);
  expect(await openOn(65)).toMatchObject({ refusal: { code: 'allowances_too_many' } });
  expect((await openOn(64)).ok).toBe(true);
  await releaseAllowance(database, { account, device: 1, currency: EUR }, NOW_S);
  expect((await openOn(65)).ok).toBe(true);
  expect(await fundsOf(payer)).toMatchObject({ held: 64n });
  await expectClean();
});

const RETURNS: readonly [string, (account: Person['account']) => Promise<unknown>][] = [
  [
    'released',
    (account) => releaseAllowance(database, { account, device: 1, currency: EUR }, NOW_S),
  ],
  ['frozen', (account) => freezeDevice(database, account, 1, NOW_S)],
  ['expired', () => expireAllowances(database, NOW_S + 240 * 3600, NOW_S + 240 * 3600)],
  ['replaced', () => open(database, payer, { totalMinor: 1n })],
];

test.each(RETURNS)(
  'an allowance that is %s returns exactly what is unspent',
  async (reason, end) => {
    const allowance = await open(database, payer, { totalMinor: 400n });
    const spent = newPayment(payer, payee, { amountMinor: 150n, ...drawnOn(allowance) });
    expect((await settle(database, [spent])).map(verdictOf)).toEqual(['accepted']);
    expect(await fundsOf(payer)).toEqual({ balance: 850n, held: 250n, owed: 0n });
    await end(payer.account);
    const held = reason === 'replaced' ? 1n : 0n;
    expect(await fundsOf(payer)).toEqual({ balance: 850n, held, owed: 0n });
    await end(payer.account);
    expect(await fundsOf(payer)).toEqual({ balance: 850n, held, owed: 0n });
    const { rows } = await database.query(
      'SELECT state, closed_reason FROM allowance WHERE account = $1 AND id = $2',
      [payer.account, allowance.limits.id],
    );
    expect(rows).toEqual([{ state: 'closed', closed_reason: reason }]);
    await expectClean();
  },
);

test('what has not expired stays set aside', async () => {
  const { limits } = await open(database, payer);
  const endS = validUntilS(limits);
  expect(await expireAllowances(database, endS - 1, endS - 1)).toBe(0);
  expect(await fundsOf(payer)).toMatchObject({ held: 500n });
  expect(await expireAllowances(database, endS, endS)).toBe(1);
  expect(await expireAllowances(database, endS, endS)).toBe(0);
});

test('processes that look for expired allowances at once end each of them once', async () => {
  const people = await Promise.all(Array.from({ length: 12 }, () => enrolWith(database, 500n)));
  const granted = await Promise.all(people.map((person) => open(database, person)));
  const untilS = validUntilS(granted[0]!.limits);
  const others = [1, 2, 3].map(() => openDatabase(connection, { log: SILENT_LOG }));
  const ended = await Promise.all(
    [database, ...others].map((each) => expireAllowances(each, untilS, untilS)),
  );
  await Promise.all(others.map((each) => each.close()));
  expect(ended.reduce((sum, count) => sum + count, 0)).toBe(12);
  for (const person of people) expect(await fundsOf(person)).toMatchObject({ held: 0n });
  await expectClean();
});

test('a frozen device, a frozen or stopped account and an unknown device get no allowance', async () => {
  const codeOf = async (change = {}) => {
    const opened = await openAllowance(database, newAllowance(payer, change), NOW_S);
    return opened.ok ? 'opened' : opened.refusal.code;
  };
  expect(await codeOf({ device: 9 })).toBe('device_unknown');
  await setFrozen(database, payer.account, true);
  expect(await codeOf()).toBe('allowances_stopped');
  await setFrozen(database, payer.account, false);
  await database.query('UPDATE account SET allowances_stopped = true WHERE id = $1', [
    payer.account,
  ]);
  expect(await codeOf()).toBe('allowances_stopped');
  expect(await allowAgain(database, payer.account)).toBe(true);
  expect(await allowAgain(database, payer.account)).toBe(false);
  expect(await codeOf()).toBe('opened');
  await freezeDevice(database, payer.account, 1, NOW_S);
  expect(await codeOf()).toBe('device_frozen');
});

test('the same grant sent twice, as after a broken connection, sets its funds aside once', async () => {
  const wanted = newAllowance(payer, { totalMinor: 600n });
  expect(await openAllowance(database, wanted, NOW_S)).toMatchObject({ ok: true });
  expect(await openAllowance(database, wanted, NOW_S)).toMatchObject({ ok: true });
  expect(await fundsOf(payer)).toMatchObject({ held: 600n });
  await expectClean();
});

test.each([
  ['the default isolation', undefined],
  ['serializable isolation', '-c default_transaction_isolation=serializable'],
])(
  'with %s grants, releases and settlements at once leave as much held as is unspent',
  async (_, options) => {
    const rivals = [1, 2, 3].map(() =>
      openDatabase(
        { ...connection, ...(options && { options }) },
        { log: SILENT_LOG, attemptsMax: 60 },
      ),
    );
    const first = await open(database, payer, { totalMinor: 300n });
    const rich = await enrolWith(database, 10_000n);
    const work = Array.from({ length: 60 }, (_, index) => async () => {
      const rival = rivals[index % 3]!;
      if (index % 5 === 0) {
        const wanted = newAllowance(payer, { totalMinor: BigInt(50 + index) });
        return openAllowance(rival, wanted, NOW_S);
      }
      if (index % 7 === 0) {
        return releaseAllowance(rival, { account: payer.account, device: 1, currency: EUR }, NOW_S);
      }
      const covered = drawnOn(first, BigInt(index));
      return settle(rival, [
        newPayment(payer, payee, { amountMinor: 3n, ...covered }),
        newPayment(payer, payee, { amountMinor: 2n }),
        newPayment(rich, payer, { amountMinor: 1n }),
      ]);
    });
    await Promise.all(work.map((each) => each()));
    const unspent = (await readOpenAllowances(database, payer.account)).reduce(
      (sum, row) => sum + row.totalMinor - row.spentMinor,
      0n,
    );
    expect((await fundsOf(payer)).held).toBe(unspent);
    await expectClean();
    await Promise.all(rivals.map((each) => each.close()));
  },
);
