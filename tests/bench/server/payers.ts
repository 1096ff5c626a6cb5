/** Owns the benchmark's people: accounts with a passkey each, made once and kept for later runs. */
import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Person } from '../../support/signed-payments.ts';

/** One record a person, all of one length. `verify-rate.mjs` reads them too and is told these. */
export const RECORD = { account: 16, credential: 32, spki: 91, pkcs8: 138, signature: 64 } as const;
export const RECORD_BYTES = Object.values(RECORD).reduce((sum, length) => sum + length, 0);
/** Where the secret number stands in every PKCS #8 key of this curve (RFC 5958, RFC 5915). */
const PKCS8_SECRET_AT = 36;
/** As long as what a passkey signs: authenticator data and a hash. */
export const SIGNED_SAMPLE = Buffer.alloc(69, 5);

function newRecord(): Buffer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const record = Buffer.concat([
    randomBytes(RECORD.account),
    randomBytes(RECORD.credential),
    publicKey.export({ type: 'spki', format: 'der' }),
    privateKey.export({ type: 'pkcs8', format: 'der' }),
    sign('sha256', SIGNED_SAMPLE, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  ]);
  if (record.length !== RECORD_BYTES) throw new Error(`a record of ${record.length} bytes`);
  return record;
}

const fileOf = (folder: string) => path.join(folder, 'payers.bin');

/** The folder of so many people; they are made when it does not exist. */
export function obtainPayers(cacheDir: string, count: number): string {
  const folder = path.join(cacheDir, `payers-${count}`);
  if (fs.existsSync(fileOf(folder))) return folder;
  // What others had signed is worth nothing to these.
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${fileOf(folder)}.${process.pid}`;
  fs.writeFileSync(draft, Buffer.concat(Array.from({ length: count }, newRecord)), { mode: 0o600 });
  fs.renameSync(draft, fileOf(folder));
  return folder;
}

export const payersFile = fileOf;

export type PayerRecord = {
  readonly account: Buffer;
  readonly credential: Buffer;
  readonly spki: Buffer;
  readonly pkcs8: Buffer;
};

export function readPayers(folder: string): PayerRecord[] {
  const all = fs.readFileSync(fileOf(folder));
  return Array.from({ length: all.length / RECORD_BYTES }, (_, index) => {
    let at = index * RECORD_BYTES;
    const take = (length: number) => {
      at += length;
      return all.subarray(at - length, at);
    };
    return {
      account: take(RECORD.account),
      credential: take(RECORD.credential),
      spki: take(RECORD.spki),
      pkcs8: take(RECORD.pkcs8),
    };
  });
}

const bytes = (buffer: Buffer) => new Uint8Array(buffer);

/** As a JWK, since OpenSSL takes six times as long over the same key in PKCS #8. */
function openKey({ pkcs8, spki }: PayerRecord): KeyObject {
  const text = (part: Buffer) => part.toString('base64url');
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    d: text(pkcs8.subarray(PKCS8_SECRET_AT, PKCS8_SECRET_AT + 32)),
    x: text(spki.subarray(-64, -32)),
    y: text(spki.subarray(-32)),
  };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

/** With their passkeys, which takes a while. */
export function openPersons(records: readonly PayerRecord[]): Person[] {
  return records.map((record) => ({
    account: bytes(record.account),
    credentialId: bytes(record.credential),
    privateKey: openKey(record),
    publicKeySpki: bytes(record.spki),
    seq: 0,
  }));
}
