/** Owns the JSON forms of the interface: schemas that validate, document, and type what is sent. */
import { Type } from '@fastify/type-provider-typebox';
import { toBase32 } from '#protocol/base32.ts';
import { toBase64url } from '#protocol/bytes.ts';
import {
  type AccountState,
  type Enrolment,
  type PayeeProfile,
  PROFILE_CITY_CHARACTERS_MAX,
  PROFILE_NAME_CHARACTERS_MAX,
  type ServerIdentity,
  type Statement,
  type StatementEntry,
} from '#protocol/wire.ts';
import { PROBLEM_MEDIA_TYPE } from './problem-response.ts';

const accountId = Type.String({
  pattern: '^[0-9A-HJKMNP-TV-Z]{26}$',
  description: 'Account id: 16 bytes in Crockford’s base32',
  examples: ['0123456789ABCDEFGHJKMNPQRS'],
});
export const amountMinor = Type.String({
  pattern: '^-?(0|[1-9][0-9]{0,18})$',
  description: 'Decimal text: a count of the currency’s minor units',
});
export const currency = Type.Integer({
  minimum: 1,
  maximum: 999,
  description: 'ISO 4217 numeric code',
  examples: [978],
});
export const device = Type.Integer({
  minimum: 1,
  maximum: 0x7fffffff,
  description: 'Number of the device within the account',
});
const version = Type.Integer({ minimum: 0, description: 'Per account: its entries, counted' });
export const timeMs = Type.Integer({
  minimum: 0,
  description: 'Milliseconds since 1970 by the server',
});
export const base64url = Type.String({ pattern: '^[A-Za-z0-9_-]*$', description: 'base64url' });

/** Longer than its limit in UTF-16 units, since that counts code points. */
const nameText = Type.String({
  minLength: 1,
  maxLength: 4 * PROFILE_NAME_CHARACTERS_MAX,
  description: `Up to ${PROFILE_NAME_CHARACTERS_MAX} characters`,
});

const profileFields = {
  name: nameText,
  city: Type.String({
    minLength: 1,
    maxLength: 4 * PROFILE_CITY_CHARACTERS_MAX,
    description: `Up to ${PROFILE_CITY_CHARACTERS_MAX} characters`,
  }),
  country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166 alpha-2' }),
  category: Type.String({ pattern: '^[0-9]{4}$', description: 'ISO 18245 merchant category' }),
};

export const profileForm = Type.Object(profileFields, { additionalProperties: false });

/** Any profile that stands in the database, also one of before today's limits. */
export const payeeForm = Type.Object({
  account: accountId,
  name: Type.String(),
  city: Type.String(),
  country: Type.String(),
  category: Type.String(),
});

export const accountForm = Type.Object({
  profile: payeeForm,
  balances: Type.Array(
    Type.Object({ currency, amountMinor, heldMinor: amountMinor, owedMinor: amountMinor }),
  ),
  version,
  frozen: Type.Boolean(),
  sandbox: Type.Boolean({ description: 'Money here is play money' }),
  nameCertificate: Type.Optional(base64url),
});

export const entryForm = Type.Object({
  version,
  currency,
  amountMinor,
  balanceMinor: amountMinor,
  kind: Type.Union([
    Type.Literal('payment'),
    Type.Literal('issue'),
    Type.Literal('advance'),
    Type.Literal('repayment'),
  ]),
  counterparty: Type.String({
    description: 'Account id of the other side; empty except for a payment',
  }),
  counterpartyName: Type.String(),
  postedAtMs: timeMs,
  paymentId: Type.Optional(base64url),
  requestDigest: Type.Optional(base64url),
  note: Type.Optional(Type.String()),
  tipMinor: Type.Optional(amountMinor),
  receipt: Type.Optional(base64url),
});

export const statementForm = Type.Object({
  entries: Type.Array(entryForm),
  version,
  epoch: Type.Integer({ description: 'Versions count anew in each' }),
});

export const enrolmentForm = Type.Object({
  account: accountForm,
  device,
  credentialId: base64url,
});

export const keysForm = Type.Object({
  server: Type.String({ description: 'Server id: 5 bytes in Crockford’s base32' }),
  epoch: Type.Integer({ minimum: 0 }),
  rpId: Type.String(),
  origins: Type.Array(Type.String()),
  keys: Type.Array(
    Type.Object({
      keyId: base64url,
      point: Type.String({ description: 'P-256 point x ‖ y, base64url' }),
      active: Type.Boolean(),
    }),
  ),
  nowMs: timeMs,
});

