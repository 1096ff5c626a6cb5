/** Owns the JSON that both sides exchange: its types, and the one place where it becomes them. */
import { fromBase32, toBase32 } from './base32.ts';
import { type Bytes, fromBase64url } from './bytes.ts';
import {
  ACCOUNT_ID_LENGTH,
  PAYMENT_ID_LENGTH,
  REQUEST_DIGEST_LENGTH,
  SERVER_ID_LENGTH,
  WIRE_AMOUNT_MAX,
} from './order.ts';
import { KEY_ID_LENGTH } from './receipt.ts';
import { accept, isRefusalCode, type Outcome, type Refusal, refuse } from './refusals.ts';

// Wire forms: account and server ids are base32 text, payment ids and receipts base64url text,
// amounts decimal text (JSON has no bigint), times whole milliseconds, currencies ISO 4217 numbers.

/** What everybody may know of a payee. */
export type PayeeProfile = {
  readonly account: string;
  readonly name: string;
  readonly city: string;
  /** ISO 3166 alpha-2. */
  readonly country: string;
  /** ISO 18245 merchant category code, four digits. */
  readonly category: string;
};

/** What its holder says of an account: `PUT /api/account/profile` (answers the account), and part of enrolment. */
export type ProfileForm = Omit<PayeeProfile, 'account'>;

/** Characters as code points, as EMVCo counts them for tags 59 and 60. */
export const PROFILE_NAME_CHARACTERS_MAX = 25;
export const PROFILE_CITY_CHARACTERS_MAX = 15;

// The ceremonies. Options are answered in WebAuthn Level 3 JSON and hand back unchanged to the browser;
// the challenge signed in the answer finds the ceremony again, so nothing else is carried between the two.

/** `POST /api/enrolment/options` → PublicKeyCredentialCreationOptionsJSON. */
export type EnrolmentOptionsBody = { readonly name: string };

/** `POST /api/enrolment` → 201 Enrolment, and the session's cookie. `credential` is RegistrationResponseJSON. */
export type EnrolmentBody = {
  readonly profile: ProfileForm;
  /** ISO 4217 number of the play money that a sandbox gives; 978 unless said. */
  readonly currency?: number;
  readonly credential: unknown;
};

/** `POST /api/sign-in/options` with `{}` → PublicKeyCredentialRequestOptionsJSON; then `POST /api/sign-in` → Enrolment. */
export type SignInBody = { readonly credential: unknown };

export type Balance = { readonly currency: number; readonly amountMinor: bigint };

/** `GET /api/account`. */
export type AccountState = {
  readonly profile: PayeeProfile;
  readonly balances: readonly Balance[];
  /** The account's newest version: where its statement ends. */
  readonly version: number;
  readonly frozen: boolean;
  /** Money here is play money. */
  readonly sandbox: boolean;
};

/** One line of the statement; `amountMinor` is negative when it left the account. */
export type StatementEntry = {
  readonly version: number;
  readonly currency: number;
  readonly amountMinor: bigint;
  readonly balanceMinor: bigint;
  readonly kind: 'payment' | 'issue';
  /** Account id and name of the other side; both empty for `issue`. */
  readonly counterparty: string;
  readonly counterpartyName: string;
  readonly postedAtMs: number;
  /** Only for payments. */
  readonly paymentId?: string;
  readonly requestDigest?: string;
  readonly note?: string;
  readonly tipMinor?: bigint;
  readonly receipt?: Bytes;
};

export type Statement = { readonly entries: readonly StatementEntry[]; readonly version: number };

/** One of the server's receipt keys: a raw P-256 point, x ‖ y, 64 bytes. */
export type ServerKey = { readonly keyId: Bytes; readonly point: Bytes; readonly active: boolean };

/** `GET /api/keys`: what a phone must know to check receipts and to make orders for this server. */
export type ServerIdentity = {
  readonly server: Bytes;
  readonly epoch: number;
  readonly rpId: string;
  readonly origins: readonly string[];
  readonly keys: readonly ServerKey[];
  readonly nowMs: number;
};

/** What a device holds after enrolment, after sign-in, and after `POST /api/devices` with `{}` (201): each gives a new device number. */
export type Enrolment = {
  readonly account: AccountState;
  readonly device: number;
  readonly credentialId: string;
};

type Fields = Readonly<Record<string, unknown>>;

/** Reads one field of its type or throws; only `decodeWith` catches it. */
class Mismatch extends Error {}

function record(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Mismatch(what);
  return value as Fields;
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw new Mismatch(key);
  return value;
}

function truth(fields: Fields, key: string): boolean {
  const value = fields[key];
  if (typeof value !== 'boolean') throw new Mismatch(key);
  return value;
}

