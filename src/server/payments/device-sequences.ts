/** Owns the note of how far each device has counted, by which gaps are noticed: written late and in one go. */
import { keyOf } from '#ledger/books.ts';
import { byteaColumn, int4Column, int8Column } from '#ledger/column.ts';
import type { Database } from '#ledger/database.ts';
import type { Bytes } from '#protocol/bytes.ts';
import type { VerifiedPayment } from './ports.ts';

export type DeviceSequences = {
  note(payments: readonly VerifiedPayment[]): void;
  /** What a signed-in wallet says of its own device. */
  announce(account: Bytes, device: number, seq: number): void;
  /** Writes what was noted. What it cannot write is forgotten: wallets and payments say it again. */
  flush(): Promise<void>;
  stop(): void;
};

type Noted = { readonly payer: Bytes; readonly device: number; readonly seq: number };

export function createDeviceSequences(
  database: Database,
  intervalMs: number,
  onFault: (cause: unknown) => void,
): DeviceSequences {
  let noted = new Map<string, Noted>();

  async function flush(): Promise<void> {
    if (noted.size === 0) return;
    // In one order everywhere, so that two processes never wait for each other.
    const rows = [...noted.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    noted = new Map();
    try {
      await database.query({
        name: 'note_device_sequences',
        text: `WITH locked AS (
            SELECT d.account, d.number, w.seq
            FROM unnest($1::bytea[], $2::integer[], $3::bigint[]) AS w (account, number, seq)
            JOIN device d ON d.account = w.account AND d.number = w.number
            WHERE d.last_seq < w.seq
            ORDER BY d.account, d.number FOR UPDATE OF d)
          UPDATE device d SET last_seq = l.seq FROM locked l
          WHERE d.account = l.account AND d.number = l.number AND d.last_seq < l.seq`,
        values: [
          byteaColumn(rows.map((row) => row.payer)),
          int4Column(rows.map((row) => row.device)),
          int8Column(rows.map((row) => BigInt(row.seq))),
        ],
      });
    } catch (cause) {
      onFault(cause);
    }
  }

  function announce(payer: Bytes, device: number, seq: number): void {
    const key = `${keyOf(payer)} ${device}`;
    const before = noted.get(key)?.seq ?? 0;
    if (seq > before) noted.set(key, { payer, device, seq });
  }

  const timer = setInterval(() => void flush(), intervalMs);
  timer.unref();

  return {
    note(payments) {
      for (const { order } of payments) announce(order.payer, order.device, order.seq);
    },
    announce,
    flush,
    stop: () => clearInterval(timer),
  };
}
