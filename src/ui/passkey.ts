/** Owns the passkey's ceremonies: making one, signing in with one, and approving a payment with it. */
import {
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
} from '@simplewebauthn/browser';
import type { CeremonyOptions } from '#device/account-api.ts';
import { signatureFromDer } from '#protocol/assertion.ts';
import { type Bytes, fromBase64url } from '#protocol/bytes.ts';
import { PAYMENT_ID_LENGTH } from '#protocol/order.ts';
import { assert, type Outcome, refuse } from '#protocol/refusals.ts';
import type { Approval } from '#wallet/authorize.ts';
import { runCeremony } from './ceremony.ts';

const TIMEOUT_MS = 120_000;

/** False in many web views: then the wallet must be opened in the browser itself (F71). */
export function passkeysExist(): boolean {
  return 'credentials' in navigator && 'PublicKeyCredential' in globalThis;
}

// The server's options go to the browser unread, and its answer back: their shape is the library's
// and the standard's business, so this is the border where our `unknown` becomes their type.
type Registration = Parameters<typeof startRegistration>[0]['optionsJSON'];
type Authentication = Parameters<typeof startAuthentication>[0]['optionsJSON'];

/** The library has a signal of its own, for the ceremony that it runs. */
function endingWith<T>(signal: AbortSignal, ceremony: Promise<T>): Promise<T> {
  signal.addEventListener('abort', () => WebAuthnAbortService.cancelCeremony());
  return ceremony;
}

/** Call it in a tap. */
export function makePasskey(options: CeremonyOptions): Promise<Outcome<unknown>> {
  const optionsJSON = options as unknown as Registration;
  return runCeremony((signal) => endingWith(signal, startRegistration({ optionsJSON })));
}

/**
 * Call it in a tap. Refused (passkey_rejected) when the challenge could be a payment's id: else a
 * server in wrong hands could have a payment approved in the name of signing in.
 */
export async function signInWithPasskey(options: CeremonyOptions): Promise<Outcome<unknown>> {
  const optionsJSON = options as unknown as Authentication;
  if (fromBase64url(optionsJSON.challenge)?.length === PAYMENT_ID_LENGTH) {
    return refuse('passkey_rejected', 'the challenge could be a payment');
  }
  return runCeremony((signal) => endingWith(signal, startAuthentication({ optionsJSON })));
}

export type Passkey = {
  /** base64url, as the wallet keeps it. */
  readonly credentialId: string;
  readonly rpId: string;
};

async function readApproval(credential: Credential | null): Promise<Approval> {
  const response = credential instanceof PublicKeyCredential ? credential.response : undefined;
  if (!(credential instanceof PublicKeyCredential)) throw new TypeError('no passkey answered');
  if (!(response instanceof AuthenticatorAssertionResponse)) throw new TypeError('no assertion');
  const signature = signatureFromDer(new Uint8Array(response.signature));
  if (!signature) throw new TypeError('not an ES256 signature');
  return {
    credentialId: new Uint8Array(credential.rawId),
    assertion: {
      authenticatorData: new Uint8Array(response.authenticatorData),
      clientDataJson: new Uint8Array(response.clientDataJSON),
      signature,
    },
    origin: location.origin,
  };
}

/**
 * Asks the wallet's own passkey to sign `challenge`, which for a payment is its id. Must be called
 * in the tap itself: nothing is awaited before the browser is asked. Needs no network.
 */
export function approve(challenge: Bytes, passkey: Passkey): Promise<Outcome<Approval>> {
  const id = fromBase64url(passkey.credentialId);
  assert(id !== null, 'the wallet keeps its credential id as base64url');
  return runCeremony((signal) =>
    navigator.credentials
      .get({
        signal,
        publicKey: {
          challenge,
          rpId: passkey.rpId,
          allowCredentials: [{ type: 'public-key', id }],
          userVerification: 'required',
          timeout: TIMEOUT_MS,
        },
      })
      .then(readApproval),
  );
}
