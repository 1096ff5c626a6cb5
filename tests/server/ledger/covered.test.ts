import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { GUARANTEE_ACCOUNT, readBalances, setFrozen } from '#ledger/accounts.ts';
import { freezeDevice, releaseAllowance } from '#ledger/allowances.ts';
import { checkLedger } from '#ledger/check-ledger.ts';
import { type Database, openDatabase, type Statement } from '#ledger/database.ts';
import type { VerifiedPayment } from '#ledger/payment-rows.ts';
import {
  areAllowancesStopped,
  readDoublePromises,
  readOpenAllowances,
} from '#ledger/read-allowances.ts';
import { findPayment, readStatement } from '#ledger/read-statement.ts';
import { validUntilS } from '#protocol/allowance.ts';
import type { Order } from '#protocol/order.ts';
import {
  countRows,
  enrolWith,
  fund,
  open,
  RULES,
  settle,
  verdictOf,
} from '../../support/settling.ts';
import {
  drawnOn,
  EUR,
  enrol,
  NOW_S,
  newPayment,
  type Person,
  random,
  VERIFIERS,
} from '../../support/signed-payments.ts';
import { SILENT_LOG, startTestCluster, type TestCluster } from '../../support/test-database.ts';

/** As the rules of these tests say. */
const GUARANTEE_MAX = RULES.guaranteeMaxMinor(EUR);

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

async function fundsOf({ account }: Pick<Person, 'account'>) {
  const found = (await readBalances(database, account)).find((row) => row.currency === EUR);
  return { balance: found?.balanceMinor, held: found?.heldMinor, owed: found?.owedMinor };
}

const verdictsOf = async (...payments: VerifiedPayment[]) =>
  (await settle(database, payments)).map(verdictOf);

const sourceOf = async ({ id }: VerifiedPayment) => (await findPayment(database, id))?.source;

const release = () =>
  releaseAllowance(database, { account: payer.account, device: 1, currency: EUR }, NOW_S);

async function expectClean() {
  expect(await checkLedger(database, VERIFIERS)).toMatchObject({ findings: [], clean: true });
}

/** Spends all that is not set aside. */
async function spendTheRest() {
  const { balance = 0n, held = 0n } = await fundsOf(payer);
  const amountMinor = balance - held;
  expect(await verdictsOf(newPayment(payer, payee, { amountMinor }))).toEqual(['accepted']);
}

test('a covered payment is paid from what was set aside, though nothing else is left', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  await spendTheRest();
  const covered = newPayment(payer, payee, { amountMinor: 150n, ...drawnOn(allowance) });
  expect(await verdictsOf(covered)).toEqual(['accepted']);
  expect(await sourceOf(covered)).toBe('hold');
  expect(await fundsOf(payer)).toEqual({ balance: 250n, held: 250n, owed: 0n });
  expect(await readOpenAllowances(database, payer.account)).toMatchObject([{ spentMinor: 150n }]);
  await expectClean();
});

test('after the allowance has ended it is paid from the balance, then by the guarantee', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  await release();
  const fromBalance = newPayment(payer, payee, { amountMinor: 100n, ...drawnOn(allowance) });
  expect(await verdictsOf(fromBalance)).toEqual(['accepted']);
  expect(await sourceOf(fromBalance)).toBe('balance');
  await spendTheRest();
  const drawn = drawnOn(allowance, 100n);
  const guaranteed = newPayment(payer, payee, { amountMinor: 300n, ...drawn });
  expect(await verdictsOf(guaranteed)).toEqual(['accepted']);
  expect(await sourceOf(guaranteed)).toBe('guarantee');
  expect(await fundsOf(payer)).toEqual({ balance: 0n, held: 0n, owed: 300n });
  expect(await fundsOf(payee)).toMatchObject({ balance: 1300n });
  expect(await fundsOf({ account: GUARANTEE_ACCOUNT })).toMatchObject({ balance: -300n });
  const entries = await readStatement(database, payer.account, 0n, 100);
  expect(entries.slice(-2)).toMatchObject([
    { amountMinor: 300n, paymentId: null, counterparty: GUARANTEE_ACCOUNT },
    { amountMinor: -300n, paymentId: guaranteed.id },
  ]);
  await expectClean();
});

