import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkLedger } from '#ledger/check-ledger.ts';
import type { Database } from '#ledger/database.ts';
import type { VerifiedPayment } from '#ledger/payment-rows.ts';
import { balanceOf, enrolWith, fund, open, settle, verdictOf } from '../../support/settling.ts';
import {
  drawnOn,
  enrol,
  JPY,
  newPayment,
  type Person,
  random,
  VERIFIERS,
} from '../../support/signed-payments.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let database: Database;
let payer: Person;
let payee: Person;

beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  ({ database } = await cluster.fresh());
  payer = await enrolWith(database, 1000n);
  payee = await enrol(database);
});
afterAll(() => cluster.stop());

const verdictsOf = async (...payments: VerifiedPayment[]) =>
  (await settle(database, payments)).map(verdictOf);

async function expectClean() {
  expect(await checkLedger(database, VERIFIERS)).toMatchObject({ findings: [], clean: true });
}

/** In one group, and each in a group of its own. */
const GROUPINGS: readonly [string, (payments: VerifiedPayment[]) => Promise<string[]>][] = [
  ['in one upload', (payments) => verdictsOf(...payments)],
  [
    'one after the other',
    async (payments) => {
      const verdicts: string[] = [];
      for (const payment of payments) verdicts.push(...(await verdictsOf(payment)));
      return verdicts;
    },
  ],
];

const markedBy = async () =>
  (
    await database.query<{ payment_id: Uint8Array }>('SELECT payment_id FROM paid_request')
  ).rows.map((row) => row.payment_id);

test.each(GROUPINGS)(
  '%s, a cent for its request does not void a covered payment',
  async (_, run) => {
    const accomplice = await enrolWith(database, 100n);
    const request = { once: true, requestDigest: random(8) };
    const allowance = await open(database, payer, { totalMinor: 400n });
    const cent = newPayment(accomplice, payee, { ...request, amountMinor: 1n });
    const covered = newPayment(payer, payee, { ...request, ...drawnOn(allowance) });
    const again = newPayment(accomplice, payee, { ...request, amountMinor: 2n });
    expect(await run([cent, covered, again])).toEqual([
      'accepted',
      'accepted',
      'request_already_paid',
    ]);
    expect(await markedBy()).toEqual([covered.id]);
    expect(await balanceOf(database, payee)).toBe(101n);
    await expectClean();
  },
);

test.each(GROUPINGS)('%s, a cent after the covered payment is refused', async (_, run) => {
  const request = { once: true, requestDigest: random(8) };
  const allowance = await open(database, payer, { totalMinor: 400n });
  const covered = newPayment(payer, payee, { ...request, ...drawnOn(allowance) });
  const cent = newPayment(payer, payee, { ...request, amountMinor: 1n });
  expect(await run([covered, cent])).toEqual(['accepted', 'request_already_paid']);
  expect(await markedBy()).toEqual([covered.id]);
  await expectClean();
});

test.each(GROUPINGS)(
  '%s, a request is paid again by a covered payment of more alone, currency by currency',
  async (_, run) => {
    await fund(database, payer.account, 100n, JPY);
    const request = { once: true, requestDigest: random(8) };
    const euro = drawnOn(await open(database, payer, { totalMinor: 400n }));
    const yen = drawnOn(await open(database, payer, { totalMinor: 50n, currency: JPY }));
    const payments = [
      newPayment(payer, payee, { ...request, ...euro, amountMinor: 50n }),
      newPayment(payer, payee, { ...request, ...yen, amountMinor: 5n }),
      newPayment(payer, payee, { ...request, ...euro, amountMinor: 50n }),
      newPayment(payer, payee, { ...request, ...euro, amountMinor: 51n }),
      newPayment(payer, payee, { ...request, ...yen, amountMinor: 5n }),
    ];
    expect(await run(payments)).toEqual([
      'accepted',
      'accepted',
      'request_already_paid',
      'accepted',
      'request_already_paid',
    ]);
    expect(await markedBy()).toEqual([payments[3]!.id]);
    await expectClean();
  },
);
