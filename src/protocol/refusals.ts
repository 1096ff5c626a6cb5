/** Owns every expected "no": its code, its words, its HTTP status and whether it is final. */

type Row = { readonly title: string; readonly status: number; readonly final: boolean };

/**
 * The one refusal table. `final` means: this can stand in a signed receipt as the verdict of a
 * payment, for ever. Everything else leaves the payment where it was.
 * Codes are stable: they are wire format, log keys and the keys of the translated texts.
 */
export const REFUSALS = {
  // Verdicts: only after the authorization's signature has been verified.
  payment_expired: { title: 'The time to pay had passed', status: 422, final: true },
  own_account: { title: 'Payer and payee are the same account', status: 422, final: true },
  payee_unknown: { title: 'No such payee at this server', status: 422, final: true },
  payer_frozen: { title: 'The payer’s account is frozen', status: 422, final: true },
  payee_frozen: { title: 'The payee’s account is frozen', status: 422, final: true },
  amount_zero: { title: 'The amount is zero', status: 422, final: true },
  amount_too_large: { title: 'The amount is larger than can be paid', status: 422, final: true },
  currency_unknown: { title: 'Unknown currency', status: 422, final: true },
  currency_not_held: {
    title: 'The payer holds no money in this currency',
    status: 422,
    final: true,
  },
  request_already_paid: {
    title: 'This payment request has been paid already',
    status: 422,
    final: true,
  },
  insufficient_funds: { title: 'The balance does not cover the amount', status: 422, final: true },
  balance_overflow: { title: 'The payee’s balance would overflow', status: 422, final: true },
  valid_too_long: { title: 'The order claims to be valid for too long', status: 422, final: true },

  // Refused before a verdict: nothing is stored under the payment's id.
  bytes_malformed: { title: 'These bytes cannot be read', status: 400, final: false },
  bytes_not_canonical: {
    title: 'These bytes are not in canonical form',
    status: 400,
    final: false,
  },
  bytes_too_long: { title: 'Too many bytes', status: 413, final: false },
  version_unknown: { title: 'Made by a newer version', status: 422, final: false },
  wrong_server: { title: 'Meant for another payment server', status: 422, final: false },
  payer_unknown: { title: 'No such payer at this server', status: 422, final: false },
  credential_unknown: { title: 'No such passkey for this payer', status: 422, final: false },
  credential_revoked: { title: 'This passkey has been revoked', status: 422, final: false },
  device_unknown: { title: 'No such device for this payer', status: 422, final: false },
  id_conflict: { title: 'This id is known with other bytes', status: 422, final: false },

  // Checks of a WebAuthn assertion (WebAuthn Level 3 §7.2).
  assertion_type: { title: 'The approval is not an approval', status: 422, final: false },
  assertion_challenge: { title: 'The approval is for another payment', status: 422, final: false },
  assertion_origin: { title: 'The approval was made on another site', status: 422, final: false },
  assertion_cross_origin: {
    title: 'The approval was made inside another site',
    status: 422,
    final: false,
  },
  assertion_relying_party: {
    title: 'The approval is for another service',
    status: 422,
    final: false,
  },
  assertion_user_presence: { title: 'Nobody was present to approve', status: 422, final: false },
  assertion_user_verification: {
    title: 'The person was not verified by fingerprint, face or PIN',
    status: 422,
    final: false,
  },
  assertion_backup_flags: { title: 'The passkey contradicts itself', status: 422, final: false },
  assertion_algorithm: { title: 'Unsupported signature algorithm', status: 422, final: false },
  assertion_signature: { title: 'The signature does not match', status: 422, final: false },

  // Receipts and server keys, judged on the phone.
  receipt_not_this_server: { title: 'Not a receipt of this server', status: 422, final: false },
  receipt_altered: { title: 'The receipt has been altered', status: 422, final: false },
  receipt_other_payment: { title: 'The receipt is for another payment', status: 422, final: false },

  // Scanned text (EMVCo merchant-presented mode v1.1).
  text_empty: { title: 'Nothing to read', status: 400, final: false },
  text_too_long: { title: 'The text is too long', status: 400, final: false },
  text_unknown: { title: 'Not a payment code', status: 422, final: false },
  qr_structure: { title: 'The code is damaged', status: 422, final: false },
  qr_crc: {
    title: 'The code is damaged: its check digits do not match',
    status: 422,
    final: false,
  },
  qr_presence: { title: 'The code lacks a required part', status: 422, final: false },
  qr_limit: { title: 'A part of the code is too long', status: 422, final: false },
  qr_value: { title: 'A part of the code has an impossible value', status: 422, final: false },
  scheme_not_supported: { title: 'A code of another payment scheme', status: 422, final: false },
  amount_malformed: { title: 'The amount cannot be read', status: 422, final: false },
  amount_decimals: {
    title: 'The amount has more decimals than its currency',
    status: 422,
    final: false,
  },
  fee_malformed: { title: 'The tip or fee in the code cannot be read', status: 422, final: false },
  scheme_currency: {
    title: 'This payment scheme does not use this currency',
    status: 422,
    final: false,
  },
  not_a_payment_request: {
    title: 'Proof of a payment, not a request to pay',
    status: 422,
    final: false,
  },
  request_payee_malformed: { title: 'The code does not name a payee', status: 422, final: false },
  request_server_malformed: {
    title: 'The code does not name its payment server',
    status: 422,
    final: false,
  },
  request_id_malformed: {
    title: 'The code’s request number cannot be read',
    status: 422,
    final: false,
  },
  request_validity_malformed: {
    title: 'The code’s last date cannot be read',
    status: 422,
    final: false,
  },
  link_malformed: { title: 'The link carries no payment request', status: 422, final: false },
  request_expired: { title: 'The payment request has expired', status: 422, final: false },
  wrong_currency: {
    title: 'The code asks for a currency you do not hold',
    status: 422,
    final: false,
  },

  // On the device.
  outbox_full: { title: 'Too many payments are waiting', status: 409, final: false },
  already_paying: { title: 'This request is being paid already', status: 409, final: false },
  over_balance: { title: 'More than your balance', status: 409, final: false },
  store_unreadable: { title: 'The storage cannot be read', status: 409, final: false },
  store_not_saved: { title: 'The payment could not be saved', status: 409, final: false },
  sequence_taken: { title: 'Another tab paid at the same moment', status: 409, final: false },
  cancel_too_late: { title: 'The payment has already been sent', status: 409, final: false },
  approval_cancelled: { title: 'The approval was cancelled', status: 409, final: false },
  no_account: { title: 'No wallet on this device yet', status: 409, final: false },

  // The HTTP border.
  not_signed_in: { title: 'Sign in first', status: 401, final: false },
  forbidden: { title: 'Not allowed', status: 403, final: false },
  not_found: { title: 'There is nothing here', status: 404, final: false },
  method_not_allowed: { title: 'Not offered here', status: 405, final: false },
  input_invalid: { title: 'The input is not valid', status: 400, final: false },
  body_too_large: { title: 'The body is too large', status: 413, final: false },
  media_type: { title: 'Unsupported media type', status: 415, final: false },
  batch_too_large: { title: 'Too many payments at once', status: 413, final: false },
  ceremony_unknown: { title: 'This sign-in has expired, start again', status: 400, final: false },
  passkey_rejected: { title: 'The passkey was not accepted', status: 400, final: false },
  name_taken: { title: 'This name is taken', status: 409, final: false },
  too_many_requests: { title: 'Too many requests', status: 429, final: false },
  overloaded: { title: 'The server is busy', status: 503, final: false },
  unavailable: { title: 'The server cannot answer now', status: 503, final: false },
  internal: { title: 'Something broke at the server', status: 500, final: false },
} as const satisfies Record<string, Row>;

export type RefusalCode = keyof typeof REFUSALS;

/** An expected no. `detail` is for logs and support, in English; people read the text of `code`. */
export type Refusal = { readonly code: RefusalCode; readonly detail?: string };

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export function accept<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refuse(
  code: RefusalCode,
  detail?: string,
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: detail === undefined ? { code } : { code, detail } };
}

export function isRefusalCode(text: string): text is RefusalCode {
  return Object.hasOwn(REFUSALS, text);
}

/** A bug, not a refusal: states what must be true and throws when it is not. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
