/** Owns the signing of authorizations ahead of the measurement; runs in processes of its own. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { authorize, EUR, type Person, SERVER_ID } from '../../support/signed-payments.ts';
import { openPersons, readPayers } from './payers.ts';

/** Whom the payments go to, and whether each is for a request that can be paid once. */
export type Kind = 'spread' | 'hot' | 'once';

export type SignJob = {
  readonly folder: string;
  readonly kind: Kind;
  readonly from: number;
  readonly count: number;
  /** Where they go: where each ends, as 32-bit numbers, then the authorizations one behind the other. */
  readonly file: string;
};

/** Orders are kept for later runs, so they stay valid for nearly as long as a server allows. */
const VALID_S = 29 * 24 * 60 * 60;
export const AMOUNT_MINOR = 100n;

const known = new Map<string, Person[]>();

function personsOf(folder: string): Person[] {
  const persons = known.get(folder) ?? openPersons(readPayers(folder));
  known.set(folder, persons);
  return persons;
}

function payeeOf(persons: readonly Person[], payer: number, kind: Kind): Person | undefined {
  if (kind === 'hot') return persons[payer === 0 ? 1 : 0];
  const steps = 1 + (randomBytes(4).readUInt32BE() % (persons.length - 1));
  return persons[(payer + steps) % persons.length];
}

/** Everybody pays in turn, so that each passkey is used once in as many payments as there are people. */
function signOne(persons: readonly Person[], index: number, kind: Kind): Uint8Array {
  const payer = persons[index % persons.length];
  const payee = payeeOf(persons, index % persons.length, kind);
  if (!payer || !payee) throw new Error('nobody to pay');
  const authorizedAtS = Math.floor(Date.now() / 1000) - 10;
  return authorize(payer, {
    server: SERVER_ID,
    payer: payer.account,
    payee: payee.account,
    amountMinor: AMOUNT_MINOR,
    currency: EUR,
    requestDigest: new Uint8Array(randomBytes(8)),
    once: kind === 'once',
    nonce: new Uint8Array(randomBytes(16)),
    device: 1,
    seq: 1 + Math.floor(index / persons.length),
    authorizedAtS,
    validUntilS: authorizedAtS + VALID_S,
  });
}

export function answer({ folder, kind, from, count, file }: SignJob): number {
  const persons = personsOf(folder);
  const ends = new Uint32Array(count);
  const signed: Uint8Array[] = [];
  let end = 0;
  for (let i = 0; i < count; i++) {
    const authorization = signOne(persons, from + i, kind);
    signed.push(authorization);
    end += authorization.length;
    ends[i] = end;
  }
  // Another run may be signing the same segment: whose is renamed last stands whole.
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, Buffer.concat([new Uint8Array(ends.buffer), ...signed]));
  fs.renameSync(draft, file);
  return end;
}
