// Owns judging statements and counterfoils with Node's crypto, as a phone without a network does, for tests. No rule is its own.
import { createPublicKey, verify } from 'node:crypto';
import { allowanceSignedBytes, coverFault, decodeAllowance } from '#protocol/allowance.ts';
import { approvalCandidates } from '#protocol/approval.ts';
import type { RelyingParty } from '#protocol/assertion.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import { type Counterfoil, decodeCounterfoil } from '#protocol/counterfoil.ts';
import { nameCertificateOf, nameOfRequest, nameSignedBytes } from '#protocol/name-certificate.ts';
import { readPaymentRequest } from '#protocol/payment-request.ts';

export type KnownKey = { readonly keyId: Bytes; readonly point: Bytes };

/** What the phone of a payee knows and asked for. */
export type Known = {
  readonly server: Bytes;
  readonly party: RelyingParty;
  readonly keys: readonly KnownKey[];
  readonly payee: Bytes;
  readonly asked: {
    readonly digest: Bytes;
    readonly currency: number;
    readonly amountMinor: bigint;
  };
};

export function isSigned(point: Uint8Array, signed: Uint8Array, signature: Uint8Array): boolean {
  const [x = '', y = ''] = [point.subarray(0, 32), point.subarray(32)].map(toBase64url);
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** The code of the refusal, or undefined when it is an allowance of this server. */
export function judgeAllowance(
  bytes: Uint8Array,
  { server, keys }: Pick<Known, 'server' | 'keys'>,
): string | undefined {
  const read = decodeAllowance(bytes);
  if (!read.ok) return read.refusal.code;
  const { allowance, keyId, signed, signature } = read.value;
  if (!equalBytes(allowance.server, server)) return 'wrong_server';
  const key = keys.find((known) => equalBytes(known.keyId, keyId));
  if (!key) return 'server_key_unknown';
  return isSigned(key.point, signed, signature) ? undefined : 'allowance_altered';
}

function judgeAllowanceWithin(
  { allowance, keyHint, signature }: Counterfoil,
  keys: readonly KnownKey[],
): string | undefined {
  const candidates = keys.filter(({ keyId }) => keyId[0] === keyHint);
  if (candidates.length === 0) return 'server_key_unknown';
  const isGenuine = candidates.some(({ keyId, point }) =>
    isSigned(point, allowanceSignedBytes(allowance, keyId), signature),
  );
  return isGenuine ? undefined : 'allowance_altered';
}

function judgeApproval(
  { authorization, allowance }: Counterfoil,
  party: RelyingParty,
): string | undefined {
  const candidates = approvalCandidates(authorization, party);
  if (!candidates.ok) return candidates.refusal.code;
  const isApproved = candidates.value.some(({ signed, signature }) =>
    isSigned(allowance.point, signed, signature),
  );
  return isApproved ? undefined : 'assertion_signature';
}

function judgeAsked({ authorization: { order } }: Counterfoil, asked: Known['asked']) {
  if (!equalBytes(order.requestDigest, asked.digest)) return 'counterfoil_other_request';
  const isEnough = order.amountMinor - (order.tipMinor ?? 0n) >= asked.amountMinor;
  return order.currency === asked.currency && isEnough ? undefined : 'counterfoil_other_amount';
}

/** The code of the first refusal, or undefined when it is guaranteed, as far as no clock is asked. */
export function judgeCounterfoil(bytes: Uint8Array, known: Known): string | undefined {
  const read = decodeCounterfoil(bytes);
  if (!read.ok) return read.refusal.code;
  const counterfoil = read.value;
  const { order } = counterfoil.authorization;
  if (!equalBytes(order.server, known.server)) return 'wrong_server';
  if (!equalBytes(order.payee, known.payee)) return 'counterfoil_other_payee';
  return (
    judgeAllowanceWithin(counterfoil, known.keys) ??
    judgeApproval(counterfoil, known.party) ??
    judgeAsked(counterfoil, known.asked) ??
    coverFault(order, counterfoil.allowance)
  );
}

/** What to say of the name in a code: verified, none, malformed, key_unknown, altered or over. */
export function judgeName(text: string, keys: readonly KnownKey[], today: number): string {
  const request = readPaymentRequest(text);
  if (!request.ok) return request.refusal.code;
  const certificate = nameCertificateOf(request.value);
  if (certificate === undefined) return 'none';
  const name = certificate !== 'malformed' && nameOfRequest(request.value, certificate);
  if (certificate === 'malformed' || !name) return 'malformed';
  const candidates = keys.filter(({ keyId }) => keyId[0] === certificate.keyHint);
  if (candidates.length === 0) return 'key_unknown';
  const isGenuine = candidates.some(({ keyId, point }) =>
    isSigned(point, nameSignedBytes(name, keyId), certificate.signature),
  );
  if (!isGenuine) return 'altered';
  return today > certificate.lastDay ? 'over' : 'verified';
}
