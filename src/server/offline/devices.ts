/** Owns the list of an account's devices, with what is set aside for each. */
import type { Database, Queryable } from '#ledger/database.ts';
import { areAllowancesStopped, readOpenAllowances } from '#ledger/read-allowances.ts';
import { validUntilS } from '#protocol/allowance.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import type { DeviceList } from '#protocol/wire-offline.ts';

type DeviceAllowance = DeviceList['devices'][number]['allowances'][number];

type DeviceRow = { number: number; label: string; created_at: Date; frozen: boolean };

export async function readDevices(database: Queryable, account: Bytes): Promise<DeviceList> {
  const { rows } = await database.query<DeviceRow>({
    name: 'read_devices',
    text: `SELECT number, label, created_at, frozen_at IS NOT NULL AS frozen FROM device
      WHERE account = $1 ORDER BY number`,
    values: [account],
  });
  const ofDevice = new Map<number, DeviceAllowance[]>(rows.map(({ number }) => [number, []]));
  for (const allowance of await readOpenAllowances(database, account)) {
    const { id, device, currency, totalMinor, spentMinor } = allowance;
    const validUntilMs = validUntilS(allowance) * 1000;
    ofDevice
      .get(device)
      ?.push({ id: toBase64url(id), currency, totalMinor, spentMinor, validUntilMs });
  }
  const devices = rows.map(({ number, label, created_at: createdAt, frozen }) => ({
    device: number,
    label,
    createdAtMs: createdAt.getTime(),
    frozen,
    allowances: ofDevice.get(number) ?? [],
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
