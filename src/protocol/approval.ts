/** Owns the question whether a passkey approved an order: the same answer at the server and on phones. */
import { checkAssertion, checkAuthenticator, type RelyingParty } from './assertion.ts';
import {
  type Authorization,
  assertionOf,
  authenticatorDataOf,
  clientDataText,
} from './authorization.ts';
import type { Bytes } from './bytes.ts';
import { accept, type Outcome, type Refusal, refuse } from './refusals.ts';
import { sha256OfText } from './sha256.ts';

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
  const { rpId } = party;
  const isTemplate = typeof authorization.clientData === 'number';
  for (const origin of isTemplate ? party.origins : ['']) {
    const text = clientDataText(authorization, origin);
    const signed =
      text === undefined
        ? checkAssertion(assertionOf(authorization, rpId, origin), authorization.id, party)
        : checkAuthenticator(authenticatorDataOf(authorization, rpId), sha256OfText(text), rpId);
    if (signed.ok) candidates.push({ signed: signed.value, signature: authorization.signature });
    else refusal = signed.refusal;
  }
  return candidates.length > 0 ? accept(candidates) : refuse(refusal.code, refusal.detail);
}
