import { createHash, createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Assertion,
  checkAssertion,
  es256Point,
  FLAG,
  type RelyingParty,
  signatureFromDer,
  signCount,
} from '#protocol/assertion.ts';
import { templateFor } from '#protocol/authorization.ts';
import { type Bytes, concatBytes, fromBase64url, toBase64url, toUtf8 } from '#protocol/bytes.ts';
import vectors from '../../vectors/webauthn-assertions.json';
import { filled, hex } from './sample-orders.ts';

type Expected = {
  readonly signatureVerifies: boolean;
  readonly type: string;
  readonly rpIdHashMatches: boolean;
  readonly challengeMatches: boolean;
  readonly originMatches: boolean;
  readonly crossOrigin: boolean | null;
  readonly topOrigin: string | null;
  readonly UP: boolean;
  readonly UV: boolean;
  readonly BE: boolean;
  readonly BS: boolean;
  readonly AT: boolean;
  readonly ED: boolean;
  readonly signCount: number;
  readonly authDataLength: number;
  readonly signatureLength: number;
  readonly templateReconstructsExactly: boolean;
};

type Vector = {
  readonly kind: string;
  readonly id: string;
  readonly rpId: string;
  readonly origin: string;
  readonly challenge: string;
  readonly coseAlg: number;
  readonly publicKeyCose: string;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
  readonly signature: string;
  readonly signatureRaw?: string;
  readonly validForPayment: boolean;
  readonly expect: Expected;
};

const ASSERTIONS = (vectors as readonly unknown[] as readonly Vector[]).filter(
  (vector) => vector.kind === 'webauthn-assertion',
);
const ES256 = ASSERTIONS.filter((vector) => vector.coseAlg === -7);
const OTHERS = ASSERTIONS.filter((vector) => vector.coseAlg !== -7);
const named = (list: readonly Vector[]) => list.map((vector) => [vector.id, vector] as const);

function bytesOf(text: string): Bytes {
  const bytes = fromBase64url(text);
  if (!bytes) throw new Error('a vector is not base64url');
  return bytes;
}

function partyOf(vector: Vector): RelyingParty {
  return { rpId: vector.rpId, origins: ['https://other.example', vector.origin] };
}

function assertionOf(vector: Vector): Assertion {
  return {
    authenticatorData: bytesOf(vector.authenticatorData),
    clientDataJson: bytesOf(vector.clientDataJSON),
    signature: signatureFromDer(bytesOf(vector.signature)) ?? filled(64, 0),
  };
}

