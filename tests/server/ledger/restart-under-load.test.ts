import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkLedger } from '#ledger/check-ledger.ts';
import { type Database, openDatabase } from '#ledger/database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#ledger/embedded-postgres.ts';
import { migrate } from '#ledger/migrate.ts';
import type { VerifiedPayment } from '#ledger/payment-rows.ts';
import { readReceipts } from '#ledger/read-statement.ts';
import { layCluster } from '../../support/ready-cluster.ts';
import { enrolWith, settle } from '../../support/settling.ts';
import { newPayment, VERIFIERS } from '../../support/signed-payments.ts';
import { SILENT_LOG } from '../../support/test-database.ts';

let room: string;
let server: EmbeddedPostgres;
let database: Database;

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'cf-restart-'));
  await chmod(room, 0o755);
  await layCluster(join(room, 'data'));
  server = await startEmbeddedPostgres({ dataDir: join(room, 'data'), log: SILENT_LOG });
  database = openDatabase({ ...server.connection, max: 6 }, { log: SILENT_LOG });
  await migrate(database);
});
afterAll(async () => {
  await database.close();
  await server.stop();
  await rm(room, { recursive: true, force: true });
});

/** A phone: sends the same bytes until it holds a receipt. */
async function sendUntilReceipt(payments: readonly VerifiedPayment[]): Promise<Uint8Array[]> {
  for (;;) {
    const settlements = await settle(database, payments);
    const receipts = settlements.flatMap((item) => (item.kind === 'receipt' ? [item.receipt] : []));
    if (receipts.length === payments.length) return receipts;
    await delay(50);
  }
}

test('PostgreSQL killed three times under load: no request hangs, every receipt stays, nothing twice', async () => {
  const people = await Promise.all(
    Array.from({ length: 5 }, () => enrolWith(database, 1_000_000n)),
  );
  const payments = Array.from({ length: 1500 }, (_, index) =>
    newPayment(people[index % 5]!, people[(index + 1 + (index % 3)) % 5]!),
  );
  const groups = Array.from({ length: 300 }, (_, index) =>
    payments.slice(index * 5, index * 5 + 5),
  );
  const queue = groups.entries();
  const receipts = new Map<number, Uint8Array[]>();
  const phones = Array.from({ length: 8 }, async () => {
    for (const [index, group] of queue) receipts.set(index, await sendUntilReceipt(group));
  });
  for (const settled of [40, 120, 200]) {
    while (receipts.size < settled) await delay(2);
    const text = await readFile(join(server.clusterFolder, 'postmaster.pid'), 'utf8');
    process.kill(Number(text.split('\n')[0]), 'SIGKILL');
  }
  await Promise.all(phones);
  const stored = await readReceipts(
    database,
    payments.map((payment) => payment.id),
  );
  expect(stored).toEqual(groups.flatMap((_, index) => receipts.get(index) ?? []));
  expect(await checkLedger(database, VERIFIERS)).toMatchObject({ clean: true, payments: 1500 });
});
