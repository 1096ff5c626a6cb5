/** Owns the full check of the ledger: every promise that it makes, held against every row. */
import { checkAllowances } from './check-allowances.ts';
import { checkEntries } from './check-entries.ts';
import { checkPayments, type LedgerVerifiers } from './check-payments.ts';
import { checkReoffers } from './check-reoffers.ts';
import { type LedgerReport, ReportDraft } from './check-report.ts';
import { checkTransfers } from './check-transfers.ts';
import type { Database } from './database.ts';
import { readSnapshot } from './read-snapshot.ts';

/**
 * Reads everything in one snapshot, so it may run while payments are settled, and in constant
 * memory. Changes nothing.
 */
export async function checkLedger(
  database: Database,
  verifiers: LedgerVerifiers,
): Promise<LedgerReport> {
  return readSnapshot(database, async (client) => {
    const draft = new ReportDraft();
    await checkEntries(client, draft);
    await checkTransfers(client, draft);
    await checkPayments(client, verifiers, draft);
    await checkAllowances(client, verifiers, draft);
    await checkReoffers(client, verifiers, draft);
    return draft.finish();
  });
}