function verifies(point: Uint8Array, signed: Uint8Array, signature: Uint8Array): boolean {
  const [x, y] = [point.subarray(0, 32), point.subarray(32)].map(toBase64url);
  const jwk = { kty: 'EC', crv: 'P-256', x, y } as const;
  const key = createPublicKey({ key: jwk as never, format: 'jwk' });
  return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** The refusal that a vector's own statements call for, in the order of the checks. */
function expectedRefusal({ expect: said }: Vector): string | undefined {
  if (said.type !== 'webauthn.get') return 'assertion_type';
  if (!said.challengeMatches) return 'assertion_challenge';
  if (!said.originMatches) return 'assertion_origin';
  if (said.crossOrigin === true || said.topOrigin !== null) return 'assertion_cross_origin';
  if (!said.rpIdHashMatches) return 'assertion_relying_party';
  if (!said.UP) return 'assertion_user_presence';
  if (!said.UV) return 'assertion_user_verification';
  return said.BS && !said.BE ? 'assertion_backup_flags' : undefined;
}

describe('recorded and published assertions', () => {
  it('are twenty, of four algorithms', () => {
    expect(ASSERTIONS.length).toBe(20);
    expect(new Set(ASSERTIONS.map((vector) => vector.coseAlg)).size).toBe(4);
  });

  it.each(named(ASSERTIONS))(
    '%s is refused for what its vector says, or not at all',
    (_, vector) => {
      const checked = checkAssertion(
        assertionOf(vector),
        bytesOf(vector.challenge),
        partyOf(vector),
      );
      expect(checked.ok ? undefined : checked.refusal.code).toBe(expectedRefusal(vector));
    },
  );

  it.each(named(ASSERTIONS))('%s has the flags, count and lengths of its vector', (_, vector) => {
    const data = bytesOf(vector.authenticatorData);
    const has = (flag: number) => ((data[32] ?? 0) & flag) !== 0;
    const { expect: said } = vector;
    expect({
      UP: has(FLAG.UP),
      UV: has(FLAG.UV),
      BE: has(FLAG.BE),
      BS: has(FLAG.BS),
      AT: has(FLAG.AT),
      ED: has(FLAG.ED),
      signCount: signCount(data),
      authDataLength: data.length,
      signatureLength: bytesOf(vector.signature).length,
    }).toEqual({
      UP: said.UP,
      UV: said.UV,
      BE: said.BE,
      BS: said.BS,
      AT: said.AT,
      ED: said.ED,
      signCount: said.signCount,
      authDataLength: said.authDataLength,
      signatureLength: said.signatureLength,
    });
  });

  it.each(named(ES256))('%s approves a payment exactly when its vector says so', (_, vector) => {
    const assertion = assertionOf(vector);
    const checked = checkAssertion(assertion, bytesOf(vector.challenge), partyOf(vector));
    const point = es256Point(bytesOf(vector.publicKeyCose));
    if (!point.ok) throw new Error(point.refusal.code);
    const signed = concatBytes(
      assertion.authenticatorData,
      new Uint8Array(
        // What every vector says of its signature is said of these bytes, whatever the other checks.
        checked.ok ? checked.value.subarray(-32) : hashOf(assertion.clientDataJson),
      ),
    );
    const isSigned = verifies(point.value, signed, assertion.signature);
    expect(isSigned).toBe(vector.expect.signatureVerifies);
    expect(checked.ok && isSigned).toBe(vector.validForPayment);
    if (checked.ok) expect(checked.value).toEqual(signed);
  });

  it.each(named(ES256))('%s: its DER signature is the raw one of its vector', (_, vector) => {
    const raw = signatureFromDer(bytesOf(vector.signature));
    expect(raw && toBase64url(raw)).toBe(vector.signatureRaw);
  });

  it.each(named(OTHERS))('%s: a key of another algorithm is never taken', (_, vector) => {
    const point = es256Point(bytesOf(vector.publicKeyCose));
    expect(point.ok ? undefined : point.refusal.code).toBe('assertion_algorithm');
    expect(signatureFromDer(bytesOf(vector.signature))).toBeNull();
  });

  it.each(named(ASSERTIONS))(
    '%s: the plain template rebuilds it as its vector says',
    (_, vector) => {
      const found = templateFor(
        bytesOf(vector.clientDataJSON),
        bytesOf(vector.challenge),
        vector.origin,
      );
      // The template of an enrolment is none of ours: such an assertion is no approval.
      const isPlain =
        vector.expect.templateReconstructsExactly && vector.expect.type === 'webauthn.get';
      expect(found === 0).toBe(isPlain);
    },
  );

  it('Chrome’s filler has a template of its own', () => {
    const vector = ASSERTIONS.find(({ id }) => id === 'chrome-filler-es256');
    const text = bytesOf(vector?.clientDataJSON ?? '');
    expect(templateFor(text, bytesOf(vector?.challenge ?? ''), vector?.origin ?? '')).toBe(1);
  });
});

const PARTY: RelyingParty = { rpId: 'wallet.example', origins: ['https://wallet.example'] };
const CHALLENGE = filled(32, 7);

function hashOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function authenticatorData(flags: number, tail = ''): Bytes {
  return concatBytes(hashOf(toUtf8(PARTY.rpId)), Uint8Array.of(flags, 0, 0, 0, 9), hex(tail));
}

const CLIENT_DATA = {
  type: 'webauthn.get',
  challenge: toBase64url(CHALLENGE),
  origin: 'https://wallet.example',
  crossOrigin: false,
};

function check(clientData: unknown, data = authenticatorData(0x05)): string | undefined {
  const text = typeof clientData === 'string' ? clientData : JSON.stringify(clientData);
  const assertion = {
    authenticatorData: data,
    clientDataJson: toUtf8(text),
    signature: filled(64, 1),
  };
  const checked = checkAssertion(assertion, CHALLENGE, PARTY);
  return checked.ok ? undefined : checked.refusal.code;
}

describe('the client’s data', () => {
  it('is taken with members that this version does not know, in any order', () => {
    expect(check(CLIENT_DATA)).toBeUndefined();
    expect(check({ ...CLIENT_DATA, crossOrigin: undefined })).toBeUndefined();
    expect(check({ androidPackageName: 'x', ...CLIENT_DATA, hashAlgorithm: 'SHA-256' })).toBe(
      undefined,
    );
    expect(check(`\uFEFF${JSON.stringify(CLIENT_DATA)}`)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['another type', { ...CLIENT_DATA, type: 'webauthn.create' }, 'assertion_type'],
    [
      'the type of a browser’s payment sheet',
      { ...CLIENT_DATA, type: 'payment.get' },
      'assertion_type',
    ],
    ['a type in an array', { ...CLIENT_DATA, type: ['webauthn.get'] }, 'assertion_type'],
    [
      'another challenge',
      { ...CLIENT_DATA, challenge: toBase64url(filled(32, 8)) },
      'assertion_challenge',
    ],
    [
      'a padded challenge',
      { ...CLIENT_DATA, challenge: `${CLIENT_DATA.challenge}=` },
      'assertion_challenge',
    ],
    ['no challenge', { ...CLIENT_DATA, challenge: undefined }, 'assertion_challenge'],
    [
      'another origin',
      { ...CLIENT_DATA, origin: 'https://wallet.example.evil' },
      'assertion_origin',
    ],
    ['another scheme', { ...CLIENT_DATA, origin: 'http://wallet.example' }, 'assertion_origin'],
    ['an empty origin', { ...CLIENT_DATA, origin: '' }, 'assertion_origin'],
    [
      'an origin in an array',
      { ...CLIENT_DATA, origin: ['https://wallet.example'] },
      'assertion_origin',
    ],
    ['cross-origin', { ...CLIENT_DATA, crossOrigin: true }, 'assertion_cross_origin'],
    ['cross-origin as text', { ...CLIENT_DATA, crossOrigin: 'false' }, 'assertion_cross_origin'],
    ['cross-origin null', { ...CLIENT_DATA, crossOrigin: null }, 'assertion_cross_origin'],
    [
      'a top origin, which says that we were framed',
      { ...CLIENT_DATA, topOrigin: 'https://evil.example' },
      'assertion_cross_origin',
    ],
    ['members of a prototype', '{"__proto__":{"type":"webauthn.get"}}', 'assertion_type'],
    ['an array', [CLIENT_DATA], 'assertion_type'],
    ['null', null, 'bytes_malformed'],
    ['text', '"webauthn.get"', 'bytes_malformed'],
    ['nothing', '', 'bytes_malformed'],
    ['no JSON', '{', 'bytes_malformed'],
  ])('with %s is refused', (_, clientData, code) => {
    expect(check(clientData)).toBe(code);
  });

  it('with a member twice is refused: readers differ on which one counts', () => {
    const text = JSON.stringify(CLIENT_DATA);
    for (const again of ['"type":"webauthn.create",', '"origin":"https://evil.example",']) {
      expect(check(`{${again}${text.slice(1)}`)).toBe('bytes_malformed');
    }
    expect(check(`{"\\u0074ype":"webauthn.create",${text.slice(1)}`)).toBe('bytes_malformed');
    expect(check(`{"more":{"type":1},"list":["type","type",{"a":"}"}],${text.slice(1)}`)).toBe(
      undefined,
    );
  });

  it('is refused when it is not UTF-8', () => {
    const assertion = {
      authenticatorData: authenticatorData(0x05),
      clientDataJson: concatBytes(toUtf8('{"a":"'), Uint8Array.of(0xff), toUtf8('"}')),
      signature: filled(64, 1),
    };
    expect(checkAssertion(assertion, CHALLENGE, PARTY).ok).toBe(false);
  });

  it('whatever it is, is judged without a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(check(text)).toBeDefined();
      }),
    );
  });
});

