/** Owns the two WebAuthn ceremonies: their options, and the verification of what a passkey answers. */
import { createPublicKey } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { es256Point, type RelyingParty } from '#protocol/assertion.ts';
import { type Bytes, fromBase64url, fromUtf8, toBase64url } from '#protocol/bytes.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';

/** Loaded when somebody enrols or signs in, and not at a start: it is a third of all modules. */
const ceremonies = () => import('./webauthn-library.ts');

const ES256 = -7;
/** WebAuthn Level 3 §4: a credential id. */
const CREDENTIAL_ID_MAX = 1023;
const RELYING_PARTY_NAME = 'Counterfoil';

/** A passkey as it is stored. */
export type NewCredential = {
  readonly id: Bytes;
  readonly cose: Bytes;
  readonly spki: Bytes;
  readonly transports: readonly string[];
  readonly backedUp: boolean;
  readonly signCount: number;
};

export type StoredCredential = {
  readonly id: Bytes;
  readonly cose: Bytes;
  readonly transports: readonly string[];
};

/** ES256 alone: it is what the signature of a payment is made with. */
export async function enrolmentOptions(
  party: RelyingParty,
  challenge: Bytes,
  account: Bytes,
  name: string,
  timeoutMs: number,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await ceremonies();
  return generateRegistrationOptions({
    rpName: RELYING_PARTY_NAME,
    rpID: party.rpId,
    userName: name,
    userDisplayName: name,
    userID: account,
    challenge,
    timeout: timeoutMs,
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: [ES256],
  });
}

/** No list of credentials: the person chooses a passkey, and it names its account. */
export async function signInOptions(
  party: RelyingParty,
  challenge: Bytes,
  timeoutMs: number,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await ceremonies();
  return generateAuthenticationOptions({
    rpID: party.rpId,
    challenge,
    timeout: timeoutMs,
    userVerification: 'required',
  });
}

/**
 * The challenge that the answer says it signed; whether it did is verified afterwards. None when
 * another site's frame asked for it, which the library does not look at.
 */
export function challengeOf(clientDataJson: string): Bytes | undefined {
  const text = fromUtf8(fromBase64url(clientDataJson) ?? new Uint8Array(0));
  try {
    const { challenge, crossOrigin }: Record<string, unknown> = Object(JSON.parse(text ?? ''));
    if (typeof challenge !== 'string' || crossOrigin === true) return undefined;
    return fromBase64url(challenge) ?? undefined;
  } catch {
    return undefined;
  }
}

function spkiOf(cose: Uint8Array): Bytes | undefined {
  const point = es256Point(cose);
  if (!point.ok) return undefined;
  const [x, y] = [point.value.subarray(0, 32), point.value.subarray(32)].map(toBase64url);
  const jwk = { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' };
  // Throws for a point that is not on the curve.
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  return new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const copy = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);

/**
 * No attestation was asked for, so none comes but a signature of the new key itself. Of one with
 * certificates the library would follow paths and fetch lists of revoked ones, from wherever its
 * maker likes and for as long.
 */
async function isPlain(response: RegistrationResponseJSON): Promise<boolean> {
  const { decodeAttestationObject } = await ceremonies();
  const bytes = fromBase64url(response.response.attestationObject);
  if (!bytes) return false;
  const attestation = decodeAttestationObject(bytes);
  const format = attestation.get('fmt');
  return (
    format === 'none' ||
    (format === 'packed' && attestation.get('attStmt').get('x5c') === undefined)
  );
}

/** Refusal: passkey_rejected. The library throws on every fault of the input, so all are refusals. */
export async function verifyEnrolment(
  party: RelyingParty,
  challenge: Bytes,
  response: RegistrationResponseJSON,
): Promise<Outcome<NewCredential>> {
  const { verifyRegistrationResponse } = await ceremonies();
  try {
    if (!(await isPlain(response))) return refuse('passkey_rejected', 'an attestation');
    const result = await verifyRegistrationResponse({
      response,
      expectedChallenge: toBase64url(challenge),
      expectedOrigin: [...party.origins],
      expectedRPID: party.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [ES256],
    });
    if (!result.verified) return refuse('passkey_rejected', 'the attestation does not verify');
    const { credential, credentialBackedUp } = result.registrationInfo;
    const id = fromBase64url(credential.id);
    const spki = spkiOf(credential.publicKey);
    if (!id || !spki) return refuse('passkey_rejected', 'not an ES256 key');
    if (id.length > CREDENTIAL_ID_MAX || credential.id !== response.id) {
      return refuse('passkey_rejected', 'not the id that it says');
    }
    return accept({
      id,
      spki,
      cose: copy(credential.publicKey),
      transports: credential.transports ?? [],
      backedUp: credentialBackedUp,
      signCount: credential.counter,
    });
  } catch (error) {
    return refuse('passkey_rejected', reasonOf(error));
  }
}

/** Refusal: passkey_rejected. */
export async function verifySignIn(
  party: RelyingParty,
  challenge: Bytes,
  response: AuthenticationResponseJSON,
  stored: StoredCredential,
): Promise<Outcome<{ readonly signCount: number; readonly backedUp: boolean }>> {
  const { verifyAuthenticationResponse } = await ceremonies();
  try {
    const result = await verifyAuthenticationResponse({
      response,
      expectedChallenge: toBase64url(challenge),
      expectedOrigin: [...party.origins],
      expectedRPID: party.rpId,
      requireUserVerification: true,
      credential: {
        id: toBase64url(stored.id),
        publicKey: stored.cose as Bytes,
        // Counts are logged, never a gate: synced passkeys and outboxes break every rule about them.
        counter: 0,
        transports: [...stored.transports],
      },
    });
    if (!result.verified) return refuse('passkey_rejected', 'the signature does not match');
    const { newCounter, credentialBackedUp } = result.authenticationInfo;
    return accept({ signCount: newCounter, backedUp: credentialBackedUp });
  } catch (error) {
    return refuse('passkey_rejected', reasonOf(error));
  }
}
