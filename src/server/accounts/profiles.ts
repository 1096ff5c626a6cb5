/** Owns stored profiles: reading, writing, and the names of many accounts at once. */
import { byteaColumn } from '#ledger/column.ts';
import type { Queryable } from '#ledger/database.ts';
import { toBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';
import type { PayeeProfile, ProfileForm } from '#protocol/wire.ts';

type ProfileRow = {
  account: Bytes;
  display_name: string;
  city: string | null;
  country: string | null;
  category: string | null;
  verified: boolean;
};

function profileOf(row: Omit<ProfileRow, 'verified'>): PayeeProfile {
  return {
    account: toBase32(row.account),
    name: row.display_name,
    city: row.city ?? '',
    country: row.country ?? '',
    category: row.category ?? '0000',
  };
}

const COLUMNS = 'account, display_name, city, country, category';

export async function readProfile(
  database: Queryable,
  account: Bytes,
): Promise<PayeeProfile | undefined> {
  const { rows } = await database.query<ProfileRow>({
    name: 'read_profile',
    text: `SELECT ${COLUMNS} FROM profile WHERE account = $1`,
    values: [account],
  });
  return rows[0] && profileOf(rows[0]);
}

/** Names change, so a name is not an id: several accounts may answer. */
export async function findProfilesByName(
  database: Queryable,
  name: string,
): Promise<PayeeProfile[]> {
  const { rows } = await database.query<ProfileRow>(
    `SELECT ${COLUMNS} FROM profile WHERE lower(display_name) = lower($1) ORDER BY created_at LIMIT 50`,
    [name],
  );
  return rows.map(profileOf);
}

/** Undefined when there is no profile. */
export async function readVerifiedProfile(
  database: Queryable,
  account: Bytes,
): Promise<{ readonly profile: PayeeProfile; readonly verified: boolean } | undefined> {
  const { rows } = await database.query<ProfileRow>({
    name: 'read_verified_profile',
    text: `SELECT ${COLUMNS}, verified_at IS NOT NULL AS verified FROM profile WHERE account = $1`,
    values: [account],
  });
  const [row] = rows;
  return row && { profile: profileOf(row), verified: row.verified };
}

/** The operator vouches for what the profile says now. False when there is none. */
export async function verifyProfile(database: Queryable, account: Bytes): Promise<boolean> {
  const { rowCount } = await database.query(
    'UPDATE profile SET verified_at = now() WHERE account = $1',
    [account],
  );
  return rowCount === 1;
}

/** What was verified of the profile before is verified no more, unless it stays as it was. */
export async function writeProfile(
  database: Queryable,
  account: Bytes,
  form: ProfileForm,
): Promise<void> {
  await database.query(
    `INSERT INTO profile (account, display_name, city, country, category)
      VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (account) DO UPDATE SET display_name = excluded.display_name,
        city = excluded.city, country = excluded.country, category = excluded.category,
        verified_at = CASE
          WHEN (profile.display_name, profile.city, profile.country, profile.category)
            IS NOT DISTINCT FROM
            (excluded.display_name, excluded.city, excluded.country, excluded.category)
          THEN profile.verified_at END`,
    [account, form.name, form.city, form.country, form.category],
  );
}

/** By the text form of the account id. */
export async function readNames(
  database: Queryable,
  accounts: readonly Bytes[],
): Promise<ReadonlyMap<string, string>> {
  if (accounts.length === 0) return new Map();
  const { rows } = await database.query<Pick<ProfileRow, 'account' | 'display_name'>>({
    name: 'read_names',
    text: 'SELECT account, display_name FROM profile WHERE account = ANY($1::bytea[])',
    values: [byteaColumn(accounts)],
  });
  return new Map(rows.map((row) => [toBase32(row.account), row.display_name]));
}
