// Owns how the name certificates of our vectors are made, and the codes that carry them.
import { toUtf8 } from '#protocol/bytes.ts';
import { crc16Text } from '#protocol/crc16.ts';
import {
  type CertifiedName,
  encodeNameCertificate,
  nameSignedBytes,
} from '#protocol/name-certificate.ts';
import { type PaymentRequestDraft, writePaymentRequest } from '#protocol/payment-request-writer.ts';
import { signEs256 } from './deterministic-es256.ts';
import { TYPICAL } from './make-orders.ts';
import { bytesFrom, PAYEE, SERVER, SERVER_KEY } from './test-keys.ts';

export const TODAY = TYPICAL.authorizedAtS / 86_400;

export const NAME: CertifiedName = {
  server: SERVER,
  payee: PAYEE,
  name: 'AMINA’S STALL',
  city: 'MOMBASA',
  country: 'KE',
  category: '5499',
  lastDay: TODAY + 90,
};

/** The certificate's bytes, of the name with changes. */
export function certificateOf(
  changes: Partial<CertifiedName> = {},
  key: Pick<typeof SERVER_KEY, 'keyId' | 'secret'> = SERVER_KEY,
): Uint8Array<ArrayBuffer> {
  const name = { ...NAME, ...changes };
  const signature = signEs256(key.secret, nameSignedBytes(name, key.keyId));
  return encodeNameCertificate({ keyHint: key.keyId[0] ?? 0, lastDay: name.lastDay, signature });
}

/** The code of NAME's payee for one sale of 12.50 EUR. */
export function codeWith(
  certificate: Uint8Array | undefined,
  changes: Partial<PaymentRequestDraft> = {},
): string {
  const text = writePaymentRequest({
    payee: NAME.payee,
    server: NAME.server,
    requestId: bytesFrom('request', 10),
    validUntilS: TYPICAL.authorizedAtS + 900,
    currency: 978,
    amountMinor: 1250n,
    merchantName: NAME.name,
    city: NAME.city,
    countryCode: NAME.country,
    merchantCategoryCode: NAME.category,
    ...(certificate && { nameCertificate: certificate }),
    ...changes,
  });
  if (!text.ok) throw new Error(text.refusal.code);
  return text.value;
}

/** A text changed by hand, its check sum made right again. */
export function resealed(text: string, change: (body: string) => string): string {
  const body = `${change(text.slice(0, -8))}6304`;
  return body + crc16Text(toUtf8(body));
}