test('a draw on the guarantee is evidence, and stops allowances', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  await release();
  await open(database, payer, { totalMinor: 50n });
  await spendTheRest();
  const guaranteed = newPayment(payer, payee, { amountMinor: 300n, ...drawnOn(allowance) });
  expect(await verdictsOf(guaranteed)).toEqual(['accepted']);
  expect(await readDoublePromises(database, 10)).toMatchObject([
    { kind: 'beyond-funds', first: null, second: guaranteed.id, device: 1 },
  ]);
  // What the other allowance still held went to the operator at once.
  expect(await fundsOf(payer)).toEqual({ balance: 0n, held: 0n, owed: 250n });
  expect(await areAllowancesStopped(database, payer.account)).toBe(true);
  await expectClean();
});

test.each([
  ['who pays while the next is asked for is paid from that one, and not accused', 1, []],
  ['what others hold pays before the guarantee, and is evidence', 10, ['beyond-funds']],
])('%s', async (_rule, ahead, proofs) => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  await open(database, payer, { totalMinor: 900n, firstSeq: payer.seq + ahead });
  await spendTheRest();
  const covered = newPayment(payer, payee, { amountMinor: 300n, ...drawnOn(allowance) });
  expect(await verdictsOf(covered)).toEqual(['accepted']);
  expect(await sourceOf(covered)).toBe('balance');
  expect(await fundsOf(payer)).toEqual({ balance: 600n, held: 0n, owed: 0n });
  expect((await readDoublePromises(database, 10)).map(({ kind }) => kind)).toEqual(proofs);
  expect(await areAllowancesStopped(database, payer.account)).toBe(proofs.length > 0);
  await expectClean();
});

test('the guarantee ends at its cap: allowance_overspent, for good', async () => {
  const allowance = await open(database, payer, { totalMinor: 900n });
  await release();
  await spendTheRest();
  const most = newPayment(payer, payee, { amountMinor: GUARANTEE_MAX, ...drawnOn(allowance) });
  const over = newPayment(payer, payee, { amountMinor: 1n, ...drawnOn(allowance, GUARANTEE_MAX) });
  expect(await verdictsOf(most, over)).toEqual(['accepted', 'allowance_overspent']);
  expect(await readDoublePromises(database, 10)).toHaveLength(2);
  await fund(database, payer.account, 5000n);
  expect(await verdictsOf(over)).toEqual(['allowance_overspent']);
  await expectClean();
});

test('what is owed is given back by the next credit, by a payment or by funding, and no more', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  await release();
  await spendTheRest();
  const guaranteed = newPayment(payer, payee, { amountMinor: 300n, ...drawnOn(allowance) });
  expect(await verdictsOf(guaranteed)).toEqual(['accepted']);
  expect(await verdictsOf(newPayment(payee, payer, { amountMinor: 120n }))).toEqual(['accepted']);
  expect(await fundsOf(payer)).toEqual({ balance: 0n, held: 0n, owed: 180n });
  await fund(database, payer.account, 200n);
  expect(await fundsOf(payer)).toEqual({ balance: 20n, held: 0n, owed: 0n });
  expect(await fundsOf({ account: GUARANTEE_ACCOUNT })).toMatchObject({ balance: 0n });
  const amounts = (await readStatement(database, payer.account, 0n, 100)).map(
    (entry) => entry.amountMinor,
  );
  expect(amounts.slice(-4)).toEqual([120n, -120n, 200n, -180n]);
  await fund(database, payer.account, 50n);
  expect(await fundsOf(payer)).toEqual({ balance: 70n, held: 0n, owed: 0n });
  await expectClean();
});

test('who owes cannot spend what comes in before it has gone back', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  await release();
  await spendTheRest();
  const verdicts = await verdictsOf(
    newPayment(payer, payee, { amountMinor: 300n, ...drawnOn(allowance) }),
    newPayment(payee, payer, { amountMinor: 320n }),
    newPayment(payer, payee, { amountMinor: 21n }),
    newPayment(payer, payee, { amountMinor: 20n }),
  );
  expect(verdicts).toEqual(['accepted', 'accepted', 'insufficient_funds', 'accepted']);
  expect(await fundsOf(payer)).toEqual({ balance: 0n, held: 0n, owed: 0n });
  await expectClean();
});