describe('the authenticator’s data', () => {
  it.each<[string, number, string, string | undefined]>([
    ['present and verified', 0x05, '', undefined],
    ['a synced passkey', 0x1d, '', undefined],
    ['a passkey that may be synced', 0x0d, '', undefined],
    ['reserved bits', 0x27, '', undefined],
    ['an extension', 0x85, 'a0', undefined],
    ['nobody present', 0x04, '', 'assertion_user_presence'],
    ['nobody verified', 0x01, '', 'assertion_user_verification'],
    ['backed up, yet not to be backed up', 0x15, '', 'assertion_backup_flags'],
    ['bytes that no flag announces', 0x05, '00', 'bytes_malformed'],
    ['an extension announced, not there', 0x85, '', 'bytes_malformed'],
    ['a credential announced, not there', 0x45, '', 'bytes_malformed'],
  ])('with %s', (_, flags, tail, code) => {
    expect(check(CLIENT_DATA, authenticatorData(flags, tail))).toBe(code);
  });

  it('for another relying party is refused', () => {
    const data = authenticatorData(0x05);
    data[31] = (data[31] ?? 0) ^ 1;
    expect(check(CLIENT_DATA, data)).toBe('assertion_relying_party');
  });

  it('cut short is refused', () => {
    expect(check(CLIENT_DATA, authenticatorData(0x05).slice(0, 36))).toBe('bytes_malformed');
    expect(check(CLIENT_DATA, new Uint8Array(0))).toBe('bytes_malformed');
  });

  it('has its sign count read as an unsigned number', () => {
    const data = authenticatorData(0x05);
    data.set([0xff, 0xff, 0xff, 0xfe], 33);
    expect(signCount(data)).toBe(0xfffffffe);
  });
});

describe('a raw signature', () => {
  it('is one of 64 bytes when raw, nothing else', () => {
    const clientDataJson = toUtf8(JSON.stringify(CLIENT_DATA));
    for (const length of [0, 63, 65, 70]) {
      const assertion = {
        authenticatorData: authenticatorData(0x05),
        clientDataJson,
        signature: filled(length, 1),
      };
      expect(checkAssertion(assertion, CHALLENGE, PARTY).ok).toBe(false);
    }
  });
});
