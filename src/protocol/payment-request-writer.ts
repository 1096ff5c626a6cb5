/** Owns writing our own payment request as EMVCo text; what it writes, the reader reads back. */
import { checkAmount, formatMinor } from './amount.ts';
import { toUtf8 } from './bytes.ts';
import { crc16Text } from './crc16.ts';
import { type Currency, currencyNumericText, currencyOfNumeric } from './currency.ts';
import {
  AMOUNT_CHARACTERS_MAX,
  CITY_CHARACTERS_MAX,
  LABEL_CHARACTERS_MAX,
  NAME_CHARACTERS_MAX,
} from './emv-rules.ts';
import { characterCount, VALUE_CHARACTERS_MAX, writeObject } from './emvco.ts';
import { writeNameTemplates } from './name-certificate.ts';
import { type OwnTemplate, writeOwnTemplate } from './own-template.ts';
import type { TipOrFee } from './payable-total.ts';
import { readPaymentRequest } from './payment-request.ts';
import { accept, assert, type Outcome, refuse } from './refusals.ts';
import { ADDITIONAL_IDS, type AdditionalFields, isPrintable } from './request-values.ts';

/** With a request id the code is dynamic, for one payment; without, static, to print and reuse. */
export type PaymentRequestDraft = OwnTemplate & {
  /** ISO 4217 numeric code. */
  readonly currency: number;
  /** Absent: the payer is asked. */
  readonly amountMinor?: bigint;
  readonly tipOrFee?: TipOrFee;
  readonly merchantName: string;
  readonly city: string;
  /** ISO 3166 alpha-2. */
  readonly countryCode: string;
  readonly postalCode?: string;
  /** ISO 18245; `0000` when not said. */
  readonly merchantCategoryCode?: string;
  readonly additional?: AdditionalFields;
  readonly local?: { readonly language: string; readonly name: string; readonly city?: string };
  /** For exactly this payee, name, city, country and category (`encodeNameCertificate`). */
  readonly nameCertificate?: Uint8Array;
};

/**
 * A name as it stands in a code: composed (EMVCo counts precomposed letters), trimmed, and in upper
 * case when it is all ASCII, since then the whole code fits QR's alphanumeric mode.
 */
export function textForCode(text: string): string {
  // Firefox's normalize makes U+FFFD of half a surrogate pair, which would hide what is to be refused.
  const whole = /\p{Cs}/u.test(text) ? text : text.normalize('NFC');
  const composed = whole.replace(/\s+/g, ' ').trim();
  return /^[ -~]*$/.test(composed) ? composed.toUpperCase() : composed;
}

/** Shortens a name to what a code can hold, never between a letter and the marks that belong to it. */
export function fitForCode(text: string, charactersMax: number): string {
  const points = [...textForCode(text)];
  if (points.length <= charactersMax) return points.join('');
  let end = charactersMax;
  while (end > 0 && /^[\p{M}\u200c\u200d]$/u.test(points[end] ?? '')) end--;
  // Once more: what is left may be all ASCII.
  return textForCode(points.slice(0, end || charactersMax).join(''));
}

class Writer {
  private text = '';
  private fault: Outcome<never> | undefined;

  /** Adds an object; the first that cannot be written decides the refusal. */
  put(id: string, value: string | undefined, charactersMax = VALUE_CHARACTERS_MAX): this {
    if (value === undefined || this.fault) return this;
    const count = characterCount(value);
    if (count === 0) this.fault = refuse('qr_presence', `${id} is empty`);
    else if (count > charactersMax) this.fault = refuse('qr_limit', `${id} over ${charactersMax}`);
    else if (!isPrintable(value)) this.fault = refuse('qr_value', `${id} cannot be shown`);
    else this.text += writeObject(id, value);
    return this;
  }

  template(id: string, fill: (inner: Writer) => Writer): this {
    const inner = fill(new Writer()).done();
    if (inner.ok) return this.put(id, inner.value || undefined);
    this.fault ??= inner;
    return this;
  }

  raw(text: string): this {
    this.text += text;
    return this;
  }

  done(): Outcome<string> {
    return this.fault ?? accept(this.text);
  }
}

