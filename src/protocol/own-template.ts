/** Owns Counterfoil's own account template inside a payment request: who is paid, at which server, until when. */
import { fromBase32, toBase32 } from './base32.ts';
import type { Bytes } from './bytes.ts';
import { type EmvObject, valueAt, writeObject } from './emvco.ts';
import { ACCOUNT_ID_LENGTH, SERVER_ID_LENGTH } from './order.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import { OWN_GUID } from './schemes.ts';

export const REQUEST_ID_LENGTH = 10;
export const OWN_TEMPLATE_ID = '26';
/** As in the order: five bytes of seconds reach past the year 36000. */
const VALID_UNTIL_S_MAX = 0xffffffffff;

export type OwnTemplate = {
  readonly payee: Bytes;
  /** The payment server that keeps the payee's account. */
  readonly server: Bytes;
  /** Present exactly when the request is dynamic, which is to say made for one sale. */
  readonly requestId?: Bytes;
  /** Whole seconds since 1970-01-01T00:00Z; only in a dynamic request. */
  readonly validUntilS?: number;
};

/**
 * Refusals: request_payee_malformed, request_server_malformed, request_id_malformed,
 * request_validity_malformed. Unknown sub-objects are left alone: a later version may add some.
 */
export function readOwnTemplate(
  inner: readonly EmvObject[],
  initiation: 'static' | 'dynamic' | undefined,
): Outcome<OwnTemplate> {
  const payee = fromBase32(valueAt(inner, '01') ?? '', ACCOUNT_ID_LENGTH);
  if (!payee) return refuse('request_payee_malformed', '26.01 is not an account id');
  const server = fromBase32(valueAt(inner, '04') ?? '', SERVER_ID_LENGTH);
  if (!server) return refuse('request_server_malformed', '26.04 is not a server id');
  const idText = valueAt(inner, '02');
  const validText = valueAt(inner, '03');
  if (initiation !== 'dynamic') {
    if (idText !== undefined) return refuse('request_id_malformed', '26.02 in a static code');
    if (validText === undefined) return accept({ payee, server });
    return refuse('request_validity_malformed', '26.03 in a static code');
  }
  const requestId = fromBase32(idText ?? '', REQUEST_ID_LENGTH);
  if (!requestId) return refuse('request_id_malformed', '26.02 is not a request id');
  if (validText === undefined) return accept({ payee, server, requestId });
  const validUntilS = Number(validText);
  if (!/^[0-9]{1,13}$/.test(validText) || validUntilS > VALID_UNTIL_S_MAX) {
    return refuse('request_validity_malformed', '26.03 is not a count of seconds');
  }
  return accept({ payee, server, requestId, validUntilS });
}

/** Our template as one object, all upper case so that it fits QR alphanumeric mode. */
export function writeOwnTemplate(template: OwnTemplate): string {
  const { payee, server, requestId, validUntilS } = template;
  const inner =
    writeObject('00', OWN_GUID) +
    writeObject('01', toBase32(payee)) +
    (requestId ? writeObject('02', toBase32(requestId)) : '') +
    (validUntilS === undefined ? '' : writeObject('03', String(validUntilS))) +
    writeObject('04', toBase32(server));
  return writeObject(OWN_TEMPLATE_ID, inner);
}
