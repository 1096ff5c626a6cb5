/** Owns the question whether a passkey approved an order: the same answer at the server and on phones. */
import { checkAssertion, checkAuthenticator, type RelyingParty } from './assertion.ts';
import { type Authorization, assertionOf } from './authorization.ts';
import type { Bytes } from './bytes.ts';
import { accept, type Outcome, type Refusal, refuse } from './refusals.ts';

/** What must verify, under the payer's ES256 key, for the approval to stand. */
export type SignedApproval = { readonly signed: Bytes; readonly signature: Bytes };

/**
 * What the passkey may have signed: one candidate for each origin of the relying party when the
 * client's data travelled as a template, else one. Refusals: assertion_*, bytes_malformed.
 */
export function approvalCandidates(
  authorization: Authorization,
  party: RelyingParty,
): Outcome<SignedApproval[]> {
  const candidates: SignedApproval[] = [];
  let refusal: Refusal = { code: 'assertion_origin' };
  const isTemplate = typeof authorization.clientData === 'number';
  for (const origin of isTemplate ? party.origins : ['']) {
    const assertion = assertionOf(authorization, party.rpId, origin);
    const signed = isTemplate
      ? checkAuthenticator(assertion, party.rpId)
      : checkAssertion(assertion, authorization.id, party);
    if (signed.ok) candidates.push({ signed: signed.value, signature: authorization.signature });
    else refusal = signed.refusal;
  }
  return candidates.length > 0 ? accept(candidates) : refuse(refusal.code, refusal.detail);
}
