import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#ledger/database.ts';
import { enrolWith, open, settle } from '../../support/settling.ts';
import { drawnOn, newPayment, random } from '../../support/signed-payments.ts';
import { SILENT_LOG, startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;

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
