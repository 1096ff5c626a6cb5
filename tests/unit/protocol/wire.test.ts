import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBase64url } from '#protocol/bytes.ts';
import { NAME_CERTIFICATE_LENGTH } from '#protocol/name-certificate.ts';
import { WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import { type Outcome, REFUSALS, type RefusalCode } from '#protocol/refusals.ts';
import {
  decodeAccountState,
  decodeEnrolment,
  decodePayeeProfile,
  decodeProblem,
  decodeServerIdentity,
  decodeStatement,
} from '#protocol/wire.ts';
import { ACCOUNT, ENROLMENT, ENTRY, IDENTITY, ISSUE, PROFILE } from './sample-answers.ts';
import { filled } from './sample-orders.ts';

const DECODERS = [
  ['payee', decodePayeeProfile, PROFILE],
  ['account', decodeAccountState, ACCOUNT],
  ['statement', decodeStatement, { entries: [ENTRY, ISSUE], version: 3 }],
  ['enrolment', decodeEnrolment, ENROLMENT],
  ['keys', decodeServerIdentity, IDENTITY],
] as const;

type Decode = (value: unknown) => Outcome<unknown>;

describe('what the server sends is read', () => {
  it('into amounts that are bigint and ids that are bytes', () => {
    expect(decodeAccountState(ACCOUNT)).toEqual({
      ok: true,
      value: {
        ...ACCOUNT,
        balances: [{ currency: 978, amountMinor: 1250n, heldMinor: 200n, owedMinor: 0n }],
      },
    });
    expect(decodeStatement({ entries: [ENTRY, ISSUE], version: 3, epoch: 2 })).toEqual({
      ok: true,
      value: {
        entries: [
          {
            ...ENTRY,
            amountMinor: -1250n,
            balanceMinor: 0n,
            tipMinor: 50n,
            receipt: filled(9, 3),
          },
          { ...ISSUE, amountMinor: 1250n, balanceMinor: 1250n },
        ],
        version: 3,
        epoch: 2,
      },
    });
    expect(decodeServerIdentity(IDENTITY)).toEqual({
      ok: true,
      value: {
        ...IDENTITY,
        server: filled(5, 0x5e),
        keys: [{ keyId: filled(8, 1), point: filled(64, 2), active: true }],
      },
    });
  });

  it.each(DECODERS)(
    '%s: members that this version does not know are left out',
    (_, decode, sample) => {
      const read = (decode as Decode)({ ...sample, more: { of: 'this' } });
      expect(read).toEqual((decode as Decode)(sample));
      expect(read.ok).toBe(true);
    },
  );

  it('an account whose name is vouched for with its certificate, of one length', () => {
    const certified = (length: number) =>
      decodeAccountState({ ...ACCOUNT, nameCertificate: toBase64url(filled(length, 7)) });
    const read = certified(NAME_CERTIFICATE_LENGTH);
    expect(read.ok && read.value.nameCertificate).toEqual(filled(NAME_CERTIFICATE_LENGTH, 7));
    expect(certified(NAME_CERTIFICATE_LENGTH - 1).ok).toBe(false);
    expect(decodeAccountState({ ...ACCOUNT, nameCertificate: null }).ok).toBe(false);
  });

  it.each(['advance', 'repayment'])('an entry of the operator’s own: %s', (kind) => {
    const read = decodeStatement({ entries: [{ ...ISSUE, kind }], version: 1 });
    expect(read.ok && read.value.entries[0]?.kind).toBe(kind);
  });

  it('amounts to 2^63 − 1, of either sign', () => {
    for (const amount of [0n, 1n, 1n << 53n, WIRE_AMOUNT_MAX, -WIRE_AMOUNT_MAX]) {
      const read = decodeAccountState({
        ...ACCOUNT,
        balances: [{ currency: 978, amountMinor: String(amount), heldMinor: '0', owedMinor: '0' }],
      });
      expect(read.ok && read.value.balances[0]?.amountMinor).toBe(amount);
    }
  });
});

describe('another shape is refused, never thrown', () => {
  it.each(DECODERS)('%s: whatever it is', (_, decode) => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue()), (value) => {
        expect((decode as Decode)(value).ok).toBe(false);
      }),
    );
  });

  it.each(DECODERS)('%s: with any one part missing, or of another kind', (_, decode, sample) => {
    const json = JSON.stringify(sample);
    const parts = pathsOf(JSON.parse(json)).filter((path) => !isOptional(path));
    expect(parts.length).toBeGreaterThan(4);
    for (const path of parts) {
      for (const value of [undefined, null, 0.5, -1, [], {}, Number.MAX_VALUE, true, 'Ω']) {
        // JSON has no holes in its lists.
        if (value === undefined && typeof path.at(-1) === 'string' && /\d$/.test(path.join()))
          continue;
        const changed: unknown = JSON.parse(json);
        const before = replaceAt(changed, path, value);
        // Another truth is another message, and a name may be any text.
        if (typeof before === typeof value && /boolean|undefined/.test(typeof value)) continue;
        if (
          value === 'Ω' &&
          /name|Name|city|country|category|rpId|origins|note/.test(path.join())
        ) {
          continue;
        }
        // An empty list is a list.
        if (Array.isArray(before) && Array.isArray(value)) continue;
        const read = (decode as Decode)(changed);
        expect(read.ok, `${path.join('.')} = ${JSON.stringify(value)}`).toBe(false);
      }
    }
  });

  it.each<[string, Decode, unknown]>([
    ['an amount in another form', decodeAccountState, withAmount('007')],
    ['an amount of minus zero', decodeAccountState, withAmount('-0')],
    ['an amount with a sign', decodeAccountState, withAmount('+1')],
    ['an amount with a point', decodeAccountState, withAmount('12.50')],
    ['an amount in another base', decodeAccountState, withAmount('0x10')],
    ['an amount and a line end', decodeAccountState, withAmount('1\n')],
    ['an amount of nothing', decodeAccountState, withAmount('')],
    ['an amount of 2^63', decodeAccountState, withAmount(String(1n << 63n))],
    ['an amount of 10^18 digits’ kind', decodeAccountState, withAmount('9'.repeat(400))],
    ['an amount as a number', decodeAccountState, withAmount(1250)],
    ['less than nothing set aside', decodeAccountState, withBalance({ heldMinor: '-1' })],
    ['less than nothing owed', decodeAccountState, withBalance({ owedMinor: '-1' })],
    ['a tip below zero', decodeStatement, { entries: [{ ...ENTRY, tipMinor: '-1' }], version: 3 }],
    [
      'a payment id of 31 bytes',
      decodeStatement,
      withEntry({ paymentId: toBase64url(filled(31, 1)) }),
    ],
    ['a padded payment id', decodeStatement, withEntry({ paymentId: `${ENTRY.paymentId}=` })],
    [
      'a digest of 7 bytes',
      decodeStatement,
      withEntry({ requestDigest: toBase64url(filled(7, 1)) }),
    ],
    ['a receipt that is not base64url', decodeStatement, withEntry({ receipt: '+/==' })],
    ['an optional part that is null', decodeStatement, withEntry({ note: null })],
    ['another kind of entry', decodeStatement, withEntry({ kind: 'gift' })],
    [
      'an account id in lower case',
      decodePayeeProfile,
      { ...PROFILE, account: PROFILE.account.toLowerCase() },
    ],
    ['a counterparty that is no id', decodeStatement, withEntry({ counterparty: 'Juma' })],
    ['a currency of four digits', decodeStatement, withEntry({ currency: 1000 })],
    ['device 0, which no order may name', decodeEnrolment, { ...ENROLMENT, device: 0 }],
    ['device 2^31', decodeEnrolment, { ...ENROLMENT, device: 0x80000000 }],
    ['an empty credential id', decodeEnrolment, { ...ENROLMENT, credentialId: '' }],
    ['a key id of 7 bytes', decodeServerIdentity, withKey({ keyId: toBase64url(filled(7, 1)) })],
    ['a compressed point', decodeServerIdentity, withKey({ point: toBase64url(filled(33, 1)) })],
    ['a server id of 16 bytes', decodeServerIdentity, { ...IDENTITY, server: PROFILE.account }],
    ['no origin at all', decodeServerIdentity, { ...IDENTITY, origins: [] }],
    ['a list that is an object', decodeServerIdentity, { ...IDENTITY, keys: { length: 1, 0: {} } }],
    [
      'members of a prototype',
      decodePayeeProfile,
      JSON.parse(`{"__proto__":${JSON.stringify(PROFILE)}}`),
    ],
  ])('with %s', (_, decode, value) => {
    const read = decode(value);
    expect(read.ok ? undefined : read.refusal.code).toBe('bytes_malformed');
  });
});

