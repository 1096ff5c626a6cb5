/** Owns the ceremonies that have begun: each challenge is known until it is answered once or expires. */

import type { Database } from '#ledger/database.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { Clock, Random } from '../ports.ts';

/** Another length than a payment id's, which is a challenge too: no sign-in can ever approve a payment. */
export const CHALLENGE_LENGTH = 24;

export type Ceremonies<Data> = {
  /** Answers the challenge that the passkey is to sign. */
  begin(data: Data): Promise<Bytes>;
  /** Takes the ceremony away: a challenge is answered once. Refusal: ceremony_unknown. */
  take(challenge: Uint8Array): Promise<Outcome<Data>>;
};

export type CeremonyParts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly timeoutMs: number;
};

/** `read` decodes what `begin` stored; undefined means that it cannot. */
export function createCeremonies<Data extends object>(
  parts: CeremonyParts,
  kind: string,
  read: (stored: Record<string, unknown>) => Data | undefined,
): Ceremonies<Data> {
  const { database, clock, random, timeoutMs } = parts;
  return {
    async begin(data) {
      const challenge = random.bytes(CHALLENGE_LENGTH);
      const nowMs = clock.nowMs();
      // The old ones leave with the new: nobody needs a broom of its own.
      await database.query('DELETE FROM ceremony WHERE expires_at < $1', [new Date(nowMs)]);
      await database.query(
        `INSERT INTO ceremony (id, kind, challenge, data, expires_at) VALUES ($1, $2, $1, $3, $4)`,
        [challenge, kind, JSON.stringify(data), new Date(nowMs + timeoutMs)],
      );
      return challenge;
    },
    async take(challenge) {
      const { rows } = await database.query<{ data: Record<string, unknown> }>(
        'DELETE FROM ceremony WHERE id = $1 AND kind = $2 AND expires_at >= $3 RETURNING data',
        [challenge, kind, new Date(clock.nowMs())],
      );
      const data = rows[0] && read(rows[0].data);
      return data ? accept(data) : refuse('ceremony_unknown');
    },
  };
}
