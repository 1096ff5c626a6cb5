/** Owns the checks of a WebAuthn assertion that approves a payment (WebAuthn Level 3 §7.2). */

import { type Bytes, concatBytes, equalBytes, fromUtf8, toBase64url, toUtf8 } from './bytes.ts';
import { type Cbor, decodeCbor } from './cbor.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import { sha256 } from './sha256.ts';

/** What the verifier holds true about itself. */
export type RelyingParty = { readonly rpId: string; readonly origins: readonly string[] };

/** An assertion as the browser gives it, but for the signature: raw r‖s, 64 bytes. */
export type Assertion = {
  readonly authenticatorData: Uint8Array;
  readonly clientDataJson: Uint8Array;
  readonly signature: Uint8Array;
};

export const FLAG = { UP: 0x01, UV: 0x04, BE: 0x08, BS: 0x10, AT: 0x40, ED: 0x80 } as const;

export const AUTHENTICATOR_DATA_LENGTH = 37;

type ClientData = {
  type?: unknown;
  challenge?: unknown;
  origin?: unknown;
  crossOrigin?: unknown;
  topOrigin?: unknown;
};

/** Of a JSON object: its members, one that stands twice counted twice. */
function countMembers(json: string): number {
  let [depth, count, quoted] = [0, 0, false];
  for (let i = 0; i < json.length; i++) {
    const character = json.charAt(i);
    if (quoted && character === '\\') i++;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === ':' && depth === 1) count++;
  }
  return count;
}

function parseClientData(bytes: Uint8Array): ClientData | undefined {
  const text = fromUtf8(bytes)?.replace(/^\uFEFF/, '');
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    // Of a member that stands twice, some readers take the first and some the last.
    const isUnique = Object.keys(value).length === countMembers(text) || Array.isArray(value);
    return isUnique ? (value as ClientData) : undefined;
  } catch {
    return undefined;
  }
}

function checkClientData(
  bytes: Uint8Array,
  challenge: Uint8Array,
  origins: readonly string[],
): Outcome<undefined> {
  const clientData = parseClientData(bytes);
  if (!clientData) return refuse('bytes_malformed', 'clientDataJSON');
  if (clientData.type !== 'webauthn.get') return refuse('assertion_type');
  if (clientData.challenge !== toBase64url(challenge)) return refuse('assertion_challenge');
  if (typeof clientData.origin !== 'string' || !origins.includes(clientData.origin)) {
    return refuse('assertion_origin');
  }
  if (clientData.crossOrigin !== undefined && clientData.crossOrigin !== false) {
    return refuse('assertion_cross_origin');
  }
  // §7.2: named only when the page was framed, which ours never is.
  if (clientData.topOrigin !== undefined) return refuse('assertion_cross_origin', 'topOrigin');
  return accept(undefined);
}

let lastHashed: { readonly rpId: string; readonly hash: Bytes } | undefined;

/** SHA-256 of the relying party's id, which is almost always the one of the last time. */
export function rpIdHash(rpId: string): Bytes {
  if (lastHashed?.rpId !== rpId) lastHashed = { rpId, hash: sha256(toUtf8(rpId)) };
  return lastHashed.hash;
}

function checkAuthenticatorData(data: Uint8Array, rpId: string): Outcome<undefined> {
  if (data.length < AUTHENTICATOR_DATA_LENGTH)
    return refuse('bytes_malformed', 'authenticatorData');
  if (!equalBytes(data.subarray(0, 32), rpIdHash(rpId))) return refuse('assertion_relying_party');
  const flags = data[32] ?? 0;
  const extended = (flags & (FLAG.AT | FLAG.ED)) !== 0;
  if (extended !== data.length > AUTHENTICATOR_DATA_LENGTH) {
    return refuse('bytes_malformed', 'authenticatorData is not as long as its flags say');
  }
  if ((flags & FLAG.UP) === 0) return refuse('assertion_user_presence');
  if ((flags & FLAG.UV) === 0) return refuse('assertion_user_verification');
  if ((flags & FLAG.BS) !== 0 && (flags & FLAG.BE) === 0) return refuse('assertion_backup_flags');
  return accept(undefined);
}

