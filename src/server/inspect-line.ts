/** Owns what the support desk is told about one line of text: a plain object, and its JSON. */
import {
  type Allowance,
  coverFault,
  decodeAllowance,
  type SignedAllowance,
  validUntilS,
} from '#protocol/allowance.ts';
import { formatMinor } from '#protocol/amount.ts';
import { type Authorization, decodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, fromBase64url, toBase64url, toHex } from '#protocol/bytes.ts';
import { type Counterfoil, decodeCounterfoil } from '#protocol/counterfoil.ts';
import { currencyNumericText, currencyOfNumeric } from '#protocol/currency.ts';
import type { TipOrFee } from '#protocol/payable-total.ts';
import { levelOf, type PaymentRequest, type RequestReading } from '#protocol/payment-request.ts';
import { decodeReceipt, type Receipt } from '#protocol/receipt.ts';
import { REFUSAL_TITLES } from '#protocol/refusal-titles.ts';
import type { Outcome, Refusal } from '#protocol/refusals.ts';
import { readScannedText, type ScannedText } from '#protocol/scanned-text.ts';
import { schemeOf } from '#protocol/schemes.ts';

type Value = string | number | bigint | boolean | undefined | readonly Value[] | Told;
/** What is told; a field that is undefined is left out. */
type Told = { readonly [field: string]: Value };

export type Inspection = Told & {
  readonly kind: string;
  readonly verdict: 'ok' | 'refused';
};

