/** Owns the question whether a COMMIT that this server confirms survives a power cut and a failover. */
import type { Queryable } from './database.ts';

const WRONG: readonly (readonly [name: string, values: readonly string[], loses: string])[] = [
  ['fsync', ['off'], 'a power cut can lose or destroy what was acknowledged'],
  ['full_page_writes', ['off'], 'a power cut can destroy what was acknowledged'],
  ['synchronous_commit', ['off'], 'a power cut can lose what was acknowledged'],
  ['synchronous_commit', ['local'], 'a failover can lose what was acknowledged'],
];

/** What the settings of a PostgreSQL that is not ours put at risk, in words for whoever set them. */
export async function readDurabilityFaults(database: Queryable): Promise<string[]> {
  const { rows } = await database.query<{ name: string; setting: string }>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY($1::text[])',
    [WRONG.map(([name]) => name)],
  );
  return WRONG.filter(([name, values]) =>
    rows.some((row) => row.name === name && values.includes(row.setting)),
  ).map(([name, [value], loses]) => `The database has ${name} = ${value}: ${loses}.`);
}
