/** Owns reading a payment request: EMVCo merchant-presented text in, typed request or refusal out. */
import { checkLimits, checkPresence, type EmvField, isAccount } from './emv-rules.ts';
import { characterCount, type EmvObject, valueAt } from './emvco.ts';
import { type OwnTemplate, readOwnTemplate } from './own-template.ts';
import type { TipOrFee } from './payable-total.ts';
import { accept, type Outcome, type Refusal, type RefusalCode, refuse } from './refusals.ts';
import { checkSumFault, readStructure, type Structure } from './request-structure.ts';
import {
  ADDITIONAL_IDS,
  type AdditionalFields,
  type RequestValues,
  readValues,
} from './request-values.ts';
import {
  GENERIC_SCHEME,
  isOwnAccount,
  OWN_SCHEME,
  type Scheme,
  SLIP_SCHEME,
  schemeOf,
} from './schemes.ts';

export const REQUEST_CHARACTERS_MAX = 4096;

/** How bad a refused code is: the first of these that it fails. */
export type RefusalLevel = 'structure' | 'crc' | 'presence' | 'limit' | 'value' | 'scheme';

export type TemplateFields = Readonly<Record<string, string>>;
/** An account (02–51) or another object (65–99): a template's fields, or the bare value. */
export type RequestObject =
  | { readonly id: string; readonly fields: TemplateFields }
  | { readonly id: string; readonly value: string };

/** A payment request as read. Nothing in it is trusted: anybody can print a code. */
export type PaymentRequest = {
  /** Exactly what was read: an order is bound to it by its digest. */
  readonly text: string;
  readonly scheme: string;
  /** Meets every rule of EMVCo; otherwise `deviations` says where its scheme departs. */
  readonly strict: boolean;
  readonly deviations: readonly string[];
  /** Absent: the code does not say. Static codes are reused, dynamic ones are for one payment. */
  readonly initiation?: 'static' | 'dynamic';
  /** As written, and in minor units; absent when the payer is to be asked. */
  readonly amount?: string;
  readonly amountMinor?: bigint;
  /** ISO 4217 numeric code. */
  readonly currency: number;
  readonly currencyAlpha: string;
  readonly exponent: number;
  readonly tipOrFee?: TipOrFee;
  readonly countryCode?: string;
  readonly merchantName?: string;
  readonly city?: string;
  readonly postalCode?: string;
  readonly merchantCategoryCode?: string;
  readonly additional: AdditionalFields;
  /** Other sub-objects of 62 by id, as written. */
  readonly additionalOther: TemplateFields;
  readonly local?: { readonly language: string; readonly name: string; readonly city?: string };
  readonly accounts: readonly RequestObject[];
  readonly other: readonly RequestObject[];
  /** Present exactly when Counterfoil can pay it. */
  readonly counterfoil?: OwnTemplate;
};

/** A refused code still says whose it is, as far as it could be read. */
export type RequestReading =
  | { readonly ok: true; readonly value: PaymentRequest }
  | {
      readonly ok: false;
      readonly refusal: Refusal;
      readonly scheme: string;
      readonly countryCode?: string;
    };

const LEVELS: { readonly [code in RefusalCode]?: RefusalLevel } = {
  text_empty: 'structure',
  text_too_long: 'limit',
  text_unknown: 'structure',
  link_malformed: 'structure',
  qr_structure: 'structure',
  qr_crc: 'crc',
  qr_presence: 'presence',
  qr_limit: 'limit',
  scheme_not_supported: 'scheme',
  scheme_currency: 'scheme',
  not_a_payment_request: 'scheme',
  bytes_malformed: 'structure',
  bytes_not_canonical: 'structure',
  bytes_too_long: 'limit',
};

export function levelOf(code: RefusalCode): RefusalLevel {
  return LEVELS[code] ?? 'value';
}

const named = (inner: readonly EmvObject[]): TemplateFields =>
  Object.fromEntries(inner.map(({ id, value }) => [id, value]));

const plain = ({ id, value, inner }: EmvField): RequestObject =>
  inner ? { id, fields: named(inner) } : { id, value };

function readAdditional(
  inner: readonly EmvObject[],
): Pick<PaymentRequest, 'additional' | 'additionalOther'> {
  const additional: { [name: string]: string } = {};
  const other: EmvObject[] = [];
  const names = new Map(Object.entries(ADDITIONAL_IDS).map(([name, id]) => [id, name]));
  for (const object of inner) {
    // 62.00, where it stands, is the GUID of a scheme's own use of the template.
    if (object.id === '00') continue;
    const name = names.get(object.id);
    if (name) additional[name] = object.value;
    else other.push(object);
  }
  return { additional, additionalOther: named(other) };
}

