/** Owns stored passkeys and the devices of an account. */
import type { Queryable } from '#ledger/database.ts';
import { credentialHint } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';
import type { NewCredential, StoredCredential } from './verify-passkey.ts';

/** False when the passkey is known already. */
export async function insertCredential(
  transaction: Queryable,
  account: Bytes,
  credential: NewCredential,
): Promise<boolean> {
  const { rowCount } = await transaction.query(
    `INSERT INTO credential
        (id, account, hint, public_key_spki, cose, transports, backed_up, sign_count)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
    [
      credential.id,
      account,
      credentialHint(credential.id),
      credential.spki,
      credential.cose,
      [...credential.transports],
      credential.backedUp,
      credential.signCount,
    ],
  );
  return rowCount === 1;
}

export type AccountCredential = StoredCredential & { readonly account: Bytes };

export async function findCredential(
  database: Queryable,
  id: Bytes,
): Promise<AccountCredential | undefined> {
  const { rows } = await database.query<AccountCredential>(
    'SELECT id, account, cose, transports FROM credential WHERE id = $1',
    [id],
  );
  return rows[0];
}

export type UsableCredential = { readonly id: Bytes; readonly hint: Bytes; readonly spki: Bytes };

/** A passkey of this account that still counts. */
export async function findUsableCredential(
  database: Queryable,
  account: Bytes,
  id: Bytes,
): Promise<UsableCredential | undefined> {
  const { rows } = await database.query<UsableCredential>(
    `SELECT id, hint, public_key_spki AS spki FROM credential
      WHERE id = $1 AND account = $2 AND revoked_at IS NULL`,
    [id, account],
  );
  return rows[0];
}

/** The newest passkey of the account that still counts. */
export async function findNewestCredential(
  database: Queryable,
  account: Bytes,
): Promise<Bytes | undefined> {
  const { rows } = await database.query<{ id: Bytes }>(
    `SELECT id FROM credential WHERE account = $1 AND revoked_at IS NULL
      ORDER BY created_at DESC LIMIT 1`,
    [account],
  );
  return rows[0]?.id;
}

export type ListedCredential = {
  readonly id: Bytes;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
};

export async function listCredentials(
  database: Queryable,
  account: Bytes,
): Promise<ListedCredential[]> {
  const { rows } = await database.query<ListedCredential>(
    `SELECT id, created_at AS "createdAt", revoked_at AS "revokedAt" FROM credential
      WHERE account = $1 ORDER BY created_at`,
    [account],
  );
  return rows;
}

/**
 * WebAuthn says what it saw; we keep it for people who investigate, and gate nothing on it. False when
 * the passkey was revoked meanwhile; else no revocation comes between this and the commit.
 */
export async function noteUse(
  transaction: Queryable,
  id: Bytes,
  seen: { readonly signCount: number; readonly backedUp: boolean },
): Promise<boolean> {
  const { rowCount } = await transaction.query(
    'UPDATE credential SET sign_count = $2, backed_up = $3 WHERE id = $1 AND revoked_at IS NULL',
    [id, seen.signCount, seen.backedUp],
  );
  return rowCount === 1;
}

/** Its payments and sign-ins are refused from now on. False when there is no such passkey in use. */
export async function revokeCredential(transaction: Queryable, id: Bytes): Promise<boolean> {
  // Whoever opens an allowance for it holds this lock and asks under it.
  await transaction.query(
    'SELECT 1 FROM account WHERE id = (SELECT account FROM credential WHERE id = $1) FOR UPDATE',
    [id],
  );
  const { rows } = await transaction.query<{ account: Bytes }>(
    'UPDATE credential SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING account',
    [id],
  );
  if (!rows[0]) return false;
  await transaction.query('DELETE FROM session WHERE account = $1', [rows[0].account]);
  return true;
}

/** Numbers are never used twice within an account: with the sequence numbers they name payments. */
export async function addDevice(
  transaction: Queryable,
  account: Bytes,
  label: string,
): Promise<number> {
  // The account's row is the lock: two devices at once must not get the same number.
  await transaction.query('SELECT 1 FROM account WHERE id = $1 FOR UPDATE', [account]);
  const { rows } = await transaction.query<{ number: number }>(
    `INSERT INTO device (account, number, label)
      SELECT $1, coalesce(max(number), 0) + 1, $2 FROM device WHERE account = $1
      RETURNING number`,
    [account, label],
  );
  return rows[0]?.number ?? 1;
}

/** The device that a phone says it is, where the account has that one; else a new one. */
export async function keepDevice(
  transaction: Queryable,
  account: Bytes,
  label: string,
  here: { readonly account: string; readonly device: number } | undefined,
): Promise<number> {
  if (here?.account === toBase32(account)) {
    const { rowCount } = await transaction.query(
      'SELECT 1 FROM device WHERE account = $1 AND number = $2',
      [account, here.device],
    );
    if (rowCount === 1) return here.device;
  }
  return addDevice(transaction, account, label);
}
