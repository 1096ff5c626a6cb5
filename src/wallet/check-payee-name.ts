/** Owns whether the name in a code is the server's word, judged on the phone without a network. */
import { equalBytes } from '#protocol/bytes.ts';
import {
  lastDayEndS,
  nameCertificateOf,
  nameOfRequest,
  nameSignedBytes,
} from '#protocol/name-certificate.ts';
import type { PaymentRequest } from '#protocol/payment-request.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import type { VerifyEs256 } from './ports.ts';

/**
 * `verified`: the server knows this payee by exactly this name, city, country and category.
 * `expired`: it did. `forged`: it never said so. `unknown-key`: signed, if at all, under a key that
 * this phone has not heard of. `absent`: the code brings no certificate.
 */
export type PayeeName = 'verified' | 'expired' | 'forged' | 'unknown-key' | 'absent';

export async function checkPayeeName(
  request: PaymentRequest,
  identity: ServerIdentity,
  presentMs: number,
  verify: VerifyEs256,
): Promise<PayeeName> {
  const certificate = nameCertificateOf(request);
  if (certificate === undefined) return 'absent';
  const name = certificate === 'malformed' ? undefined : nameOfRequest(request, certificate);
  if (certificate === 'malformed' || !name) return 'forged';
  if (!equalBytes(name.server, identity.server)) return 'unknown-key';
  const candidates = identity.keys.filter(({ keyId }) => keyId[0] === certificate.keyHint);
  if (candidates.length === 0) return 'unknown-key';
  for (const { keyId, point } of candidates) {
    if (!(await verify(point, nameSignedBytes(name, keyId), certificate.signature))) continue;
    return lastDayEndS(certificate.lastDay) * 1000 > presentMs ? 'verified' : 'expired';
  }
  return 'forged';
}
