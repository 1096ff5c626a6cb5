/** Owns the authorization: an order's bytes with the passkey's assertion over them, made small. */

import { type Assertion, AUTHENTICATOR_DATA_LENGTH, rpIdHash, signCount } from './assertion.ts';
import { fromBase45, toBase45 } from './base45.ts';
import { type Bytes, equalBytes, toBase64url, toUtf8 } from './bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { decodeOrder, type Order, paymentId } from './order.ts';
import { accept, assert, type Outcome, refuse } from './refusals.ts';
import { sha256 } from './sha256.ts';

export const AUTHORIZATION_BYTES_MAX = 2048;
export const AUTHORIZATION_QR_PREFIX = 'CFA:';
/** Base45 takes three characters for two bytes. */
const QR_CHARACTERS_MAX = AUTHORIZATION_QR_PREFIX.length + (AUTHORIZATION_BYTES_MAX * 3) / 2;
export const CREDENTIAL_HINT_LENGTH = 8;
const CLIENT_DATA_BYTES_MAX = 1024;
/** It has eight at most; what is nothing but parts costs no more than that shows. */
const PARTS_MAX = 8;

/**
 * An authorization as read. One payment may have many: signatures are not unique (n−s verifies too),
 * and what a template says may also be sent raw. So the id is of the order's bytes alone.
 * The authenticator's and the client's data are as they were sent: what a template stood for is only
 * known once the relying party is (`assertionOf`).
 */
export type Authorization = {
  readonly id: Bytes;
  readonly order: Order;
  readonly orderBytes: Bytes;
  /** First 8 bytes of SHA-256 of the credential id: finds the key, proves nothing. */
  readonly credentialHint: Bytes;
  readonly authenticator: { readonly flags: number; readonly signCount: number } | Bytes;
  /** Number of a template that rebuilds clientDataJSON byte for byte, or the bytes themselves. */
  readonly clientData: number | Bytes;
  readonly signature: Bytes;
};

export function credentialHint(credentialId: Uint8Array): Bytes {
  return sha256(credentialId).slice(0, CREDENTIAL_HINT_LENGTH) as Bytes;
}

const CHROME_FILLER =
  ',"other_keys_can_be_added_here":"do not compare clientDataJSON against a template. See https://goo.gl/yabPex"';

/** WebAuthn Level 3 §5.8.1.1: how a client writes the data it signs. Numbers are wire format. */
const TEMPLATES: readonly ((challenge: string, origin: string) => string)[] = [
  (challenge, origin) =>
    `{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}","crossOrigin":false}`,
  (challenge, origin) =>
    `{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}","crossOrigin":false${CHROME_FILLER}}`,
  (challenge, origin) =>
    `{"challenge":"${challenge}","crossOrigin":false,"origin":"${origin}","type":"webauthn.get"}`,
  (challenge, origin) => `{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}"}`,
];

/** Which template rebuilds these bytes exactly, if any. */
export function templateFor(
  clientDataJson: Uint8Array,
  challenge: Uint8Array,
  origin: string,
): number | undefined {
  const text = toBase64url(challenge);
  const index = TEMPLATES.findIndex((template) =>
    equalBytes(toUtf8(template(text, origin)), clientDataJson),
  );
  return index < 0 ? undefined : index;
}

function plainAuthenticatorData(rpId: string, flags: number, count: number): Bytes {
  const data = new Uint8Array(AUTHENTICATOR_DATA_LENGTH);
  data.set(rpIdHash(rpId));
  data[32] = flags;
  new DataView(data.buffer).setUint32(33, count);
  return data;
}

/**
 * Everything that is sent, as bytes. `assertion.signature` is raw r‖s. Throws rather than make what
 * no server would read: it would wait in the outbox for ever.
 */
export function encodeAuthorization(
  orderBytes: Uint8Array,
  credentialId: Uint8Array,
  assertion: Assertion,
  party: { readonly rpId: string; readonly origin: string },
): Bytes {
  const flags = assertion.authenticatorData[32] ?? 0;
  const count = signCount(assertion.authenticatorData);
  const plain = plainAuthenticatorData(party.rpId, flags, count);
  const small = equalBytes(plain, assertion.authenticatorData);
  const template = templateFor(assertion.clientDataJson, paymentId(orderBytes), party.origin);
  const bytes = encodeCbor([
    orderBytes,
    credentialHint(credentialId),
    small ? [flags, count] : assertion.authenticatorData,
    template ?? assertion.clientDataJson,
    assertion.signature,
  ]);
  assert(decodeAuthorization(bytes).ok, 'an authorization that we encode is one we would read');
  return bytes;
}