test('a number used twice leaves evidence and stops allowances, and both payees are paid', async () => {
  const other = await enrol(database);
  const allowance = await open(database, payer, { totalMinor: 400n, capMinor: 400n });
  await spendTheRest();
  const same = { amountMinor: 300n, ...drawnOn(allowance), seq: 7 };
  const [first, second] = [newPayment(payer, payee, same), newPayment(payer, other, same)];
  expect(await verdictsOf(first)).toEqual(['accepted']);
  expect(await verdictsOf(second)).toEqual(['accepted']);
  expect(await fundsOf(other)).toMatchObject({ balance: 300n });
  // The hundred that was still set aside went to the operator at once.
  expect(await fundsOf(payer)).toEqual({ balance: 0n, held: 0n, owed: 200n });
  expect(await readDoublePromises(database, 10)).toMatchObject([
    { kind: 'beyond-funds', first: null, second: second.id },
    { kind: 'over-total', first: null, second: second.id },
    { kind: 'same-number', first: first.id, second: second.id, device: 1 },
  ]);
  expect(await areAllowancesStopped(database, payer.account)).toBe(true);
  expect(await readOpenAllowances(database, payer.account)).toEqual([]);
  await expect(open(database, payer, { totalMinor: 1n })).rejects.toThrow('allowances_stopped');
  await expectClean();
});

test('more than the total is a double promise too, whatever each order says of itself', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  await database.query(`INSERT INTO device (account, number, label) VALUES ($1, 2, 'tablet')`, [
    payer.account,
  ]);
  await open(database, payer, { totalMinor: 100n, device: 2 });
  const draw = { amountMinor: 250n, ...drawnOn(allowance) };
  const [first, second] = [newPayment(payer, payee, draw), newPayment(payer, payee, draw)];
  expect(await verdictsOf(first, second)).toEqual(['accepted', 'accepted']);
  expect([await sourceOf(first), await sourceOf(second)]).toEqual(['hold', 'balance']);
  expect(await readDoublePromises(database, 10)).toMatchObject([
    { kind: 'over-total', second: second.id },
  ]);
  expect(await fundsOf(payer)).toEqual({ balance: 500n, held: 0n, owed: 0n });
  await expectClean();
});

test('orders that keep to their numbers and their total are no evidence', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  const payments = [0n, 100n, 200n, 300n].map((before) =>
    newPayment(payer, payee, drawnOn(allowance, before)),
  );
  expect(await verdictsOf(...payments.reverse())).toEqual(Array(4).fill('accepted'));
  const ordinary = newPayment(payer, payee, { seq: payments[0]!.order.seq });
  expect(await verdictsOf(ordinary)).toEqual(['accepted']);
  expect(await countRows(database, 'double_promise')).toBe(0);
  await expectClean();
});

test('a double promise beyond the cap keeps both signed orders, the refused one too', async () => {
  const allowance = await open(database, payer, { totalMinor: 1000n });
  const all = { amountMinor: 1000n, ...drawnOn(allowance), seq: 5 };
  const [first, second] = [newPayment(payer, payee, all), newPayment(payer, payee, all)];
  expect(await verdictsOf(first, second)).toEqual(['accepted', 'allowance_overspent']);
  const stored = await findPayment(database, second.id);
  expect(stored).toMatchObject({ authorization: second.bytes, allowance: allowance.limits.id });
  expect(await countRows(database, 'double_promise')).toBe(3);
  await expectClean();
});

test('a repeat of a covered payment changes nothing, in its group and later', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  const covered = newPayment(payer, payee, { amountMinor: 150n, ...drawnOn(allowance) });
  const [first] = await settle(database, [covered, covered]);
  const before = await fundsOf(payer);
  expect(await settle(database, [covered])).toEqual([{ ...first, position: null }]);
  expect(await fundsOf(payer)).toEqual(before);
  expect(await countRows(database, 'double_promise')).toBe(0);
  await expectClean();
});

test('two covered payments of one group see each other', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  await spendTheRest();
  const [first, second] = [0n, 250n].map((before) =>
    newPayment(payer, payee, { amountMinor: before ? 150n : 250n, ...drawnOn(allowance, before) }),
  );
  expect(await verdictsOf(first!, second!)).toEqual(['accepted', 'accepted']);
  expect([await sourceOf(first!), await sourceOf(second!)]).toEqual(['hold', 'hold']);
  expect(await fundsOf(payer)).toEqual({ balance: 0n, held: 0n, owed: 0n });
  await expectClean();
});

test('what was promised is paid although the account, the device or the passkey was frozen since', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  await freezeDevice(database, payer.account, 1, NOW_S);
  await setFrozen(database, payer.account, true);
  const covered = newPayment(payer, payee, drawnOn(allowance));
  const revoked = newPayment(payer, payee, drawnOn(allowance, 100n));
  const ordinary = newPayment(payer, payee);
  expect(
    await verdictsOf(
      covered,
      { ...revoked, revokedCredential: payer.credentialId },
      { ...ordinary, revokedCredential: payer.credentialId },
      newPayment(payer, payee),
    ),
  ).toEqual(['accepted', 'accepted', 'unsigned credential_revoked', 'payer_frozen']);
  expect(await findPayment(database, ordinary.id)).toBeUndefined();
  await expectClean();
});

