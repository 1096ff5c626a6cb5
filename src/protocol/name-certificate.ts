/** Owns the name certificate: the server's word that a payee goes by a name, carried inside their code. */
import { fromBase32, toBase32 } from './base32.ts';
import { type Bytes, concatBytes } from './bytes.ts';
import { type Cbor, encodeCbor } from './cbor.ts';
import { type StatementType, statementSignedBytes } from './cose-sign1.ts';
import { writeObject } from './emvco.ts';
import type { PaymentRequest, RequestObject } from './payment-request.ts';
import { assert } from './refusals.ts';
import { OWN_GUID } from './schemes.ts';

export const NAME_CERTIFICATE_TYPE: StatementType = 'application/counterfoil-payee-name+cbor';
const NAME_CERTIFICATE_VERSION = 1;
const DAY_S = 86_400;
/** key hint 1 ‖ last day 2 ‖ signature 64. */
export const NAME_CERTIFICATE_LENGTH = 67;

/** What is certified, in the spelling of the code (`fitForCode`), so that the code itself says it. */
export type CertifiedName = {
  readonly server: Bytes;
  readonly payee: Bytes;
  readonly name: string;
  readonly city: string;
  readonly country: string;
  readonly category: string;
  /** The last day on which it counts, in days since 1970-01-01, UTC. */
  readonly lastDay: number;
};

/** What travels: the rest of the statement stands in the code already. */
export type NameCertificate = {
  /** The first byte of the id of the server's key. */
  readonly keyHint: number;
  readonly lastDay: number;
  readonly signature: Bytes;
};

export function lastDayEndS(lastDay: number): number {
  return (lastDay + 1) * DAY_S;
}

/** What the server's key signs. */
export function nameSignedBytes(name: CertifiedName, keyId: Uint8Array): Bytes {
  const payload = encodeCbor(
    new Map<number, Cbor>([
      [1, NAME_CERTIFICATE_VERSION],
      [2, name.server],
      [3, name.payee],
      [4, name.name],
      [5, name.city],
      [6, name.country],
      [7, name.category],
      [8, name.lastDay],
    ]),
  );
  return statementSignedBytes(NAME_CERTIFICATE_TYPE, keyId, payload);
}

export function encodeNameCertificate(certificate: NameCertificate): Bytes {
  const { keyHint, lastDay, signature } = certificate;
  const bytes = concatBytes(Uint8Array.of(keyHint, lastDay >> 8, lastDay & 0xff), signature);
  const read = decodeNameCertificate(bytes);
  const same = read?.keyHint === keyHint && read.lastDay === lastDay;
  assert(same, 'a name certificate that we send is one that we would read');
  return bytes;
}

/** Null when it has another length; nothing in it is believed before the signature is verified. */
export function decodeNameCertificate(bytes: Uint8Array): NameCertificate | null {
  if (bytes.length !== NAME_CERTIFICATE_LENGTH) return null;
  const [keyHint = 0, high = 0, low = 0] = bytes;
  return { keyHint, lastDay: high * 256 + low, signature: bytes.slice(3) as Bytes };
}

// An unreserved template holds 99 characters, GUID included, so the text goes in two halves.
const TEMPLATE_IDS = ['80', '81'] as const;
const TEXT_LENGTH = 108;

/** As two unreserved templates of an EMVCo code, in upper case. */
export function writeNameTemplates(certificate: Uint8Array): string {
  const text = toBase32(certificate);
  return TEMPLATE_IDS.map((id, place) => {
    const half = text.slice((place * TEXT_LENGTH) / 2, ((place + 1) * TEXT_LENGTH) / 2);
    return writeObject(id, writeObject('00', OWN_GUID) + writeObject('01', half));
  }).join('');
}

function halfOf(object: RequestObject | undefined): string {
  if (!object || !('fields' in object)) return '';
  const { '00': guid = '', '01': half = '' } = object.fields;
  return guid.toUpperCase() === OWN_GUID ? half : '';
}

/** `malformed`: our templates are there and hold no certificate. Undefined: the code has none. */
export function nameCertificateOf(
  request: PaymentRequest,
): NameCertificate | 'malformed' | undefined {
  const objectAt = (id: string) => request.other.find((object) => object.id === id);
  const text = TEMPLATE_IDS.map((id) => halfOf(objectAt(id))).join('');
  if (text === '') return undefined;
  const bytes = text.length === TEXT_LENGTH ? fromBase32(text, NAME_CERTIFICATE_LENGTH) : null;
  return (bytes && decodeNameCertificate(bytes)) ?? 'malformed';
}

/** What the certificate of this code would have to speak of. */
export function nameOfRequest(
  request: PaymentRequest,
  { lastDay }: NameCertificate,
): CertifiedName | undefined {
  const { counterfoil, merchantName, city, countryCode, merchantCategoryCode } = request;
  if (!counterfoil || !merchantName || !city || !countryCode || !merchantCategoryCode) {
    return undefined;
  }
  return {
    server: counterfoil.server,
    payee: counterfoil.payee,
    name: merchantName,
    city,
    country: countryCode,
    category: merchantCategoryCode,
    lastDay,
  };
}
