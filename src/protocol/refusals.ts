/** Owns every expected "no": its code, its HTTP status and whether it is final. */

const VERDICT = 0;

/**
 * The one refusal table: code → HTTP status, or `VERDICT` for a code that is final: it stands in a
 * signed receipt as the verdict of a payment, for ever. Everything else leaves the payment where it
 * was. Codes are stable: they are wire format, log keys and the keys of the translated texts.
 * Titles stand in refusal-titles.ts: phones have texts of their own and need not carry them.
 */
export const REFUSALS = {
  // Verdicts: only after the authorization's signature has been verified.
  payment_expired: VERDICT,
  own_account: VERDICT,
  payee_unknown: VERDICT,
  payer_frozen: VERDICT,
  payee_frozen: VERDICT,
  amount_zero: VERDICT,
  amount_too_large: VERDICT,
  currency_unknown: VERDICT,
  currency_not_held: VERDICT,
  request_already_paid: VERDICT,
  insufficient_funds: VERDICT,
  balance_overflow: VERDICT,
  valid_too_long: VERDICT,
  allowance_overspent: VERDICT,

  // Refused before a verdict: nothing is stored under the payment's id.
  bytes_malformed: 400,
  bytes_not_canonical: 400,
  bytes_too_long: 413,
  version_unknown: 422,
  wrong_server: 422,
  payer_unknown: 422,
  credential_unknown: 422,
  credential_revoked: 422,
  device_unknown: 422,
  id_conflict: 422,
  // It would be refused, and phones may yet bring the receipt that it got before a restore.
  restored_lately: 422,

  // Checks of a WebAuthn assertion (WebAuthn Level 3 §7.2).
  assertion_type: 422,
  assertion_challenge: 422,
  assertion_origin: 422,
  assertion_cross_origin: 422,
  assertion_relying_party: 422,
  assertion_user_presence: 422,
  assertion_user_verification: 422,
  assertion_backup_flags: 422,
  assertion_algorithm: 422,
  assertion_signature: 422,

  // Receipts and server keys, judged on the phone.
  receipt_not_this_server: 422,
  receipt_altered: 422,
  receipt_other_payment: 422,

  // A counterfoil, judged on the payee's phone.
  not_guaranteed: 422,
  server_key_unknown: 422,
  allowance_altered: 422,
  counterfoil_expired: 422,
  counterfoil_over_cap: 422,
  counterfoil_over_total: 422,
  counterfoil_over_count: 422,
  counterfoil_other_payee: 422,
  counterfoil_other_request: 422,
  counterfoil_other_amount: 422,
  counterfoil_seen: 422,
  clock_doubtful: 422,

  // Asking the server for an allowance.
  allowances_stopped: 409,
  device_frozen: 409,
  device_behind: 409,
  allowances_too_many: 409,
  funds_short: 409,

  // Scanned text (EMVCo merchant-presented mode v1.1).
  text_empty: 400,
  text_too_long: 400,
  text_unknown: 422,
  qr_structure: 422,
  qr_crc: 422,
  qr_presence: 422,
  qr_limit: 422,
  qr_value: 422,
  scheme_not_supported: 422,
  amount_malformed: 422,
  amount_decimals: 422,
  fee_malformed: 422,
  scheme_currency: 422,
  not_a_payment_request: 422,
  request_payee_malformed: 422,
  request_server_malformed: 422,
  request_id_malformed: 422,
  request_validity_malformed: 422,
  link_malformed: 422,
  request_expired: 422,
  wrong_currency: 422,

  // On the device.
  outbox_full: 409,
  already_paying: 409,
  over_balance: 409,
  store_unreadable: 409,
  store_not_saved: 409,
  sequence_taken: 409,
  cancel_too_late: 409,
  approval_cancelled: 409,
  no_account: 409,

  // The HTTP border.
  not_signed_in: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  input_invalid: 400,
  body_too_large: 413,
  media_type: 415,
  request_timeout: 408,
  batch_too_large: 413,
  ceremony_unknown: 400,
  passkey_rejected: 400,
  name_taken: 409,
  too_many_requests: 429,
  overloaded: 503,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<string, number>;

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

/** Whether this code can be the verdict of a payment. */
export function isFinalCode(code: RefusalCode): boolean {
  return REFUSALS[code] === VERDICT;
}

/** HTTP status of an answer that is this refusal and nothing else. */
export function statusOf(code: RefusalCode): number {
  return isFinalCode(code) ? 422 : REFUSALS[code];
}

/** A bug, not a refusal: states what must be true and throws when it is not. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
