/** Owns the memory of every site that this server was: old signatures name the old ones. */
import type { Queryable } from '#ledger/database.ts';
import type { RelyingParty } from '#protocol/assertion.ts';

export async function rememberParty(database: Queryable, party: RelyingParty): Promise<void> {
  await database.query(
    `INSERT INTO relying_party (rp_id, origin) SELECT $1, unnest($2::text[])
      ON CONFLICT DO NOTHING`,
    [party.rpId, [...party.origins]],
  );
}

export async function readParties(database: Queryable): Promise<RelyingParty[]> {
  const { rows } = await database.query<{ rp_id: string; origins: string[] }>(
    'SELECT rp_id, array_agg(origin) AS origins FROM relying_party GROUP BY rp_id',
  );
  return rows.map((row) => ({ rpId: row.rp_id, origins: row.origins }));
}
