/** Owns a passkey in software: it registers, signs in and approves orders as a phone's would, or wrongly when asked. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { encode } from 'cborg';
import { FLAG, signatureFromDer } from '#protocol/assertion.ts';
import { encodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, concatBytes, fromBase64url, toBase64url, toUtf8 } from '#protocol/bytes.ts';
import { paymentId } from '#protocol/order.ts';

/** What a test bends; everything else is as it should be. */
export type Bend = {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  readonly flags?: number;
  readonly signCount?: number;
  readonly challenge?: Bytes;
  /** Of the attestation. */
  readonly format?: string;
  readonly statement?: Readonly<Record<string, unknown>>;
  /** What stands in the passkey's own data, where the answer says another id. */
  readonly attestedId?: Bytes;
};

export type Authenticator = {
  readonly credentialId: Bytes;
  readonly privateKey: KeyObject;
  /** `options` as the server answered them. */
  register(options: unknown, bend?: Bend): RegistrationResponseJSON;
  signIn(options: unknown, bend?: Bend): AuthenticationResponseJSON;
  /** The authorization of an order, as a wallet would send it. */
  approve(orderBytes: Bytes, bend?: Bend): Bytes;
};

const sha256 = (bytes: Uint8Array): Bytes =>
  new Uint8Array(createHash('sha256').update(bytes).digest());

/** As synced passkeys have them: present, verified, may be backed up, is backed up. */
const FLAGS = FLAG.UP | FLAG.UV | FLAG.BE | FLAG.BS;

function authenticatorData(rpId: string, flags: number, count: number, attested?: Bytes): Bytes {
  const counter = Uint8Array.of(count >>> 24, count >>> 16, count >>> 8, count);
  return concatBytes(
    sha256(toUtf8(rpId)),
    Uint8Array.of(flags),
    counter,
    attested ?? new Uint8Array(0),
  );
}

function clientData(type: string, challenge: Bytes, origin: string, crossOrigin: boolean): Bytes {
  return toUtf8(
    `{"type":"${type}","challenge":"${toBase64url(challenge)}","origin":"${origin}","crossOrigin":${crossOrigin}}`,
  );
}

function challengeIn(options: unknown): Bytes {
  const { challenge } = options as { challenge: string };
  const bytes = fromBase64url(challenge);
  if (!bytes) throw new Error('the options have no challenge');
  return bytes;
}

/** COSE_Key of a P-256 public key (RFC 9053 §7.1.1). */
function coseKey(key: KeyObject): Bytes {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return new Uint8Array(
    encode(
      new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, fromBase64url(x)],
        [-3, fromBase64url(y)],
      ]),
    ),
  );
}

export function createAuthenticator(party: {
  readonly rpId: string;
  readonly origin: string;
}): Authenticator {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId: Bytes = new Uint8Array(randomBytes(32));

  function assert(challenge: Bytes, bend: Bend) {
    const data = authenticatorData(
      bend.rpId ?? party.rpId,
      bend.flags ?? FLAGS,
      bend.signCount ?? 0,
    );
    const client = clientData(
      bend.type ?? 'webauthn.get',
      bend.challenge ?? challenge,
      bend.origin ?? party.origin,
      bend.crossOrigin ?? false,
    );
    const der = new Uint8Array(sign('sha256', concatBytes(data, sha256(client)), pair.privateKey));
    return { data, client, der };
  }

  return {
    credentialId,
    privateKey: pair.privateKey,
    register(options, bend = {}) {
      const id = bend.attestedId ?? credentialId;
      const attested = concatBytes(
        new Uint8Array(16),
        Uint8Array.of(id.length >> 8, id.length),
        id,
        coseKey(pair.publicKey),
      );
      const flags = (bend.flags ?? FLAGS) | FLAG.AT;
      const data = authenticatorData(bend.rpId ?? party.rpId, flags, bend.signCount ?? 0, attested);
      const client = clientData(
        bend.type ?? 'webauthn.create',
        bend.challenge ?? challengeIn(options),
        bend.origin ?? party.origin,
        bend.crossOrigin ?? false,
      );
      const attestation = encode({
        fmt: bend.format ?? 'none',
        attStmt: bend.statement ?? {},
        authData: data,
      });
      return {
        id: toBase64url(credentialId),
        rawId: toBase64url(credentialId),
        type: 'public-key',
        clientExtensionResults: {},
        authenticatorAttachment: 'platform',
        response: {
          clientDataJSON: toBase64url(client),
          attestationObject: toBase64url(attestation),
          transports: ['internal'],
        },
      };
    },
    signIn(options, bend = {}) {
      const { data, client, der } = assert(challengeIn(options), bend);
      return {
        id: toBase64url(credentialId),
        rawId: toBase64url(credentialId),
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: toBase64url(client),
          authenticatorData: toBase64url(data),
          signature: toBase64url(der),
        },
      };
    },
    approve(orderBytes, bend = {}) {
      const { data, client, der } = assert(paymentId(orderBytes), bend);
      const signature = signatureFromDer(der);
      if (!signature) throw new Error('the signature is not DER');
      const assertion = { authenticatorData: data, clientDataJson: client, signature };
      return encodeAuthorization(orderBytes, credentialId, assertion, party);
    },
  };
}