function readLocal(inner: readonly EmvObject[] | undefined): PaymentRequest['local'] {
  const language = valueAt(inner ?? [], '00');
  const name = valueAt(inner ?? [], '01');
  const city = valueAt(inner ?? [], '02');
  return language && name ? { language, name, ...(city && { city }) } : undefined;
}

function requestOf(
  text: string,
  slug: string,
  fields: readonly EmvField[],
  values: RequestValues,
  deviations: readonly string[],
): PaymentRequest {
  const { currency, ...rest } = values;
  const merchantName = valueAt(fields, '59');
  const city = valueAt(fields, '60');
  const postalCode = valueAt(fields, '61');
  const innerOf = (id: string) => fields.find((field) => field.id === id)?.inner;
  const local = readLocal(innerOf('64'));
  return {
    ...rest,
    text,
    scheme: slug,
    strict: deviations.length === 0,
    deviations,
    currency: currency.numeric,
    currencyAlpha: currency.alpha,
    exponent: currency.exponent,
    ...(merchantName && { merchantName }),
    ...(city && { city }),
    ...(postalCode && { postalCode }),
    ...readAdditional(innerOf('62') ?? []),
    ...(local && { local }),
    accounts: fields.filter(({ id }) => isAccount(id)).map(plain),
    other: fields.filter(({ id }) => id >= '65').map(plain),
  };
}

/** Rules of the scheme itself, and all of our own. */
function checkScheme(
  slug: string,
  fields: readonly EmvField[],
  values: RequestValues,
): Outcome<OwnTemplate | undefined> {
  if (slug === OWN_SCHEME) {
    const own = fields.find(isOwnAccount);
    return readOwnTemplate(own?.inner ?? [], values.initiation);
  }
  const { currencies, name } = schemeOf(slug);
  if (currencies && !currencies.includes(values.currency.numeric)) {
    return refuse('scheme_currency', `${name} does not pay in ${values.currency.alpha}`);
  }
  return accept(undefined);
}

function judge(text: string, structure: Structure): Outcome<PaymentRequest> {
  const { fields, fault, scheme: slug } = structure;
  const scheme: Scheme = schemeOf(slug);
  if (slug === SLIP_SCHEME) return refuse('not_a_payment_request', 'a payment-slip code');
  if (fault !== undefined) return refuse('qr_structure', fault);
  const sumFault = checkSumFault(text, scheme);
  if (sumFault) return refuse('qr_crc', sumFault);
  const overLimit = checkLimits(fields);
  if (overLimit) return { ok: false, refusal: overLimit };
  const presence = checkPresence(fields, scheme);
  if (presence.refusal) return { ok: false, refusal: presence.refusal };
  const values = readValues(text, fields, scheme);
  if (!values.ok) return values;
  const own = checkScheme(slug, fields, values.value);
  if (!own.ok) return own;
  const lengths = structure.unit === 'bytes' ? ['lengths count bytes'] : [];
  const deviations = [...lengths, ...presence.deviations, ...values.value.deviations];
  const request = requestOf(text, slug, fields, values.value, deviations);
  return accept(own.value ? { ...request, counterfoil: own.value } : request);
}

/**
 * Reads the text of a code, exactly as scanned. Checks structure, check sum, lengths, presence, values
 * and the scheme's rules, in this order, and refuses by the first that fails. A code of another
 * scheme is read too: naming it is more use to a person than "broken".
 */
export function readPaymentRequest(text: string): RequestReading {
  if (characterCount(text.slice(0, 2 * REQUEST_CHARACTERS_MAX + 1)) > REQUEST_CHARACTERS_MAX) {
    return { ...refuse('text_too_long'), scheme: GENERIC_SCHEME };
  }
  const structure = readStructure(text);
  const outcome = judge(text, structure);
  if (outcome.ok) return outcome;
  const stated = valueAt(structure.objects, '58')?.toUpperCase() ?? '';
  const country = /^[A-Z]{2}$/.test(stated) ? stated : schemeOf(structure.scheme).country;
  const { refusal } = outcome;
  return { ok: false, refusal, scheme: structure.scheme, ...(country && { countryCode: country }) };
}
