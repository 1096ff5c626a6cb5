/** Owns the checks before a verdict: is this an authorization for us, and did its payer's passkey make it? */
import type { StandingVerdict } from '#ledger/standing-verdict.ts';
import { approvalCandidates } from '#protocol/approval.ts';
import type { RelyingParty } from '#protocol/assertion.ts';
import { type Authorization, decodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import type { Order } from '#protocol/order.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type {
  PayerCredential,
  PayerRecord,
  SignatureCheck,
  VerifiedPayment,
  VerifySignatures,
} from './ports.ts';

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

export type Claim = {
  readonly read: ReadAuthorization;
  readonly payer: PayerRecord;
  /** Proven by a receipt of an earlier epoch: then the passkey was good when the verdict was given. */
  readonly standing?: StandingVerdict;
};

/** What may have signed: almost always one passkey, for one origin. */
type Candidate = SignatureCheck & { readonly credential: PayerCredential };

function candidatesOf(
  { read: { authorization }, payer, standing }: Claim,
  party: RelyingParty,
): Outcome<Candidate[]> {
  const credentials = usableCredentials(payer, authorization.order, standing !== undefined);
  if (!credentials.ok) return credentials;
  // The cheap checks first: a wrong origin or a missing fingerprint costs no curve arithmetic.
  const approvals = approvalCandidates(authorization, party);
  if (!approvals.ok) return approvals;
  return accept(
    credentials.value.flatMap((credential) =>
      approvals.value.map(({ signed, signature }) => {
        const { spki } = credential;
        return { signed, signature, spki, credential };
      }),
    ),
  );
}

const verifiedBy = (
  { read: { authorization, bytes }, standing }: Claim,
  credential: PayerCredential,
): VerifiedPayment => {
  const { id, order, orderBytes } = authorization;
  const payment = { id, order, orderBytes, bytes, ...(standing && { standing }) };
  return credential.revoked ? { ...payment, revokedCredential: credential.id } : payment;
};

/**
 * Only what comes through here may get a verdict. Everything refused here is refused without one:
 * otherwise anybody could spoil an id by sending it with a false signature first. In the order given.
 */
export async function verifyAuthorizations(
  claims: readonly Claim[],
  party: RelyingParty,
  verify: VerifySignatures,
): Promise<Outcome<VerifiedPayment>[]> {
  const candidates = claims.map((claim) => candidatesOf(claim, party));
  const outcomes = candidates.map(
    (of): Outcome<VerifiedPayment> => (of.ok ? refuse('assertion_signature') : of),
  );
  // All first candidates at once; then, of those that failed, all second ones.
  for (let round = 0; ; round++) {
    const open = claims.flatMap((claim, place) => {
      const of = candidates[place];
      const candidate = of?.ok && !outcomes[place]?.ok ? of.value[round] : undefined;
      return candidate ? [{ claim, place, candidate }] : [];
    });
    if (open.length === 0) return outcomes;
    const valid = await verify(open.map(({ candidate }) => candidate));
    open.forEach(({ claim, place, candidate }, index) => {
      if (valid[index]) outcomes[place] = accept(verifiedBy(claim, candidate.credential));
    });
  }
}
