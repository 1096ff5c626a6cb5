/** Owns the proof that what was measured was real: the ledger keeps its promises, and has every payment. */
import pg from 'pg';
import { checkEntries } from '#ledger/check-entries.ts';
import { checkLedger } from '#ledger/check-ledger.ts';
import type { LedgerVerifiers } from '#ledger/check-payments.ts';
import { ReportDraft } from '#ledger/check-report.ts';
import { checkTransfers } from '#ledger/check-transfers.ts';
import { openDatabase } from '#ledger/database.ts';
import { createLedgerVerifiers } from '#server/payments/ledger-verifiers.ts';
import { createServerKeys } from '#server/payments/server-keys.ts';
import { systemClock } from '#server/ports.ts';
import { PARTY } from '../../support/signed-payments.ts';

const SILENT = { info: () => undefined, warn: () => undefined };
/** Every signature was verified when it came; looking at all again takes longer than settling them. */
const SIGNATURE_SAMPLE = 50;

function sampled(verifiers: LedgerVerifiers): LedgerVerifiers {
  let count = 0;
  const isSampled = () => count++ % SIGNATURE_SAMPLE === 0;
  return {
    ...verifiers,
    authorization: (bytes, credentials) =>
      !isSampled() || verifiers.authorization(bytes, credentials),
    receipt: (receipt) => !isSampled() || verifiers.receipt(receipt),
  };
}

/** What must hold of all payments, as the database itself can say it. */
export async function assertAllStored(
  connection: pg.PoolConfig,
  acknowledged: number,
  unknown: number,
): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const { rows } = await client.query<Record<'accepted' | 'other' | 'legs' | 'sum', string>>(
      `SELECT (SELECT count(*) FROM payment WHERE verdict = 1) AS accepted,
        (SELECT count(*) FROM payment WHERE verdict <> 1) AS other,
        (SELECT count(*) FROM entry WHERE payment_id IS NOT NULL) AS legs,
        (SELECT sum(balance) FROM balance) AS sum`,
    );
    const found = rows[0];
    const accepted = Number(found?.accepted);
    const wanted = { accepted: `${accepted}`, other: '0', legs: `${2 * accepted}`, sum: '0' };
    const isWhole = JSON.stringify(found) === JSON.stringify(wanted);
    if (!isWhole || accepted < acknowledged || accepted > acknowledged + unknown) {
      const said = `acknowledged were ${acknowledged}, and of ${unknown} it is not known`;
      throw new Error(`the ledger has ${JSON.stringify(found)}, ${said}`);
    }
  } finally {
    await client.end();
  }
}

/** All rules of `check-ledger`; without those of signed bytes where rows were made up beforehand. */
export async function assertLedgerClean(
  connection: pg.PoolConfig,
  withPayments: boolean,
): Promise<void> {
  const database = openDatabase({ ...connection, max: 2 }, { log: SILENT });
  try {
    const { keys } = await createServerKeys(database, systemClock).current();
    const parties = [{ rpId: PARTY.rpId, origins: [PARTY.origin] }];
    const report = withPayments
      ? await checkLedger(database, sampled(createLedgerVerifiers(parties, keys)))
      : await database.borrow(async (client) => {
          const draft = new ReportDraft();
          await client.query('BEGIN');
          await client.query('SET LOCAL statement_timeout = 0');
          await client.query('SET LOCAL enable_seqscan = on');
          await client.query('SET LOCAL enable_hashjoin = on');
          await client.query('SET LOCAL enable_mergejoin = on');
          await checkEntries(client, draft);
          await checkTransfers(client, draft);
          await client.query('COMMIT');
          return draft.finish();
        });
    if (report.clean) return;
    throw new Error(`the ledger is broken: ${JSON.stringify(report.findings.slice(0, 5))}`);
  } finally {
    await database.close();
  }
}
