/** Owns the JSON that both sides exchange: its types, and the one place where it becomes them. */
import { fromBase32 } from './base32.ts';
import type { Bytes } from './bytes.ts';
import { KEY_ID_LENGTH } from './cose-sign1.ts';
import { FIRST_EPOCH } from './epoch.ts';
import {
  accountId,
  amount,
  binary,
  binaryText,
  currency,
  decodeWith,
  deviceNumber,
  type Fields,
  list,
  Mismatch,
  record,
  text,
  truth,
  whole,
} from './json-fields.ts';
import { NAME_CERTIFICATE_LENGTH } from './name-certificate.ts';
import { PAYMENT_ID_LENGTH, REQUEST_DIGEST_LENGTH, SERVER_ID_LENGTH } from './order.ts';
import { isRefusalCode, type Outcome, type Refusal } from './refusals.ts';

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
export type SignInBody = {
  readonly credential: unknown;
  /** What this phone is already: of the same account it stays that device, else it becomes a new one. */
  readonly here?: { readonly account: string; readonly device: number };
};

export type Balance = {
  readonly currency: number;
  /** All that the account holds, what is set aside included. */
  readonly amountMinor: bigint;
  /** Set aside for offline payments. */
  readonly heldMinor: bigint;
  /** Owed to the operator, who paid in the account's place. */
  readonly owedMinor: bigint;
};

/** `GET /api/account`. */
export type AccountState = {
  readonly profile: PayeeProfile;
  readonly balances: readonly Balance[];
  /** The account's newest version: where its statement ends. */
  readonly version: number;
  readonly frozen: boolean;
  /** Money here is play money. */
  readonly sandbox: boolean;
  /** The server's word on the profile as codes spell it; absent while nobody has verified it. */
  readonly nameCertificate?: Bytes;
};

/** One line of the statement; `amountMinor` is negative when it left the account. */
export type StatementEntry = {
  readonly version: number;
  readonly currency: number;
  readonly amountMinor: bigint;
  readonly balanceMinor: bigint;
  /** `advance`: the operator paid in this account's place. `repayment`: it was given back. */
  readonly kind: 'payment' | 'issue' | 'advance' | 'repayment';
  /** Account id and name of the other side; both empty except for `payment`. */
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

export type Statement = {
  readonly entries: readonly StatementEntry[];
  readonly version: number;
  /** Versions count within an epoch: a cursor of another one means nothing. */
  readonly epoch: number;
};

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
      heldMinor: amount(item, 'heldMinor', 0n),
      owedMinor: amount(item, 'owedMinor', 0n),
    })),
    version: whole(fields, 'version'),
    frozen: truth(fields, 'frozen'),
    sandbox: truth(fields, 'sandbox'),
    ...('nameCertificate' in fields && {
      nameCertificate: binary(fields, 'nameCertificate', NAME_CERTIFICATE_LENGTH),
    }),
  };
}

function isEntryKind(kind: string): kind is StatementEntry['kind'] {
  return ['payment', 'issue', 'advance', 'repayment'].includes(kind);
}

function readEntry(fields: Fields): StatementEntry {
  const kind = text(fields, 'kind');
  if (!isEntryKind(kind)) throw new Mismatch('kind');
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
    epoch: 'epoch' in fields ? whole(fields, 'epoch') : FIRST_EPOCH,
  }));
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
