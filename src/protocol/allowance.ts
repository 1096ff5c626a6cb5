/** Owns the allowance: the server's signed word that funds are set aside for one device's offline payments. */
import { CREDENTIAL_HINT_LENGTH } from './authorization.ts';
import { type Bytes, equalBytes } from './bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { bytesOf, countOf, type Fields, wholeOf } from './cbor-fields.ts';
import { encodeSign1, readSign1, type StatementType, statementSignedBytes } from './cose-sign1.ts';
import {
  ACCOUNT_ID_LENGTH,
  ALLOWANCE_ID_LENGTH,
  type Order,
  SERVER_ID_LENGTH,
  WIRE_AMOUNT_MAX,
} from './order.ts';
import { COMPRESSED_POINT_LENGTH, compressPoint, decompressPoint } from './p256-point.ts';
import { accept, assert, type Outcome, type RefusalCode, refuse } from './refusals.ts';

export const ALLOWANCE_VERSION = 1;
export const ALLOWANCE_BYTES_MAX = 512;
export const ALLOWANCE_TYPE: StatementType = 'application/counterfoil-allowance+cbor';
const HOURS_MAX = 366 * 24;
const COUNT_MAX = 0xffff;

export type Allowance = {
  readonly server: Bytes;
  readonly account: Bytes;
  /** Number of the device within the account, as its orders carry it. */
  readonly device: number;
  /** 8 random bytes; an order that draws on the allowance repeats them. */
  readonly id: Bytes;
  /** As the authorizations of the passkey carry it, so that no byte of a counterfoil is unsigned. */
  readonly credentialHint: Bytes;
  /** The passkey's public key, x ‖ y, 64 bytes: who has no network needs no other. */
  readonly point: Bytes;
  readonly currency: number;
  /** All orders together may spend this much. */
  readonly totalMinor: bigint;
  /** One order may spend this much. */
  readonly capMinor: bigint;
  /** The hard limit: orders with seq in [firstSeq, firstSeq + countMax). */
  readonly countMax: number;
  readonly firstSeq: number;
  /** Seconds since 1970, by the server's clock. */
  readonly validFromS: number;
  /** No order may be valid for longer than the allowance, which ends after whole hours. */
  readonly hours: number;
};

/** What an order has to keep to, and whose it has to be. */
export type AllowanceLimits = Omit<Allowance, 'server' | 'credentialHint' | 'point'>;

export function validUntilS({
  validFromS,
  hours,
}: Pick<Allowance, 'validFromS' | 'hours'>): number {
  return validFromS + hours * 3600;
}

const KEY = {
  version: 1,
  server: 2,
  account: 3,
  device: 4,
  id: 5,
  credentialHint: 6,
  point: 7,
  currency: 8,
  total: 9,
  cap: 10,
  countMax: 11,
  firstSeq: 12,
  validFrom: 13,
  hours: 14,
} as const;

/** The payload's bytes. Throws when a field is not of its shape: what nobody reads must not be signed. */
export function encodeAllowancePayload(allowance: Allowance): Bytes {
  const bytes = encodeCbor(
    new Map<number, Cbor>([
      [KEY.version, ALLOWANCE_VERSION],
      [KEY.server, allowance.server],
      [KEY.account, allowance.account],
      [KEY.device, allowance.device],
      [KEY.id, allowance.id],
      [KEY.credentialHint, allowance.credentialHint],
      [KEY.point, compressPoint(allowance.point)],
      [KEY.currency, allowance.currency],
      [KEY.total, allowance.totalMinor],
      [KEY.cap, allowance.capMinor],
      [KEY.countMax, allowance.countMax],
      [KEY.firstSeq, allowance.firstSeq],
      [KEY.validFrom, allowance.validFromS],
      [KEY.hours, allowance.hours],
    ]),
  );
  const read = readPayload(bytes);
  assert(read.ok, 'an allowance that we sign is one that we would read');
  // A point beside the curve would be read as another, under which somebody else may sign.
  assert(equalBytes(read.value.point, allowance.point), 'the passkey of an allowance is a point');
  return bytes;
}

/** What the server's key signs. */
export function allowanceSignedBytes(allowance: Allowance, keyId: Uint8Array): Bytes {
  return statementSignedBytes(ALLOWANCE_TYPE, keyId, encodeAllowancePayload(allowance));
}

export function encodeAllowance(
  allowance: Allowance,
  keyId: Uint8Array,
  signature: Uint8Array,
): Bytes {
  return encodeSign1(ALLOWANCE_TYPE, keyId, encodeAllowancePayload(allowance), signature);
}

/** The amounts and counts, where each is in its range and fits the others. */
export function areLimitsSound(
  limits: Pick<Allowance, 'totalMinor' | 'capMinor' | 'countMax' | 'firstSeq' | 'hours'>,
): boolean {
  const { totalMinor, capMinor, countMax, firstSeq, hours } = limits;
  const amounts = totalMinor >= 1n && capMinor >= 1n && capMinor <= totalMinor;
  const counts = countMax >= 1 && countMax <= COUNT_MAX && firstSeq >= 1 && hours >= 1;
  return amounts && totalMinor <= WIRE_AMOUNT_MAX && counts && hours <= HOURS_MAX;
}

