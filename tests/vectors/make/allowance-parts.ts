// Owns how the allowances of our vectors are made and signed: a typical one, and any with changes.
import {
  type Allowance,
  allowanceSignedBytes,
  encodeAllowance,
  encodeAllowancePayload,
  type SignedAllowance,
} from '#protocol/allowance.ts';
import { credentialHint } from '#protocol/authorization.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import { encodeSign1, type StatementType, statementSignedBytes } from '#protocol/cose-sign1.ts';
import { signEs256 } from './deterministic-es256.ts';
import { TYPICAL } from './make-orders.ts';
import { bytesFrom, PASSKEY, PAYER, SERVER, SERVER_KEY } from './test-keys.ts';

export const ALLOWANCE_TYPE: StatementType = 'application/counterfoil-allowance+cbor';

/** 200.00 EUR for ten days, 50.00 a payment, given a day before the typical order. */
export const ALLOWANCE: Allowance = {
  server: SERVER,
  account: PAYER,
  device: 1,
  id: bytesFrom('allowance', 8),
  credentialHint: credentialHint(PASSKEY.credentialId),
  point: PASSKEY.point,
  currency: 978,
  totalMinor: 20_000n,
  capMinor: 5_000n,
  countMax: 60,
  firstSeq: 5,
  validFromS: TYPICAL.authorizedAtS - 86_400,
  hours: 240,
};

export function signedAllowance(
  changes: Partial<Allowance> = {},
  key: Pick<typeof SERVER_KEY, 'keyId' | 'secret'> = SERVER_KEY,
): SignedAllowance {
  const allowance = { ...ALLOWANCE, ...changes };
  const signed = allowanceSignedBytes(allowance, key.keyId);
  return { allowance, keyId: key.keyId, signed, signature: signEs256(key.secret, signed) };
}

export function allowanceBytes({ allowance, keyId, signature }: SignedAllowance): Bytes {
  return encodeAllowance(allowance, keyId, signature);
}

/** Any payload, signed as it is: the server's own fault, and still refused. */
export function signedPayload(payload: Bytes, type = ALLOWANCE_TYPE): Bytes {
  const { keyId, secret } = SERVER_KEY;
  const signature = signEs256(secret, statementSignedBytes(type, keyId, payload));
  return encodeSign1(type, keyId, payload, signature);
}

/** The typical payload with fields changed; undefined leaves a field out. */
export function payloadWith(changes: Readonly<Record<number, Cbor | undefined>>): Bytes {
  const read = decodeCbor(encodeAllowancePayload(ALLOWANCE));
  const fields = new Map((read.ok ? read.value : undefined) as ReadonlyMap<number, Cbor>);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) fields.delete(Number(key));
    else fields.set(Number(key), value);
  }
  return encodeCbor(fields);
}