/** Shortest form that fits: 13 characters hold fewer digits than a wallet may ask. */
function amountText(minor: bigint, exponent: number): Outcome<string> {
  const amount = checkAmount(minor);
  if (!amount.ok) return amount;
  const full = formatMinor(minor, exponent);
  const text =
    full.length > AMOUNT_CHARACTERS_MAX && exponent > 0 ? full.replace(/\.?0+$/, '') : full;
  return text.length > AMOUNT_CHARACTERS_MAX ? refuse('amount_too_large', '54') : accept(text);
}

function writeTipOrFee(
  writer: Writer,
  tipOrFee: TipOrFee | undefined,
  exponent: number,
): Outcome<Writer> {
  if (!tipOrFee) return accept(writer);
  if (tipOrFee.kind === 'tip-prompt') return accept(writer.put('55', '01'));
  if (tipOrFee.kind === 'fixed-fee') {
    const fee = amountText(tipOrFee.feeMinor, exponent);
    if (!fee.ok) return refuse('fee_malformed', `56: ${fee.refusal.code}`);
    return accept(writer.put('55', '02').put('56', fee.value));
  }
  const hundredths = tipOrFee.feeHundredths;
  if (!Number.isInteger(hundredths) || hundredths < 1 || hundredths > 9_999) {
    return refuse('fee_malformed', '57 is not between 0.01 and 99.99');
  }
  return accept(writer.put('55', '03').put('57', formatMinor(BigInt(hundredths), 2)));
}

function writeBody(draft: PaymentRequestDraft, currency: Currency): Outcome<Writer> {
  const writer = new Writer();
  writer
    .put('00', '01')
    .put('01', draft.requestId ? '12' : '11')
    .raw(writeOwnTemplate(draft));
  writer.put('52', draft.merchantCategoryCode ?? '0000');
  writer.put('53', currencyNumericText(currency.numeric));
  if (draft.amountMinor !== undefined) {
    const amount = amountText(draft.amountMinor, currency.exponent);
    if (!amount.ok) return amount;
    writer.put('54', amount.value);
  }
  const tipped = writeTipOrFee(writer, draft.tipOrFee, currency.exponent);
  if (!tipped.ok) return tipped;
  writer
    .put('58', draft.countryCode.toUpperCase())
    .put('59', textForCode(draft.merchantName), NAME_CHARACTERS_MAX)
    .put('60', textForCode(draft.city), CITY_CHARACTERS_MAX)
    .put('61', draft.postalCode && textForCode(draft.postalCode), 10);
  const { additional = {}, local } = draft;
  writer.template('62', (inner) => {
    for (const [name, id] of Object.entries(ADDITIONAL_IDS)) {
      const value = additional[name as keyof AdditionalFields];
      inner.put(id, value && textForCode(value), LABEL_CHARACTERS_MAX);
    }
    return inner;
  });
  if (local) {
    writer.template('64', (inner) =>
      inner
        .put('00', local.language.toUpperCase())
        .put('01', textForCode(local.name), NAME_CHARACTERS_MAX)
        .put('02', local.city && textForCode(local.city), CITY_CHARACTERS_MAX),
    );
  }
  if (draft.nameCertificate) writer.raw(writeNameTemplates(draft.nameCertificate));
  return accept(writer);
}

/**
 * Writes the code's text. Refusals: currency_unknown, amount_zero, amount_too_large, fee_malformed,
 * qr_presence (an empty part), qr_limit (a part too long: see `fitForCode`), qr_value.
 */
export function writePaymentRequest(draft: PaymentRequestDraft): Outcome<string> {
  assert(
    draft.requestId !== undefined || draft.validUntilS === undefined,
    'a static code does not end',
  );
  const currency = currencyOfNumeric(draft.currency);
  if (!currency) return refuse('currency_unknown', `currency ${draft.currency}`);
  const body = writeBody(draft, currency);
  if (!body.ok) return body;
  const written = body.value.done();
  if (!written.ok) return written;
  const checked = `${written.value}6304`;
  const text = checked + crc16Text(toUtf8(checked));
  // The reader is the judge: what it would refuse, we do not print.
  const reading = readPaymentRequest(text);
  return reading.ok ? accept(text) : { ok: false, refusal: reading.refusal };
}