function readAuthenticator(item: Cbor | undefined): Authorization['authenticator'] | undefined {
  if (item instanceof Uint8Array) {
    return item.length >= AUTHENTICATOR_DATA_LENGTH ? (item as Bytes) : undefined;
  }
  if (!Array.isArray(item) || item.length !== 2) return undefined;
  const [flags, count] = item;
  if (typeof flags !== 'bigint' || flags < 0n || flags > 0xffn) return undefined;
  if (typeof count !== 'bigint' || count < 0n || count > 0xffffffffn) return undefined;
  return { flags: Number(flags), signCount: Number(count) };
}

function readClientData(item: Cbor | undefined): number | Bytes | undefined {
  if (item instanceof Uint8Array) {
    return item.length <= CLIENT_DATA_BYTES_MAX ? (item as Bytes) : undefined;
  }
  if (typeof item !== 'bigint' || item < 0n || item >= BigInt(TEMPLATES.length)) return undefined;
  return Number(item);
}

/** Refusals: bytes_too_long, bytes_malformed, bytes_not_canonical, version_unknown. */
export function decodeAuthorization(bytes: Uint8Array): Outcome<Authorization> {
  if (bytes.length > AUTHORIZATION_BYTES_MAX) return refuse('bytes_too_long', 'authorization');
  const item = decodeCbor(bytes, PARTS_MAX);
  if (!item.ok) {
    const code = item.fault === 'malformed' ? 'bytes_malformed' : 'bytes_not_canonical';
    return refuse(code, 'authorization');
  }
  if (!Array.isArray(item.value) || item.value.length !== 5) {
    return refuse('bytes_malformed', 'authorization');
  }
  const [orderBytes, hint, authenticatorItem, clientDataItem, signature] = item.value as Cbor[];
  if (!(orderBytes instanceof Uint8Array)) return refuse('bytes_malformed', 'order bytes');
  const order = decodeOrder(orderBytes);
  if (!order.ok) return order;
  const authenticator = readAuthenticator(authenticatorItem);
  const clientData = readClientData(clientDataItem);
  if (!(hint instanceof Uint8Array) || hint.length !== CREDENTIAL_HINT_LENGTH) {
    return refuse('bytes_malformed', 'credential hint');
  }
  if (!(signature instanceof Uint8Array) || signature.length !== 64) {
    return refuse('bytes_malformed', 'signature');
  }
  if (authenticator === undefined || clientData === undefined) {
    return refuse('bytes_malformed', 'assertion');
  }
  return accept({
    id: paymentId(orderBytes),
    order: order.value,
    orderBytes: orderBytes as Bytes,
    credentialHint: hint as Bytes,
    authenticator,
    clientData,
    signature: signature as Bytes,
  });
}

/** The authenticator's data as the passkey signed them. */
export function authenticatorDataOf({ authenticator }: Authorization, rpId: string): Bytes {
  return authenticator instanceof Uint8Array
    ? authenticator
    : plainAuthenticatorData(rpId, authenticator.flags, authenticator.signCount);
}

/** The client's data when they travelled as a template; undefined when they were sent themselves. */
export function clientDataText(authorization: Authorization, origin: string): string | undefined {
  const { clientData, id } = authorization;
  const template = typeof clientData === 'number' ? TEMPLATES[clientData] : undefined;
  return template?.(toBase64url(id), origin);
}

/** The assertion that the passkey made, for one origin of the relying party. */
export function assertionOf(authorization: Authorization, rpId: string, origin: string): Assertion {
  const text = clientDataText(authorization, origin);
  return {
    authenticatorData: authenticatorDataOf(authorization, rpId),
    clientDataJson: text === undefined ? (authorization.clientData as Bytes) : toUtf8(text),
    signature: authorization.signature,
  };
}

export function authorizationToQrText(bytes: Uint8Array): string {
  return AUTHORIZATION_QR_PREFIX + toBase45(bytes);
}

export function authorizationFromQrText(text: string): Outcome<Bytes> {
  if (!text.startsWith(AUTHORIZATION_QR_PREFIX)) return refuse('text_unknown');
  if (text.length > QR_CHARACTERS_MAX) return refuse('bytes_too_long', 'authorization');
  const bytes = fromBase45(text.slice(AUTHORIZATION_QR_PREFIX.length));
  return bytes ? accept(bytes) : refuse('bytes_malformed', 'base45');
}
