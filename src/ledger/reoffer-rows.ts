/** Owns the reoffer table's statement: the receipt of the epoch before, kept beside what it was settled by. */
import { byteaColumn } from './column.ts';
import type { Statement } from './database.ts';
import type { VerifiedPayment } from './payment-rows.ts';

export function writeReoffers(
  settled: readonly { readonly payment: VerifiedPayment }[],
  nowS: number,
): Statement[] {
  const rows = settled.flatMap(({ payment: { id, standing } }) =>
    standing ? [{ id, receipt: standing.receipt }] : [],
  );
  if (rows.length === 0) return [];
  return [
    {
      name: 'insert_reoffers',
      text: `INSERT INTO reoffer (payment_id, receipt, taken_at)
        SELECT o.*, to_timestamp($3::bigint) FROM unnest($1::bytea[], $2::bytea[]) AS o`,
      values: [
        byteaColumn(rows.map(({ id }) => id)),
        byteaColumn(rows.map((row) => row.receipt)),
        nowS,
      ],
    },
  ];
}
