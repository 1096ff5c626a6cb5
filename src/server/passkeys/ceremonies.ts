/** Owns the ceremonies that have begun: each challenge is known until it is taken or expires. */

import type { Database, Queryable } from '#ledger/database.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { Clock, Random } from '../ports.ts';

/** Another length than a payment id's, which is a challenge too: no sign-in can ever approve a payment. */
export const CHALLENGE_LENGTH = 24;

export type Ceremonies<Data> = {
  /** Answers the challenge that the passkey is to sign. */
  begin(data: Data): Promise<Bytes>;
  /** Before anything is verified, which costs more than looking. Refusal: ceremony_unknown. */
  look(challenge: Uint8Array): Promise<Outcome<Data>>;
  /** Takes the ceremony away: a challenge is answered once. Refusal: ceremony_unknown. */
  take(challenge: Uint8Array): Promise<Outcome<Data>>;
  /** Leaves it there, for the caller's transaction alone until that ends. Refusal: ceremony_unknown. */
  hold(transaction: Queryable, challenge: Uint8Array): Promise<Outcome<Data>>;
  /** Writes what has become of one that is held. It expires when it would have. */
  note(transaction: Queryable, challenge: Uint8Array, data: Data): Promise<void>;
};

export type CeremonyParts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly timeoutMs: number;
};

type Row = { readonly data: Record<string, unknown> };

/** `read` decodes what `begin` and `note` stored; undefined means that it cannot. */
export function createCeremonies<Data extends object>(
  parts: CeremonyParts,
  kind: string,
  read: (stored: Record<string, unknown>) => Data | undefined,
): Ceremonies<Data> {
  const { database, clock, random, timeoutMs } = parts;

  function known([row]: readonly Row[]): Outcome<Data> {
    const data = row && read(row.data);
    return data ? accept(data) : refuse('ceremony_unknown');
  }

  async function find(
    place: Queryable,
    challenge: Uint8Array,
    lock: 'FOR UPDATE' | '' = '',
  ): Promise<Outcome<Data>> {
    const { rows } = await place.query<Row>(
      `SELECT data FROM ceremony WHERE id = $1 AND kind = $2 AND expires_at >= $3 ${lock}`,
      [challenge, kind, new Date(clock.nowMs())],
    );
    return known(rows);
  }

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
    look: (challenge) => find(database, challenge),
    async take(challenge) {
      const { rows } = await database.query<Row>(
        'DELETE FROM ceremony WHERE id = $1 AND kind = $2 AND expires_at >= $3 RETURNING data',
        [challenge, kind, new Date(clock.nowMs())],
      );
      return known(rows);
    },
    hold: (transaction, challenge) => find(transaction, challenge, 'FOR UPDATE'),
    async note(transaction, challenge, data) {
      await transaction.query('UPDATE ceremony SET data = $2 WHERE id = $1', [
        challenge,
        JSON.stringify(data),
      ]);
    },
  };
}