function readPayload(bytes: Uint8Array): Outcome<Allowance> {
  const item = decodeCbor(bytes);
  if (!item.ok || !(item.value instanceof Map)) return refuse('bytes_malformed', 'allowance');
  const fields: Fields = item.value;
  if (fields.get(KEY.version) !== BigInt(ALLOWANCE_VERSION)) {
    return refuse('version_unknown', 'allowance');
  }
  const server = bytesOf(fields, KEY.server, SERVER_ID_LENGTH);
  const account = bytesOf(fields, KEY.account, ACCOUNT_ID_LENGTH);
  const id = bytesOf(fields, KEY.id, ALLOWANCE_ID_LENGTH);
  const credentialHint = bytesOf(fields, KEY.credentialHint, CREDENTIAL_HINT_LENGTH);
  const compressed = bytesOf(fields, KEY.point, COMPRESSED_POINT_LENGTH);
  const point = compressed && decompressPoint(compressed);
  if (!server || !account || !id || !credentialHint || !point) {
    return refuse('bytes_malformed', 'allowance');
  }
  const device = countOf(fields, KEY.device, 0x7fffffff);
  const currency = countOf(fields, KEY.currency, 999);
  const totalMinor = wholeOf(fields, KEY.total, WIRE_AMOUNT_MAX);
  const capMinor = wholeOf(fields, KEY.cap, WIRE_AMOUNT_MAX);
  const countMax = countOf(fields, KEY.countMax, COUNT_MAX);
  const firstSeq = countOf(fields, KEY.firstSeq, 0xffffffff);
  const validFromS = countOf(fields, KEY.validFrom, 0xffffffff);
  const hours = countOf(fields, KEY.hours, HOURS_MAX);
  if (!device || currency === undefined || validFromS === undefined) {
    return refuse('bytes_malformed', 'allowance');
  }
  if (totalMinor === undefined || capMinor === undefined || !countMax || !firstSeq || !hours) {
    return refuse('bytes_malformed', 'limits of the allowance');
  }
  const limits = { totalMinor, capMinor, countMax, firstSeq, hours };
  // Every key is read above, so as many keys as ours means no other.
  if (!areLimitsSound(limits) || fields.size !== Object.keys(KEY).length) {
    return refuse('bytes_malformed', 'limits of the allowance');
  }
  return accept({
    server,
    account,
    device,
    id,
    credentialHint,
    point,
    currency,
    validFromS,
    ...limits,
  });
}

/** As read: the signature is still to be verified over `signed`, under the key `keyId`. */
export type SignedAllowance = {
  readonly allowance: Allowance;
  readonly keyId: Bytes;
  readonly signed: Bytes;
  readonly signature: Bytes;
};

/** Refusals: bytes_too_long, bytes_malformed, version_unknown. */
export function decodeAllowance(bytes: Uint8Array): Outcome<SignedAllowance> {
  if (bytes.length > ALLOWANCE_BYTES_MAX) return refuse('bytes_too_long', 'allowance');
  const item = decodeCbor(bytes);
  const sign1 = item.ok ? readSign1(ALLOWANCE_TYPE, item.value) : null;
  if (!sign1) return refuse('bytes_malformed', 'allowance');
  const allowance = readPayload(sign1.payload);
  if (!allowance.ok) return allowance;
  const { keyId, payload, signature } = sign1;
  return accept({
    allowance: allowance.value,
    keyId,
    signed: statementSignedBytes(ALLOWANCE_TYPE, keyId, payload),
    signature,
  });
}

/**
 * Whether the order keeps to the allowance that it names, by its own words: the same rules for the
 * phone that signs it, the phone that is shown it, and the server. Clocks are not asked here.
 * Undefined when it does; else not_guaranteed (another allowance, account, device or currency),
 * counterfoil_over_cap, counterfoil_over_total, counterfoil_over_count, counterfoil_expired (it would outlive the allowance).
 */
export function coverFault(order: Order, allowance: AllowanceLimits): RefusalCode | undefined {
  const { totalMinor, capMinor, countMax, firstSeq } = allowance;
  const names = order.allowance !== undefined && equalBytes(order.allowance, allowance.id);
  const payer = equalBytes(order.payer, allowance.account);
  const same = order.device === allowance.device && order.currency === allowance.currency;
  if (!names || !payer || !same || order.spentBeforeMinor === undefined) return 'not_guaranteed';
  if (order.amountMinor > capMinor) return 'counterfoil_over_cap';
  if (order.spentBeforeMinor + order.amountMinor > totalMinor) return 'counterfoil_over_total';
  if (order.seq < firstSeq || order.seq >= firstSeq + countMax) return 'counterfoil_over_count';
  return order.validUntilS > validUntilS(allowance) ? 'counterfoil_expired' : undefined;
}