/** JSON on one line. Amounts keep all their digits, which JSON.stringify cannot do. */
export function inspectionJson(value: Value): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (isList(value)) return `[${value.map(inspectionJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `${JSON.stringify(name)}:${inspectionJson(member)}`);
  return `{${members.join(',')}}`;
}

const isList = (value: readonly Value[] | Told): value is readonly Value[] => Array.isArray(value);

export function refusedInspection(kind: string, refusal: Refusal, also: Told = {}): Inspection {
  const { code, detail } = refusal;
  const reason = REFUSAL_TITLES[code];
  return { kind, verdict: 'refused', code, level: levelOf(code), reason, detail, ...also };
}

function tellMoney(numeric: number, amountMinor: bigint): Told {
  const currency = currencyOfNumeric(numeric);
  return {
    amount: currency && formatMinor(amountMinor, currency.exponent),
    amountMinor,
    currency: currencyNumericText(numeric),
    currencyAlpha: currency?.alpha,
  };
}

function tellTipOrFee(tipOrFee: TipOrFee | undefined, exponent: number): Told {
  if (!tipOrFee) return {};
  if (tipOrFee.kind === 'tip-prompt') return { tipIndicator: '01' };
  if (tipOrFee.kind === 'fixed-fee') {
    const { feeMinor } = tipOrFee;
    return {
      tipIndicator: '02',
      fixedFee: formatMinor(feeMinor, exponent),
      fixedFeeMinor: feeMinor,
    };
  }
  const percentageFee = formatMinor(BigInt(tipOrFee.feeHundredths), 2);
  return { tipIndicator: '03', percentageFee };
}

function tellOwn(request: PaymentRequest): Told {
  const own = request.counterfoil;
  if (!own) return { payable: false };
  return {
    payable: true,
    payee: toBase32(own.payee),
    server: toBase32(own.server),
    requestId: own.requestId && toBase32(own.requestId),
    validUntilS: own.validUntilS,
  };
}

const orNothing = <T extends object>(value: T): T | undefined =>
  Object.keys(value).length === 0 ? undefined : value;

/** Field names are those of the published sample codes, tests/vectors/emvco-qr.json. */
function tellRequest(request: PaymentRequest): Told {
  return {
    scheme: request.scheme,
    schemeName: schemeOf(request.scheme).name,
    country: request.countryCode ?? schemeOf(request.scheme).country,
    ...tellOwn(request),
    initiation: request.initiation,
    amount: request.amount,
    amountMinor: request.amountMinor,
    currency: currencyNumericText(request.currency),
    currencyAlpha: request.currencyAlpha,
    ...tellTipOrFee(request.tipOrFee, request.exponent),
    merchantName: request.merchantName,
    city: request.city,
    countryCode: request.countryCode,
    postalCode: request.postalCode,
    merchantCategoryCode: request.merchantCategoryCode,
    ...request.additional,
    additionalOther: orNothing(request.additionalOther),
    local: request.local,
    accounts: request.accounts,
    other: orNothing(request.other),
    strictEmvco: request.strict,
    deviations: orNothing(request.deviations),
  };
}

function inspectRequest(reading: RequestReading): Inspection {
  if (reading.ok) return { kind: 'payment-request', verdict: 'ok', ...tellRequest(reading.value) };
  const { refusal, scheme, countryCode: country } = reading;
  const schemeName = schemeOf(scheme).name;
  return refusedInspection('payment-request', refusal, { scheme, schemeName, country });
}

function tellAuthorization({ id, order, credentialHint }: Authorization): Told {
  return {
    paymentId: toBase64url(id),
    payer: toBase32(order.payer),
    payee: toBase32(order.payee),
    ...tellMoney(order.currency, order.amountMinor),
    tipMinor: order.tipMinor,
    feeMinor: order.feeMinor,
    server: toBase32(order.server),
    device: order.device,
    seq: order.seq,
    authorizedAtS: order.authorizedAtS,
    validUntilS: order.validUntilS,
    once: order.once,
    requestDigest: toHex(order.requestDigest),
    nonce: toHex(order.nonce),
    note: order.note,
    allowance: order.allowance && toHex(order.allowance),
    spentBeforeMinor: order.spentBeforeMinor,
    credentialHint: toHex(credentialHint),
    // Decoding proves nothing: the payer's key is at the server, not here.
    signatureChecked: false,
  };
}

function tellLimits(allowance: Allowance): Told {
  return {
    allowanceTotalMinor: allowance.totalMinor,
    allowanceCapMinor: allowance.capMinor,
    allowanceCountMax: allowance.countMax,
    allowanceFirstSeq: allowance.firstSeq,
    allowanceValidFromS: allowance.validFromS,
    allowanceValidUntilS: validUntilS(allowance),
    point: toHex(allowance.point),
  };
}

function tellCounterfoil({ authorization, allowance, keyHint }: Counterfoil): Told {
  const { order } = authorization;
  return {
    ...tellAuthorization(authorization),
    ...tellLimits(allowance),
    // By its own words: what no clock, no key and no other payment has been asked about.
    coverFault: coverFault(order, allowance),
    serverKeyHint: toHex(Uint8Array.of(keyHint)),
  };
}

function tellAllowance({ allowance, keyId }: SignedAllowance): Told {
  return {
    allowance: toHex(allowance.id),
    account: toBase32(allowance.account),
    ...tellMoney(allowance.currency, allowance.totalMinor),
    server: toBase32(allowance.server),
    device: allowance.device,
    credentialHint: toHex(allowance.credentialHint),
    ...tellLimits(allowance),
    keyId: toHex(keyId),
    signatureChecked: false,
  };
}

function tellReceipt(receipt: Receipt): Told {
  return {
    paymentId: toBase64url(receipt.paymentId),
    receiptVerdict: receipt.verdict,
    receiptCode: receipt.code,
    payer: toBase32(receipt.payer),
    payee: toBase32(receipt.payee),
    ...tellMoney(receipt.currency, receipt.amountMinor),
    server: toBase32(receipt.server),
    settledAtS: receipt.settledAtS,
    transfer: receipt.transfer,
    epoch: receipt.epoch,
    keyId: toHex(receipt.keyId),
    signatureChecked: false,
  };
}

function inspectBytes<T>(
  kind: string,
  bytes: Outcome<Bytes>,
  decode: (bytes: Bytes) => Outcome<T>,
  tell: (value: T) => Told,
): Inspection {
  if (!bytes.ok) return refusedInspection(kind, bytes.refusal);
  const decoded = decode(bytes.value);
  if (!decoded.ok) return refusedInspection(kind, decoded.refusal);
  return { kind, verdict: 'ok', ...tell(decoded.value) };
}

function inspectScanned(scanned: ScannedText): Inspection {
  switch (scanned.kind) {
    case 'payment-request':
      return inspectRequest(scanned.reading);
    case 'authorization':
      return inspectBytes('authorization', scanned.bytes, decodeAuthorization, tellAuthorization);
    case 'receipt':
      return inspectBytes('receipt', scanned.bytes, decodeReceipt, tellReceipt);
    case 'foreign': {
      const { kind: scheme, name: schemeName, country } = scanned.code;
      return refusedInspection('foreign', scanned.refusal, { scheme, schemeName, country });
    }
    case 'counterfoil':
      return inspectBytes('counterfoil', scanned.bytes, decodeCounterfoil, tellCounterfoil);
    case 'part': {
      const { set, place, count } = scanned.part;
      return { kind: 'part', verdict: 'ok', set, place, count };
    }
    case 'unknown':
      return refusedInspection(scanned.kind, scanned.refusal);
  }
}

/** No code carries an allowance alone, but the API answers it, in base64url. */
function inspectAllowance(line: string): Inspection | undefined {
  const bytes = fromBase64url(line.trim());
  const decoded = bytes && decodeAllowance(bytes);
  return decoded?.ok
    ? { kind: 'allowance', verdict: 'ok', ...tellAllowance(decoded.value) }
    : undefined;
}

/** Answers for every line; never throws. */
export function inspectLine(line: string): Inspection {
  const scanned = readScannedText(line);
  const allowance = scanned.kind === 'unknown' ? inspectAllowance(line) : undefined;
  const inspection = allowance ?? inspectScanned(scanned);
  return scanned.via ? { ...inspection, via: scanned.via } : inspection;
}