/**
 * Every check but the signature's own arithmetic. On success: the bytes that the passkey signed,
 * authenticatorData ‖ SHA-256(clientDataJSON), to be verified under its ES256 key.
 */
export function checkAssertion(
  assertion: Assertion,
  challenge: Uint8Array,
  party: RelyingParty,
): Outcome<Bytes> {
  const client = checkClientData(assertion.clientDataJson, challenge, party.origins);
  if (!client.ok) return client;
  if (assertion.signature.length !== 64) return refuse('bytes_malformed', 'signature');
  const clientDataHash = sha256(assertion.clientDataJson);
  return checkAuthenticator(assertion.authenticatorData, clientDataHash, party.rpId);
}

/** The rest of it, for client data that was rebuilt from a template, and so says what it should. */
export function checkAuthenticator(
  authenticatorData: Uint8Array,
  clientDataHash: Uint8Array,
  rpId: string,
): Outcome<Bytes> {
  const authenticator = checkAuthenticatorData(authenticatorData, rpId);
  return authenticator.ok ? accept(concatBytes(authenticatorData, clientDataHash)) : authenticator;
}

/** signCount (WebAuthn §6.1): logged, never a gate. */
export function signCount(authenticatorData: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = authenticatorData.subarray(33, 37);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function readDerInteger(der: Uint8Array, at: number): { value: Uint8Array; next: number } | null {
  const length = der[at + 1] ?? 0;
  const value = der.subarray(at + 2, at + 2 + length);
  const next = at + 2 + length;
  if (der[at] !== 2 || length === 0 || length > 33 || next > der.length) return null;
  const first = value[0] ?? 0;
  const negative = (first & 0x80) !== 0;
  const padded = length > 1 && first === 0 && ((value[1] ?? 0) & 0x80) === 0;
  if (negative || padded) return null;
  const magnitude = first === 0 ? value.subarray(1) : value;
  return magnitude.length > 32 ? null : { value: magnitude, next };
}

// COSE_Key labels (RFC 9052 §7, RFC 9053 §7.1.1) and what an ES256 key has there.
const COSE_KEY = { type: 1, algorithm: 3, curve: -1, x: -2, y: -3 } as const;
const EC2 = 2n;
const ES256 = -7n;
const P256 = 1n;

/**
 * The point x ‖ y of a passkey's COSE key, 64 bytes. For whoever takes keys in: with this check there,
 * no other algorithm ever meets a payment. Refusals: assertion_algorithm, bytes_malformed.
 */
export function es256Point(coseKey: Uint8Array): Outcome<Bytes> {
  const item = decodeCbor(coseKey);
  if (!item.ok || !(item.value instanceof Map)) return refuse('bytes_malformed', 'COSE key');
  const key: ReadonlyMap<number, Cbor> = item.value;
  const isEs256 = key.get(COSE_KEY.type) === EC2 && key.get(COSE_KEY.algorithm) === ES256;
  if (!isEs256 || key.get(COSE_KEY.curve) !== P256) return refuse('assertion_algorithm');
  const [x, y] = [key.get(COSE_KEY.x), key.get(COSE_KEY.y)];
  const isPoint = x instanceof Uint8Array && y instanceof Uint8Array;
  if (!isPoint || x.length !== 32 || y.length !== 32) return refuse('bytes_malformed', 'COSE key');
  return accept(concatBytes(x, y));
}

/** An ECDSA P-256 signature in DER (RFC 3279 §2.2.3), as WebAuthn sends it, to raw r‖s; null if it is none. */
export function signatureFromDer(der: Uint8Array): Bytes | null {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  const r = readDerInteger(der, 2);
  const s = r && readDerInteger(der, r.next);
  if (!r || !s || s.next !== der.length) return null;
  const raw = new Uint8Array(64);
  raw.set(r.value, 32 - r.value.length);
  raw.set(s.value, 64 - s.value.length);
  return raw;
}