export const problemForm = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    instance: Type.Optional(Type.String()),
    code: Type.String({ description: 'One of the refusal table; stable' }),
  },
  { description: 'RFC 9457' },
);

/** A whole number in a query or a header, as text: nothing is rounded or guessed on the way. */
export const wholeText = (description: string) =>
  Type.String({ pattern: '^(0|[1-9][0-9]{0,14})$', description, examples: ['42'] });

export const enrolmentOptionsBody = Type.Object(
  { name: nameText },
  { additionalProperties: false },
);

const base64urlField = (maxLength: number) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+$' });

/** WebAuthn Level 3 §5.1: what PublicKeyCredential.toJSON() gives. Unknown members are let pass. */
const registrationForm = Type.Object({
  id: base64urlField(1400),
  rawId: base64urlField(1400),
  type: Type.Literal('public-key'),
  authenticatorAttachment: Type.Optional(Type.String({ maxLength: 32 })),
  clientExtensionResults: Type.Object({}),
  response: Type.Object({
    clientDataJSON: base64urlField(8192),
    attestationObject: base64urlField(32_768),
    transports: Type.Optional(
      Type.Array(Type.String({ maxLength: 32, pattern: '^[a-z-]+$' }), { maxItems: 16 }),
    ),
  }),
});

const authenticationForm = Type.Object({
  id: base64urlField(1400),
  rawId: base64urlField(1400),
  type: Type.Literal('public-key'),
  authenticatorAttachment: Type.Optional(Type.String({ maxLength: 32 })),
  clientExtensionResults: Type.Object({}),
  response: Type.Object({
    clientDataJSON: base64urlField(8192),
    authenticatorData: base64urlField(8192),
    signature: base64urlField(1024),
    userHandle: Type.Optional(Type.String({ maxLength: 128 })),
  }),
});

export const enrolmentBody = Type.Object(
  { profile: profileForm, currency: Type.Optional(currency), credential: registrationForm },
  { additionalProperties: false },
);

export const signInBody = Type.Object(
  {
    credential: authenticationForm,
    here: Type.Optional(
      Type.Object({ account: accountId, device }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);

export const emptyBody = Type.Object({}, { additionalProperties: false });

/** Handed to the browser as it is; the browser is its judge. */
export const webauthnOptions = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  additionalProperties: true,
  description: 'WebAuthn Level 3 JSON',
});

/** For 204: done, and nothing to say. */
export const nothing = Type.Null({ description: 'Done' });

/** A body or answer in CBOR: its grammar is the protocol's, so the schema says only what it is. */
export const cborForm = (description: string) => Type.Unsafe<Uint8Array>({ description });

/** The problems that a route may answer, for its documentation. */
export function problems(...statuses: readonly number[]) {
  const answer = {
    description: 'Refused',
    content: { [PROBLEM_MEDIA_TYPE]: { schema: problemForm } },
  };
  return Object.fromEntries(statuses.map((status) => [status, answer]));
}

export function accountJson(state: AccountState) {
  return {
    profile: { ...state.profile },
    balances: state.balances.map((balance) => ({
      currency: balance.currency,
      amountMinor: String(balance.amountMinor),
      heldMinor: String(balance.heldMinor),
      owedMinor: String(balance.owedMinor),
    })),
    version: state.version,
    frozen: state.frozen,
    sandbox: state.sandbox,
    ...(state.nameCertificate && { nameCertificate: toBase64url(state.nameCertificate) }),
  };
}

export const payeeJson = (profile: PayeeProfile) => ({ ...profile });

export function entryJson(entry: StatementEntry) {
  const { amountMinor: amount, balanceMinor, tipMinor, receipt, ...plain } = entry;
  return {
    ...plain,
    amountMinor: String(amount),
    balanceMinor: String(balanceMinor),
    ...(tipMinor !== undefined && { tipMinor: String(tipMinor) }),
    ...(receipt !== undefined && { receipt: toBase64url(receipt) }),
  };
}

export const statementJson = (statement: Statement) => ({
  entries: statement.entries.map(entryJson),
  version: statement.version,
  epoch: statement.epoch,
});

export const enrolmentJson = (enrolment: Enrolment) => ({
  account: accountJson(enrolment.account),
  device: enrolment.device,
  credentialId: enrolment.credentialId,
});

export const keysJson = (identity: ServerIdentity) => ({
  server: toBase32(identity.server),
  epoch: identity.epoch,
  rpId: identity.rpId,
  origins: [...identity.origins],
  keys: identity.keys.map((key) => ({
    keyId: toBase64url(key.keyId),
    point: toBase64url(key.point),
    active: key.active,
  })),
  nowMs: identity.nowMs,
});
