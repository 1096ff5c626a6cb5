/** Owns the full check of the ledger: every promise that it makes, held against every row. */
import { checkAllowances } from './check-allowances.ts';
import { checkEntries } from './check-entries.ts';
import { checkPayments, type LedgerVerifiers } from './check-payments.ts';
import { checkReoffers } from './check-reoffers.ts';
import { type LedgerReport, ReportDraft } from './check-report.ts';
import { checkTransfers } from './check-transfers.ts';
import { type Database, pipeline } from './database.ts';

/**
 * Reads everything in one snapshot, so it may run while payments are settled, and in constant
 * memory. Changes nothing.
 */
export async function checkLedger(
  database: Database,
  verifiers: LedgerVerifiers,
): Promise<LedgerReport> {
  return database.borrow(async (client) => {
    await pipeline(client, [
      { text: 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY' },
      { text: 'SET LOCAL statement_timeout = 0' },
      { text: 'SET LOCAL idle_in_transaction_session_timeout = 0' },
      // Whole tables are read here, which the settings of the money path forbid.
      { text: 'SET LOCAL enable_seqscan = on' },
      { text: 'SET LOCAL enable_hashjoin = on' },
      { text: 'SET LOCAL enable_mergejoin = on' },
    ]);
    const draft = new ReportDraft();
    await checkEntries(client, draft);
    await checkTransfers(client, draft);
    await checkPayments(client, verifiers, draft);
    await checkAllowances(client, verifiers, draft);
    await checkReoffers(client, verifiers, draft);
    await client.query('COMMIT');
    return draft.finish();
  });
}
