/** Owns finding the payment numbers of an account's devices for which no payment has ever come. */
import type { Bytes } from '#protocol/bytes.ts';
import { DEVICE_GAPS_MAX } from '#protocol/routes.ts';
import type { DeviceGap } from '#protocol/wire-offline.ts';
import type { Queryable } from './database.ts';

type GapRow = { readonly device: number; readonly first: bigint; readonly last: bigint };

/**
 * Up to the highest number that each device has announced or used. The newest first, since what is
 * worth looking for is what was lost last. Reads all of the account's entries: not for every visit,
 * and by no shorter way, since how far a device has counted is noted late and may be lost (F51).
 */
export async function readGaps(database: Queryable, account: Bytes): Promise<DeviceGap[]> {
  const { rows } = await database.query<GapRow>({
    name: 'read_gaps',
    text: `WITH come AS (
        SELECT p.device, p.seq FROM entry e JOIN payment p ON p.id = e.payment_id
          WHERE e.account = $1 AND e.amount < 0 AND p.payer = $1
        UNION SELECT device, seq FROM payment WHERE payer = $1 AND verdict <> 1),
      ends AS (
        SELECT d.number AS device, greatest(d.last_seq, max(c.seq)) + 1 AS seq
        FROM device d LEFT JOIN come c ON c.device = d.number
        WHERE d.account = $1 GROUP BY d.number, d.last_seq),
      steps AS (
        SELECT device, seq, lag(seq, 1, 0::bigint) OVER (PARTITION BY device ORDER BY seq) AS before
        FROM (SELECT device, seq FROM come UNION ALL SELECT device, seq FROM ends) numbers)
      SELECT device, before + 1 AS first, seq - 1 AS last FROM steps WHERE seq > before + 1
      ORDER BY device DESC, first DESC LIMIT ${DEVICE_GAPS_MAX}`,
    values: [account],
  });
  return rows.map(({ device, first, last }) => ({
    device,
    firstSeq: Number(first),
    lastSeq: Number(last),
  }));
}
