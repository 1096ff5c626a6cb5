/** Owns the checks before a verdict: is this an authorization for us, and did its payer's passkey make it? */
import type { StandingVerdict } from '#ledger/standing-verdict.ts';
import { approvalCandidates } from '#protocol/approval.ts';
import type { RelyingParty } from '#protocol/assertion.ts';
import { type Authorization, decodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import type { Order } from '#protocol/order.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { PayerCredential, PayerRecord, VerifiedPayment, VerifySignature } from './ports.ts';

/** One item of an upload as read; its bytes are kept, for they are what is stored. */
export type ReadAuthorization = { readonly bytes: Bytes; readonly authorization: Authorization };

/** Refusals: bytes_*, version_unknown, wrong_server. */
export function readAuthorization(bytes: Bytes, server: Bytes): Outcome<ReadAuthorization> {
  const authorization = decodeAuthorization(bytes);
  if (!authorization.ok) return authorization;
  if (!equalBytes(authorization.value.order.server, server)) return refuse('wrong_server');
  return accept({ bytes, authorization: authorization.value });
}

/** Refusals: payer_unknown, device_unknown, credential_unknown, credential_revoked. */
function usableCredentials(
  payer: PayerRecord,
  order: Order,
  isStanding: boolean,
): Outcome<readonly PayerCredential[]> {
  if (!payer.isKnown) return refuse('payer_unknown');
  if (!payer.isDeviceKnown) return refuse('device_unknown');
  if (payer.credentials.length === 0) return refuse('credential_unknown');
  const usable = payer.credentials.filter((credential) => !credential.revoked);
  if (usable.length > 0) return accept(usable);
  // A payee without a network could not know of the revocation: the ledger asks the allowance.
  if (order.allowance || isStanding) return accept(payer.credentials);
  return refuse('credential_revoked');
}

/**
 * Only what comes through here may get a verdict. Everything refused here is refused without one:
 * otherwise anybody could spoil an id by sending it with a false signature first.
 */
export async function verifyAuthorization(
  { authorization, bytes }: ReadAuthorization,
  payer: PayerRecord,
  party: RelyingParty,
  verify: VerifySignature,
  standing?: StandingVerdict,
): Promise<Outcome<VerifiedPayment>> {
  const isStanding = standing !== undefined;
  const credentials = usableCredentials(payer, authorization.order, isStanding);
  if (!credentials.ok) return credentials;
  // The cheap checks first: a wrong origin or a missing fingerprint costs no curve arithmetic.
  const approvals = approvalCandidates(authorization, party);
  if (!approvals.ok) return approvals;
  for (const credential of credentials.value) {
    for (const approval of approvals.value) {
      if (await verify(credential, approval)) {
        const { id, order, orderBytes } = authorization;
        const payment = { id, order, orderBytes, bytes, ...(isStanding && { standing }) };
        return accept(
          credential.revoked ? { ...payment, revokedCredential: credential.id } : payment,
        );
      }
    }
  }
  return refuse('assertion_signature');
}