function withBalance(changes: object): unknown {
  return { ...ACCOUNT, balances: [{ ...ACCOUNT.balances[0], ...changes }] };
}

function withAmount(amountMinor: unknown): unknown {
  return withBalance({ amountMinor });
}

function withEntry(changes: object): unknown {
  return { entries: [{ ...ENTRY, ...changes }], version: 3 };
}

function withKey(changes: object): unknown {
  return { ...IDENTITY, keys: [{ ...IDENTITY.keys[0], ...changes }] };
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

function isOptional(path: Path): boolean {
  return /paymentId|requestDigest|note|tipMinor|receipt|^entries,\d+$|^keys,\d+$/.test(path.join());
}

function replaceAt(root: unknown, path: Path, value: unknown): unknown {
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => Reflect.get(Object(at), key), root);
  const last = path.at(-1) ?? '';
  const before: unknown = Reflect.get(Object(parent), last);
  if (value === undefined) Reflect.deleteProperty(Object(parent), last);
  else Reflect.set(Object(parent), last, value);
  return before;
}

describe('a problem is read back as the refusal that it was made of', () => {
  it('with every code of the table', () => {
    for (const code of Object.keys(REFUSALS) as RefusalCode[]) {
      expect(decodeProblem({ type: 'about:blank', title: 'x', status: 400, code })).toEqual({
        code,
      });
      expect(decodeProblem({ code, detail: 'why' })).toEqual({ code, detail: 'why' });
      expect(decodeProblem({ code, detail: 7 })).toEqual({ code });
    }
  });

  it('and nothing else is one of ours', () => {
    const strange = [
      'toString',
      '__proto__',
      'constructor',
      'hasOwnProperty',
      '',
      'PAYMENT_EXPIRED',
    ];
    for (const code of strange) expect(decodeProblem({ code })).toBeNull();
    for (const value of [null, undefined, 'own_account', [], ['own_account'], 7]) {
      expect(decodeProblem(value)).toBeNull();
    }
    fc.assert(fc.property(fc.anything(), (value) => decodeProblem(value) === null));
  });
});
