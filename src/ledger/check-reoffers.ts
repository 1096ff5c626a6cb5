/** Owns the check of what was brought back after a restore: its old receipt says what the new one says. */
import type pg from 'pg';
import type { Bytes } from '#protocol/bytes.ts';
import { decodeReceipt, type ReceiptBody } from '#protocol/receipt.ts';
import type { LedgerVerifiers } from './check-payments.ts';
import { nameOf, type ReportDraft } from './check-report.ts';
import { openRowStream } from './row-stream.ts';

type Row = {
  readonly payment_id: Bytes;
  readonly old_receipt: Bytes;
  /** Null when there is no such payment. */
  readonly receipt: Bytes | null;
};

const SELECT = `SELECT o.payment_id, o.receipt AS old_receipt, p.receipt
  FROM reoffer o LEFT JOIN payment p ON p.id = o.payment_id ORDER BY o.payment_id`;

const same = (a: Bytes, b: Bytes) => Buffer.compare(a, b) === 0;

function saysTheSame(before: ReceiptBody, after: ReceiptBody): boolean {
  return (
    same(before.paymentId, after.paymentId) &&
    same(before.server, after.server) &&
    before.verdict === after.verdict &&
    before.code === after.code &&
    before.epoch < after.epoch
  );
}

export async function checkReoffers(
  client: pg.PoolClient,
  verifiers: LedgerVerifiers,
  draft: ReportDraft,
): Promise<void> {
  const rows = await openRowStream<Row>(client, 'check_reoffers', SELECT);
  for (let row = await rows.take(); row; row = await rows.take()) {
    const where = nameOf('payment', row.payment_id);
    const before = decodeReceipt(row.old_receipt);
    const after = row.receipt && decodeReceipt(row.receipt);
    const isSame = before.ok && after?.ok && saysTheSame(before.value, after.value);
    const isOurs = await verifiers.receipt(row.old_receipt);
    if (!isSame || !isOurs) draft.find('reoffer_differs', where);
  }
}
