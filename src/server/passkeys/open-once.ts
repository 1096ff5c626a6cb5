/** Owns what an answered enrolment makes: one account with its passkey and device, however often that answer comes. */
import type { FastifyRequest } from 'fastify';
import { openAccount } from '#ledger/accounts.ts';
import type { Queryable } from '#ledger/database.ts';
import { fromBase32, toBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { ACCOUNT_ID_LENGTH } from '#protocol/order.ts';
import { accept, assert, type Outcome, refuse } from '#protocol/refusals.ts';
import type { ProfileForm } from '#protocol/wire.ts';
import { writeProfile } from '../accounts/profiles.ts';
import type { Services } from '../services.ts';
import type { Ceremonies } from './ceremonies.ts';
import { addDevice, insertCredential, noteUse } from './credentials.ts';
import { deviceLabel } from './device-label.ts';
import type { NewCredential } from './verify-passkey.ts';

/** `account` is the id that the passkey was made for; `answer` and `device` once it has been opened. */
export type EnrolmentCeremony = {
  readonly account: string;
  readonly answer?: string;
  readonly device?: number;
};

export function readEnrolmentCeremony(
  stored: Record<string, unknown>,
): EnrolmentCeremony | undefined {
  const { account, answer, device } = stored;
  if (typeof account !== 'string') return undefined;
  return typeof answer === 'string' && typeof device === 'number'
    ? { account, answer, device }
    : { account };
}

export type EnrolmentAnswer = {
  readonly challenge: Bytes;
  /** Digest of all that was sent. */
  readonly digest: string;
  /** Verified. */
  readonly credential: NewCredential;
  readonly profile: ProfileForm;
  readonly request: FastifyRequest;
};

export type Opened = {
  readonly account: Bytes;
  readonly device: number;
  readonly token: string;
  readonly isNew: boolean;
};

class KnownPasskey extends Error {}

async function openNew(
  transaction: Queryable,
  account: Bytes,
  { credential, profile, request }: EnrolmentAnswer,
): Promise<number> {
  const opened = await openAccount(transaction, account);
  assert(opened, 'a random account id is new');
  // Throwing is what rolls the account back.
  if (!(await insertCredential(transaction, account, credential))) throw new KnownPasskey();
  await writeProfile(transaction, account, profile);
  return addDevice(transaction, account, deviceLabel(request.headers['user-agent']));
}

/**
 * All or nothing: an account without its passkey would be money that nobody can reach. Whoever lost the
 * answer may send the same again while the challenge lives, and is answered with the same account. No
 * member of it may differ: a challenge and an attestation are known to the page that sent them, as the
 * session is that it got for them. Refusals: ceremony_unknown, passkey_rejected, credential_revoked.
 */
export async function openOnce(
  { database, sessions }: Services,
  ceremonies: Ceremonies<EnrolmentCeremony>,
  answer: EnrolmentAnswer,
): Promise<Outcome<Opened>> {
  const { challenge, digest, credential, request } = answer;
  return database
    .transaction(async (transaction) => {
      const ceremony = await ceremonies.hold(transaction, challenge);
      if (!ceremony.ok) return ceremony;
      const account = fromBase32(ceremony.value.account, ACCOUNT_ID_LENGTH);
      assert(account !== null, 'a ceremony keeps the id that we wrote');
      let { device } = ceremony.value;
      const isNew = device === undefined;
      if (device === undefined) {
        device = await openNew(transaction, account, answer);
        const done = { account: toBase32(account), answer: digest, device };
        await ceremonies.note(transaction, challenge, done);
      } else if (ceremony.value.answer !== digest) {
        return refuse('ceremony_unknown', 'answered otherwise');
      } else if (!(await noteUse(transaction, credential.id, credential))) {
        return refuse('credential_revoked');
      }
      const token = await sessions.open(transaction, account, request);
      return accept({ account, device, token, isNew });
    })
    .catch((error: unknown) => {
      if (error instanceof KnownPasskey) return refuse('passkey_rejected', 'known already');
      throw error;
    });
}
