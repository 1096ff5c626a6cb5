import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#ledger/database.ts';
import type { VerifiedPayment } from '#ledger/payment-rows.ts';
import { createStoredPayments } from '#server/payments/stored-payments.ts';
import { enrolWith, open, RULES, settle } from '../../support/settling.ts';
import { drawnOn, NOW_S, newPayment, random } from '../../support/signed-payments.ts';
import { SILENT_LOG, startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;

/** What no question asks for. */
const STORED = {
  rules: RULES,
  clock: { nowMs: () => NOW_S * 1000 },
  onFault: () => undefined,
};

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

async function countScans(database: Database): Promise<bigint> {
  const { rows } = await database.query<{ scans: bigint }>(
    `SELECT sum(seq_scan)::bigint AS scans FROM pg_stat_user_tables
      WHERE relname IN ('account', 'balance', 'entry', 'payment', 'paid_request', 'allowance', 'device')`,
  );
  return rows[0]?.scans ?? 0n;
}

// A plan that was made while the tables were empty is kept: it must not read them whole later on.
test('settlement never reads a whole table, however small the tables were when it began', async () => {
  const { database, connection } = await cluster.fresh();
  const people = await Promise.all(Array.from({ length: 3 }, () => enrolWith(database, 100_000n)));
  const before = await countScans(database);
  const settling = openDatabase({ ...connection, max: 1 }, { log: SILENT_LOG });
  let allowance = await open(settling, people[0]!);
  for (let round = 0; round < 30; round++) {
    const once = { once: true, requestDigest: random(8) };
    const [a, b, c] = people;
    const covered = { ...drawnOn(allowance), amountMinor: 2n };
    await settle(settling, [newPayment(a!, b!, { ...once, amountMinor: 1n }), newPayment(b!, c!)]);
    await settle(settling, [newPayment(a!, b!, { ...once, ...covered })]);
    allowance = await open(settling, a!, { totalMinor: BigInt(100 + round) });
  }
  // A backend reports what it counted at the latest when it ends.
  await settling.close();
  const countInserted = async () => {
    const { rows } = await database.query<{ inserted: bigint }>(
      "SELECT n_tup_ins AS inserted FROM pg_stat_user_tables WHERE relname = 'payment'",
    );
    return rows[0]?.inserted;
  };
  await expect.poll(countInserted).toBe(90n);
  expect(await countScans(database)).toBe(before);
});

/** Tuples that all looks into the table of payments have met, once the asking connection has ended. */
async function countMet(database: Database): Promise<bigint> {
  const { rows } = await database.query<{ met: bigint }>(
    "SELECT sum(idx_tup_read)::bigint AS met FROM pg_stat_user_indexes WHERE indexrelname = 'payment_pkey'",
  );
  return rows[0]?.met ?? 0n;
}

// Looked at by ANALYZE while it was empty, the table passes for one that is cheap to read through.
test('a question about one payment meets no other, also when they were none at first', async () => {
  const { database, connection } = await cluster.fresh();
  await database.query('ANALYZE');
  const asking = openDatabase({ ...connection, max: 1 }, { log: SILENT_LOG });
  const ledger = createStoredPayments({ database: asking, ...STORED });
  const [payer, payee] = [await enrolWith(database, 100_000n), await enrolWith(database, 1n)];
  const questionOf = ({ id, order }: VerifiedPayment) => ({
    id,
    payer: order.payer,
    credentialHint: new Uint8Array(8),
    device: 1,
  });
  const payments = Array.from({ length: 50 }, () => newPayment(payer, payee));
  expect(await ledger.find(payments.map(questionOf))).toHaveLength(50);
  await settle(database, payments);
  const before = await countMet(database);
  const found = await ledger.find(payments.slice(0, 1).map(questionOf));
  expect(found.map((one) => one.kind)).toEqual(['known']);
  await asking.close();
  await expect.poll(() => countMet(database), { timeout: 20_000 }).toBeGreaterThan(before);
  expect((await countMet(database)) - before).toBeLessThan(20n);
});
