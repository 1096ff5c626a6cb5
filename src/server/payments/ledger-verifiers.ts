/** Owns the signature checks that a full check of the ledger asks for. */
import { verify } from 'node:crypto';
import type { LedgerVerifiers } from '#ledger/check-payments.ts';
import { decodeAllowance } from '#protocol/allowance.ts';
import { approvalCandidates } from '#protocol/approval.ts';
import type { RelyingParty } from '#protocol/assertion.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import { decodeReceipt } from '#protocol/receipt.ts';
import type { ServerKey } from '#protocol/wire.ts';
import { publicKeyOf } from './server-keys.ts';
import { createVerifySignature } from './verify-signature.ts';

/** `parties` are all that the server ever was; `keys` all that it ever signed with. */
export function createLedgerVerifiers(
  parties: readonly RelyingParty[],
  keys: readonly ServerKey[],
): LedgerVerifiers {
  const verifySignature = createVerifySignature();
  const serverKeys = keys.map((key) => ({ keyId: key.keyId, key: publicKeyOf(key) }));

  function isSigned(bytes: Bytes, party: RelyingParty, credentials: Credentials) {
    const authorization = decodeAuthorization(bytes);
    if (!authorization.ok) return false;
    const approvals = approvalCandidates(authorization.value, party);
    if (!approvals.ok) return false;
    for (const { hint, publicKeySpki: spki } of credentials) {
      if (!equalBytes(hint, authorization.value.credentialHint)) continue;
      for (const approval of approvals.value) {
        if (verifySignature({ ...approval, spki })) return true;
      }
    }
    return false;
  }

  function isOurs({ keyId, signed, signature }: Signed): boolean {
    const known = serverKeys.find((candidate) => equalBytes(candidate.keyId, keyId));
    if (!known) return false;
    return verify('sha256', signed, { key: known.key, dsaEncoding: 'ieee-p1363' }, signature);
  }

  return {
    async authorization(bytes, credentials) {
      return parties.some((party) => isSigned(bytes, party, credentials));
    },
    receipt(bytes) {
      const receipt = decodeReceipt(bytes);
      return receipt.ok && isOurs(receipt.value);
    },
    allowance(bytes) {
      const allowance = decodeAllowance(bytes);
      return allowance.ok && isOurs(allowance.value);
    },
  };
}

type Signed = { readonly keyId: Bytes; readonly signed: Bytes; readonly signature: Bytes };
type Credentials = Parameters<LedgerVerifiers['authorization']>[1];
