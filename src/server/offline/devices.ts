/** Owns the list of an account's devices, with what is set aside for each. */
import type { Database, Queryable } from '#ledger/database.ts';
import { areAllowancesStopped, readOpenAllowances } from '#ledger/read-allowances.ts';
import { validUntilS } from '#protocol/allowance.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import type { DeviceList } from '#protocol/wire-offline.ts';

type DeviceRow = { number: number; label: string; created_at: Date; frozen: boolean };

export async function readDevices(database: Queryable, account: Bytes): Promise<DeviceList> {
  const { rows } = await database.query<DeviceRow>({
    name: 'read_devices',
    text: `SELECT number, label, created_at, frozen_at IS NOT NULL AS frozen FROM device
      WHERE account = $1 ORDER BY number`,
    values: [account],
  });
  const allowances = await readOpenAllowances(database, account);
  const devices = rows.map(({ number, label, created_at: createdAt, frozen }) => ({
    device: number,
    label,
    createdAtMs: createdAt.getTime(),
    frozen,
    allowances: allowances
      .filter((allowance) => allowance.device === number)
      .map((allowance) => ({
        id: toBase64url(allowance.id),
        currency: allowance.currency,
        totalMinor: allowance.totalMinor,
        spentMinor: allowance.spentMinor,
        validUntilMs: validUntilS(allowance) * 1000,
      })),
  }));
  return { devices, stopped: await areAllowancesStopped(database, account) };
}

export async function isDeviceKnown(
  database: Database,
  account: Bytes,
  device: number,
): Promise<boolean> {
  const { rowCount } = await database.query(
    'SELECT 1 FROM device WHERE account = $1 AND number = $2',
    [account, device],
  );
  return rowCount === 1;
}
