/** Owns what follows from a scanned, pasted or shared text: where to go, or why not. Pure. */
import type { Bytes } from '#protocol/bytes.ts';
import type { CodePart } from '#protocol/code-parts.ts';
import { PAY_PARAMETER, PAY_PATH } from '#protocol/pay-link.ts';
import type { RequestReading } from '#protocol/payment-request.ts';
import type { Outcome, RefusalCode } from '#protocol/refusals.ts';
import { readScannedText } from '#protocol/scanned-text.ts';
import { GENERIC_SCHEME, OWN_SCHEME, schemeOf } from '#protocol/schemes.ts';

export type Finding =
  /** A request this wallet can look at: the address of its review. */
  | { readonly kind: 'pay'; readonly address: string }
  /** Somebody shows their proof of a payment. */
  | { readonly kind: 'receipt'; readonly bytes: Bytes }
  /** Somebody without network shows a promise, to be carried to the server. */
  | { readonly kind: 'authorization'; readonly bytes: Bytes }
  /** The same with the allowance that covers it. */
  | { readonly kind: 'counterfoil'; readonly bytes: Bytes }
  /** One of several codes that make a text together. */
  | { readonly kind: 'part'; readonly part: CodePart }
  | {
      readonly kind: 'refused';
      readonly code: RefusalCode;
      /** Whose code it is, in its own name, and who is paid with it. */
      readonly scheme?: string;
      readonly payee?: string;
    };

function ofBytes(
  kind: 'receipt' | 'authorization' | 'counterfoil',
  bytes: Outcome<Bytes>,
): Finding {
  return bytes.ok ? { kind, bytes: bytes.value } : { kind: 'refused', code: bytes.refusal.code };
}

function ofRequest(reading: RequestReading): Finding {
  const slug = reading.ok ? reading.value.scheme : reading.scheme;
  const named = slug !== OWN_SCHEME && slug !== GENERIC_SCHEME;
  const scheme = named ? { scheme: schemeOf(slug).name } : {};
  if (!reading.ok) return { kind: 'refused', code: reading.refusal.code, ...scheme };
  const { text, counterfoil, merchantName } = reading.value;
  if (counterfoil) {
    return { kind: 'pay', address: `${PAY_PATH}?${PAY_PARAMETER}=${encodeURIComponent(text)}` };
  }
  const payee = merchantName ? { payee: merchantName } : {};
  return { kind: 'refused', code: 'scheme_not_supported', ...scheme, ...payee };
}

/** Enough for a day's list; more is pasted in pieces. */
const LINES_MAX = 200;

/** What of ours stands alone on a line: an exported list is many of these. */
const OWN_LINE = /^CF[ACR]:/;

/** The lines of a pasted list; undefined where the text is one code, as nearly every text is. */
export function codeLines(text: string): readonly string[] | undefined {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => OWN_LINE.test(line))
    .slice(0, LINES_MAX);
  return lines.length > 1 ? lines : undefined;
}

export function findingOf(text: string): Finding {
  const scanned = readScannedText(text);
  switch (scanned.kind) {
    case 'payment-request':
      return ofRequest(scanned.reading);
    case 'receipt':
    case 'authorization':
      return ofBytes(scanned.kind, scanned.bytes);
    case 'foreign':
      return { kind: 'refused', code: scanned.refusal.code, scheme: scanned.code.name };
    case 'counterfoil':
      return ofBytes('counterfoil', scanned.bytes);
    case 'part':
      return { kind: 'part', part: scanned.part };
    case 'unknown':
      return { kind: 'refused', code: scanned.refusal.code };
  }
}