function whole(fields: Fields, key: string, max = Number.MAX_SAFE_INTEGER): number {
  const value = fields[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Mismatch(key);
  if (value < 0 || value > max) throw new Mismatch(key);
  return value;
}

function currency(fields: Fields): number {
  return whole(fields, 'currency', 999);
}

function amount(fields: Fields, key: string, leastMinor = -WIRE_AMOUNT_MAX): bigint {
  const value = text(fields, key);
  if (!/^(0|-?[1-9][0-9]{0,18})$/.test(value)) throw new Mismatch(key);
  const minor = BigInt(value);
  if (minor < leastMinor || minor > WIRE_AMOUNT_MAX) throw new Mismatch(key);
  return minor;
}

/** Ids are compared as texts, so each has one text only. */
function accountId(fields: Fields, key: string): string {
  const value = text(fields, key);
  const id = fromBase32(value, ACCOUNT_ID_LENGTH);
  if (!id || toBase32(id) !== value) throw new Mismatch(key);
  return value;
}

function list<T>(fields: Fields, key: string, read: (item: Fields) => T): T[] {
  const value = fields[key];
  if (!Array.isArray(value)) throw new Mismatch(key);
  return value.map((item) => read(record(item, key)));
}

function binary(fields: Fields, key: string, length?: number): Bytes {
  const bytes = fromBase64url(text(fields, key));
  if (!bytes || bytes.length === 0) throw new Mismatch(key);
  if (length !== undefined && bytes.length !== length) throw new Mismatch(key);
  return bytes;
}

/** Bytes that stay text: base64url is strict, so they too have one text only. */
function binaryText(fields: Fields, key: string, length?: number): string {
  binary(fields, key, length);
  return text(fields, key);
}

function decodeWith<T>(value: unknown, what: string, read: (fields: Fields) => T): Outcome<T> {
  try {
    return accept(read(record(value, what)));
  } catch (error) {
    if (error instanceof Mismatch) return refuse('bytes_malformed', `${what}: ${error.message}`);
    throw error;
  }
}

function readProfile(fields: Fields): PayeeProfile {
  return {
    account: accountId(fields, 'account'),
    name: text(fields, 'name'),
    city: text(fields, 'city'),
    country: text(fields, 'country'),
    category: text(fields, 'category'),
  };
}

function readAccount(fields: Fields): AccountState {
  return {
    profile: readProfile(record(fields.profile, 'profile')),
    balances: list(fields, 'balances', (item) => ({
      currency: currency(item),
      amountMinor: amount(item, 'amountMinor'),
    })),
    version: whole(fields, 'version'),
    frozen: truth(fields, 'frozen'),
    sandbox: truth(fields, 'sandbox'),
  };
}

function readEntry(fields: Fields): StatementEntry {
  const kind = text(fields, 'kind');
  if (kind !== 'payment' && kind !== 'issue') throw new Mismatch('kind');
  return {
    version: whole(fields, 'version'),
    currency: currency(fields),
    amountMinor: amount(fields, 'amountMinor'),
    balanceMinor: amount(fields, 'balanceMinor'),
    kind,
    counterparty: fields.counterparty === '' ? '' : accountId(fields, 'counterparty'),
    counterpartyName: text(fields, 'counterpartyName'),
    postedAtMs: whole(fields, 'postedAtMs'),
    ...('paymentId' in fields && { paymentId: binaryText(fields, 'paymentId', PAYMENT_ID_LENGTH) }),
    ...('requestDigest' in fields && {
      requestDigest: binaryText(fields, 'requestDigest', REQUEST_DIGEST_LENGTH),
    }),
    ...('note' in fields && { note: text(fields, 'note') }),
    ...('tipMinor' in fields && { tipMinor: amount(fields, 'tipMinor', 0n) }),
    ...('receipt' in fields && { receipt: binary(fields, 'receipt') }),
  };
}

export function decodePayeeProfile(value: unknown): Outcome<PayeeProfile> {
  return decodeWith(value, 'payee', readProfile);
}

export function decodeAccountState(value: unknown): Outcome<AccountState> {
  return decodeWith(value, 'account', readAccount);
}

export function decodeStatement(value: unknown): Outcome<Statement> {
  return decodeWith(value, 'statement', (fields) => ({
    entries: list(fields, 'entries', readEntry),
    version: whole(fields, 'version'),
  }));
}

/** As an order names it, from 1. */
function deviceNumber(fields: Fields): number {
  const device = whole(fields, 'device', 0x7fffffff);
  if (device === 0) throw new Mismatch('device');
  return device;
}

export function decodeEnrolment(value: unknown): Outcome<Enrolment> {
  return decodeWith(value, 'enrolment', (fields) => ({
    account: readAccount(record(fields.account, 'account')),
    device: deviceNumber(fields),
    credentialId: binaryText(fields, 'credentialId'),
  }));
}

export function decodeServerIdentity(value: unknown): Outcome<ServerIdentity> {
  return decodeWith(value, 'keys', (fields) => {
    const server = fromBase32(text(fields, 'server'), SERVER_ID_LENGTH);
    const origins = fields.origins;
    if (!server) throw new Mismatch('server');
    if (!Array.isArray(origins) || origins.length === 0) throw new Mismatch('origins');
    if (!origins.every((origin) => typeof origin === 'string')) {
      throw new Mismatch('origins');
    }
    return {
      server,
      epoch: whole(fields, 'epoch', 0xffffffff),
      rpId: text(fields, 'rpId'),
      origins,
      keys: list(fields, 'keys', (item) => ({
        keyId: binary(item, 'keyId', KEY_ID_LENGTH),
        point: binary(item, 'point', 64),
        active: truth(item, 'active'),
      })),
      nowMs: whole(fields, 'nowMs'),
    };
  });
}

/** RFC 9457 problem+json back to the refusal it was made of; null when it is not one of ours. */
export function decodeProblem(value: unknown): Refusal | null {
  if (typeof value !== 'object' || value === null) return null;
  const { code, detail } = value as Fields;
  if (typeof code !== 'string' || !isRefusalCode(code)) return null;
  return typeof detail === 'string' ? { code, detail } : { code };
}