test('a revoked passkey cannot draw on the allowance of another', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  const stolen = newPayment(payer, payee, drawnOn(allowance));
  const verdicts = await verdictsOf({ ...stolen, revokedCredential: random(32) });
  expect(verdicts).toEqual(['unsigned credential_revoked']);
  expect(await findPayment(database, stolen.id)).toBeUndefined();
  expect(await fundsOf(payer)).toMatchObject({ balance: 1000n, held: 400n });
  await expectClean();
});

const BENT: readonly [string, Partial<Order>][] = [
  ['more than one payment may spend', { amountMinor: 101n }],
  ['more than the total by its own words', { spentBeforeMinor: 950n, amountMinor: 60n }],
  ['a number beyond the last', { seq: 999 }],
  ['another device', { device: 2 }],
  ['an end beyond the allowance’s', { validUntilS: NOW_S + 240 * 3600 + 1 }],
  ['another allowance', { allowance: new Uint8Array(8) }],
];

test.each(BENT)('%s: not covered, an ordinary payment', async (_, change) => {
  const allowance = await open(database, payer, { totalMinor: 1000n, capMinor: 100n });
  const draw = { ...drawnOn(allowance), ...change };
  const bent = newPayment(payer, payee, draw);
  expect(await verdictsOf(bent)).toEqual(['insufficient_funds']);
  expect(await findPayment(database, bent.id)).toMatchObject({ allowance: null, source: null });
  await release();
  expect(await verdictsOf(newPayment(payer, payee, draw))).toEqual(['accepted']);
  await expectClean();
});

test('ten years of a wrong clock change no verdict on a covered payment', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  const tenYears = 10 * 366 * 86_400;
  const times = [NOW_S - tenYears, NOW_S - 60, NOW_S, validUntilS(allowance.limits)];
  const payments = times.map((authorizedAtS, index) =>
    newPayment(payer, payee, { ...drawnOn(allowance, BigInt(index) * 100n), authorizedAtS }),
  );
  expect(await verdictsOf(...payments)).toEqual(Array(4).fill('accepted'));
  await expectClean();
});

test('a covered payment that is too late expires, and its funds stay until they return', async () => {
  const allowance = await open(database, payer, { totalMinor: 400n });
  const late = { ...drawnOn(allowance), authorizedAtS: NOW_S - 100, validUntilS: NOW_S - 1 };
  expect(await verdictsOf(newPayment(payer, payee, late))).toEqual(['payment_expired']);
  expect(await fundsOf(payer)).toMatchObject({ balance: 1000n, held: 400n });
  await expectClean();
});

test.each([
  ['the default isolation', undefined],
  ['serializable isolation', '-c default_transaction_isolation=serializable'],
])(
  'with %s people who overspend at once share the guarantee without a deadlock',
  async (_, options) => {
    const people = await Promise.all(Array.from({ length: 8 }, () => enrolWith(database, 100n)));
    const rivals = [1, 2, 3].map(() =>
      openDatabase(
        { ...connection, ...(options && { options }) },
        { log: SILENT_LOG, attemptsMax: 60 },
      ),
    );
    const groups = await Promise.all(
      people.map(async (person, index) => {
        const allowance = await open(database, person, { totalMinor: 100n });
        const next = people[(index + 1) % people.length]!;
        return [1, 2, 3].map(() => newPayment(person, next, drawnOn(allowance)));
      }),
    );
    const settlements = await Promise.all(
      groups.flat().map((payment, index) => settle(rivals[index % 3]!, [payment])),
    );
    expect(settlements.flat().map(verdictOf)).toEqual(Array(24).fill('accepted'));
    await Promise.all(rivals.map((rival) => rival.close()));
    await expectClean();
  },
);

test('a group without allowances asks the database nothing about them', async () => {
  const asked: string[] = [];
  const told: Database = {
    ...database,
    borrow: (work) =>
      database.borrow((client) => {
        const query = (statement: Statement) => {
          asked.push(statement.name ?? statement.text);
          return client.query(statement);
        };
        return work({ ...client, query } as unknown as typeof client);
      }),
  };
  expect(verdictOf((await settle(told, [newPayment(payer, payee)]))[0])).toBe('accepted');
  expect(asked).toEqual([
    'BEGIN',
    'lock_accounts',
    'read_balances',
    'find_known',
    'draw_transfer_numbers',
    'insert_payments',
    'insert_entries',
    'update_balances',
    'insert_balances',
    'COMMIT',
  ]);
});
