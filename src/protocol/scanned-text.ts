/** Owns the first look at any scanned, pasted or shared text: what it is, not whether it can be paid. */
import { AUTHORIZATION_QR_PREFIX, authorizationFromQrText } from './authorization.ts';
import { type Bytes, fromBase64url } from './bytes.ts';
import { type CodePart, PART_PREFIX, readPart } from './code-parts.ts';
import { COUNTERFOIL_QR_PREFIX, counterfoilFromQrText } from './counterfoil.ts';
import { type ForeignCode, readForeignCode } from './foreign-codes.ts';
import { codeInFragment, isPayLink, readPayLink } from './pay-link.ts';
import { type RequestReading, readPaymentRequest } from './payment-request.ts';
import { RECEIPT_QR_PREFIX, receiptFromQrText } from './receipt.ts';
import { type Outcome, type Refusal, refuse } from './refusals.ts';

export const SCANNED_CHARACTERS_MAX = 4096;

/** How the text came, where it did not stand alone. */
export type Carrier = 'pay-link' | 'url-fragment';

type Carried = { readonly via?: Carrier };

export type ScannedText = Carried &
  (
    | { readonly kind: 'payment-request'; readonly reading: RequestReading }
    /** Bytes as carried: decode them before believing the kind. */
    | { readonly kind: 'authorization'; readonly bytes: Outcome<Bytes> }
    | { readonly kind: 'receipt'; readonly bytes: Outcome<Bytes> }
    | { readonly kind: 'counterfoil'; readonly bytes: Outcome<Bytes> }
    /** One of several codes that make a text together. */
    | { readonly kind: 'part'; readonly part: CodePart }
    | { readonly kind: 'foreign'; readonly code: ForeignCode; readonly refusal: Refusal }
    | { readonly kind: 'unknown'; readonly refusal: Refusal }
  );

/**
 * Whether a text means to be an EMVCo code, however damaged: it begins as one, it ends in a check
 * sum object, or it is one object after another to its end but for its tags.
 */
function looksLikeEmvco(text: string): boolean {
  if (/^00[0-9]{2}/.test(text) || /6304[0-9A-Fa-f]{4}$/.test(text)) return true;
  let at = 0;
  while (at < text.length) {
    const size = /^[0-9A-Za-z]{2}([0-9]{2})/.exec(text.slice(at, at + 4))?.[1];
    if (size === undefined || size === '00') return false;
    at += 4 + Number(size);
  }
  return at > 0 && at === text.length;
}

/** First byte of the CBOR arrays that an authorization (5 items) and a receipt (2 items) are. */
const AUTHORIZATION_HEAD = 0x85;
const RECEIPT_HEAD = 0x82;
const BARE_BYTES_MIN = 64;

function readBareBytes(text: string): ScannedText | undefined {
  const bytes = /^[\w-]+$/.test(text) ? fromBase64url(text) : null;
  if (!bytes || bytes.length < BARE_BYTES_MIN) return undefined;
  if (bytes[0] === AUTHORIZATION_HEAD) {
    return { kind: 'authorization', bytes: { ok: true, value: bytes } };
  }
  if (bytes[0] !== RECEIPT_HEAD) return undefined;
  return { kind: 'receipt', bytes: { ok: true, value: bytes } };
}

function unknown(refused: { readonly refusal: Refusal }): ScannedText {
  return { kind: 'unknown', refusal: refused.refusal };
}

function readPlain(text: string): ScannedText {
  if (text.startsWith(AUTHORIZATION_QR_PREFIX)) {
    return { kind: 'authorization', bytes: authorizationFromQrText(text) };
  }
  if (text.startsWith(RECEIPT_QR_PREFIX)) {
    return { kind: 'receipt', bytes: receiptFromQrText(text) };
  }
  if (text.startsWith(COUNTERFOIL_QR_PREFIX)) {
    return { kind: 'counterfoil', bytes: counterfoilFromQrText(text) };
  }
  const part = text.startsWith(PART_PREFIX) && readPart(text);
  if (part) return { kind: 'part', part };
  const code = readForeignCode(text);
  if (code) {
    return { kind: 'foreign', code, refusal: refuse('scheme_not_supported', code.name).refusal };
  }
  if (looksLikeEmvco(text)) return { kind: 'payment-request', reading: readPaymentRequest(text) };
  return readBareBytes(text) ?? unknown(refuse('text_unknown'));
}

const CARRIERS_MAX = 3;

/**
 * Tells what a text is. Answers for every string and never throws; blanks around it are dropped. A
 * protocol handler wraps one pay link in another, so a few layers are unwrapped.
 */
export function readScannedText(scanned: string): ScannedText {
  let text = scanned.trim();
  let via: Carrier | undefined;
  if (text === '') return unknown(refuse('text_empty'));
  // In UTF-16 units: no text of this many code points is shorter.
  if (text.length > 2 * SCANNED_CHARACTERS_MAX || [...text].length > SCANNED_CHARACTERS_MAX) {
    return unknown(refuse('text_too_long', `over ${SCANNED_CHARACTERS_MAX} characters`));
  }
  for (let layer = 0; isPayLink(text); layer++) {
    const carried = readPayLink(text);
    if (!carried.ok) return { ...unknown(carried), via: 'pay-link' };
    if (layer === CARRIERS_MAX) return unknown(refuse('link_malformed', 'links inside links'));
    text = carried.value;
    via = 'pay-link';
  }
  const fragment = codeInFragment(text);
  if (fragment !== undefined) return { ...readPlain(fragment), via: 'url-fragment' };
  return via ? { ...readPlain(text), via } : readPlain(text);
}
