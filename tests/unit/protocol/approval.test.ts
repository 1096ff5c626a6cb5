import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approvalCandidates } from '#protocol/approval.ts';
import { checkAssertion, type RelyingParty, signatureFromDer } from '#protocol/assertion.ts';
import { assertionOf, decodeAuthorization, encodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, concatBytes, toBase64url, toUtf8 } from '#protocol/bytes.ts';
import { decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import { encodeOrder, paymentId } from '#protocol/order.ts';
import { filled, oneByteOff, SAMPLE_ORDER } from './sample-orders.ts';

const PARTY: RelyingParty = {
  rpId: 'wallet.example',
  origins: ['https://wallet.example', 'https://pay.wallet.example'],
};
const PASSKEY = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const CREDENTIAL = toUtf8('credential');

type Ceremony = {
  readonly origin?: string;
  readonly flags?: number;
  readonly rpId?: string;
  readonly type?: string;
  readonly challenge?: Bytes;
  readonly more?: string;
};

/** What a phone would send: an authenticator and a browser made of a few lines. */
function authorize(orderBytes: Uint8Array, ceremony: Ceremony = {}): Bytes {
  const { origin = 'https://wallet.example', flags = 0x05, rpId = 'wallet.example' } = ceremony;
  const { type = 'webauthn.get', challenge = paymentId(orderBytes), more = '' } = ceremony;
  const clientDataJson = toUtf8(
    `{"type":"${type}","challenge":"${toBase64url(challenge)}","origin":"${origin}","crossOrigin":false${more}}`,
  );
  const authenticatorData = concatBytes(hash(toUtf8(rpId)), Uint8Array.of(flags, 0, 0, 0, 0));
  const signed = concatBytes(authenticatorData, hash(clientDataJson));
  const signature = signatureFromDer(sign('sha256', signed, PASSKEY.privateKey)) ?? filled(0, 0);
  return encodeAuthorization(
    orderBytes,
    CREDENTIAL,
    { authenticatorData, clientDataJson, signature },
    { rpId: 'wallet.example', origin },
  );
}

/** The refusal of an authorization whose client data is the template of this number. */
function readWithTemplate(number: number): string | undefined {
  const item = decodeCbor(authorize(encodeOrder(SAMPLE_ORDER)));
  if (!item.ok || !Array.isArray(item.value)) throw new Error('it was encoded');
  const read = decodeAuthorization(encodeCbor(item.value.with(3, number)));
  return read.ok ? undefined : read.refusal.code;
}

function hash(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function judge(bytes: Uint8Array, party = PARTY): { code?: string; verified?: number } {
  const authorization = decodeAuthorization(bytes);
  if (!authorization.ok) return { code: authorization.refusal.code };
  const candidates = approvalCandidates(authorization.value, party);
  if (!candidates.ok) return { code: candidates.refusal.code };
  const good = candidates.value.filter(({ signed, signature }) =>
    verify('sha256', signed, { key: PASSKEY.publicKey, dsaEncoding: 'ieee-p1363' }, signature),
  );
  return { verified: good.length };
}

const ORDER_BYTES = encodeOrder(SAMPLE_ORDER);

describe('a passkey’s approval of an order', () => {
  it('stands for each origin of the relying party, template or raw', () => {
    for (const origin of PARTY.origins) {
      expect(judge(authorize(ORDER_BYTES, { origin }))).toEqual({ verified: 1 });
      const more = ',"extraData":"a client of another year"';
      expect(judge(authorize(ORDER_BYTES, { origin, more }))).toEqual({ verified: 1 });
    }
  });

  it('stands however the flags say that the passkey is kept', () => {
    for (const flags of [0x05, 0x0d, 0x1d]) {
      expect(judge(authorize(ORDER_BYTES, { flags }))).toEqual({ verified: 1 });
    }
  });

  it.each<[string, Ceremony]>([
    ['assertion_type', { type: 'webauthn.create' }],
    ['assertion_challenge', { challenge: filled(32, 1) }],
    ['assertion_origin', { origin: 'https://wallet.example.evil', more: ',"x":1' }],
    ['assertion_cross_origin', { more: ',"topOrigin":"https://evil.example"' }],
    ['assertion_relying_party', { rpId: 'evil.example' }],
    ['assertion_user_presence', { flags: 0x04 }],
    ['assertion_user_verification', { flags: 0x01 }],
    ['assertion_backup_flags', { flags: 0x15 }],
  ])('is refused as %s', (code, ceremony) => {
    expect(judge(authorize(ORDER_BYTES, ceremony))).toEqual({ code });
  });

  it('rebuilt from any template passes every check of client data that was sent', () => {
    const read = decodeAuthorization(authorize(encodeOrder(SAMPLE_ORDER)));
    if (!read.ok) throw new Error(read.refusal.code);
    const templates = [0, 1, 2, 3];
    expect(readWithTemplate(templates.length)).toBe('bytes_malformed');
    for (const clientData of templates) {
      for (const origin of PARTY.origins) {
        const assertion = assertionOf({ ...read.value, clientData }, PARTY.rpId, origin);
        expect(checkAssertion(assertion, read.value.id, PARTY).ok).toBe(true);
      }
    }
  });

  it('does not stand for another origin sent as a template: no candidate verifies', () => {
    const evil = authorize(ORDER_BYTES, { origin: 'https://evil.example' });
    expect(judge(evil)).toEqual({ verified: 0 });
  });

  it('does not stand when the relying party has no origin', () => {
    expect(judge(authorize(ORDER_BYTES), { ...PARTY, origins: [] })).toEqual({
      code: 'assertion_origin',
    });
  });

  it('does not stand for an order that differs in any one byte', () => {
    const authorization = decodeAuthorization(authorize(ORDER_BYTES));
    if (!authorization.ok) throw new Error(authorization.refusal.code);
    const { credentialHint, signature } = authorization.value;
    for (const changed of oneByteOff(ORDER_BYTES, 3)) {
      const bytes = encodeCbor([changed, credentialHint, [5, 0], 0, signature]);
      expect(judge(bytes).verified ?? 0).toBe(0);
    }
  });

  it('does not survive one bit changed anywhere, but in the hint, which proves nothing', () => {
    const bytes = authorize(ORDER_BYTES);
    const hintAt = bytes.length - 66 - 1 - 3 - 8;
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        const isHint = at >= hintAt && at < hintAt + 8;
        expect(judge(changed).verified ?? 0).toBe(isHint ? 1 : 0);
      }),
      { numRuns: 300 },
    );
  });

  it('may be sent in other bytes than ours, and is the same approval of the same payment', () => {
    const authorization = decodeAuthorization(authorize(ORDER_BYTES));
    if (!authorization.ok) throw new Error(authorization.refusal.code);
    const { credentialHint, signature, id } = authorization.value;
    const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
    const other = Buffer.from((n - s).toString(16).padStart(64, '0'), 'hex');
    const mirrored = concatBytes(signature.subarray(0, 32), other);
    const raw = toUtf8(
      `{"type":"webauthn.get","challenge":"${toBase64url(id)}","origin":"https://wallet.example","crossOrigin":false}`,
    );
    const data = concatBytes(hash(toUtf8('wallet.example')), Uint8Array.of(5, 0, 0, 0, 0));
    for (const items of [
      [ORDER_BYTES, credentialHint, [5, 0], 0, mirrored],
      [ORDER_BYTES, credentialHint, [5, 0], raw, signature],
      [ORDER_BYTES, credentialHint, data, 0, signature],
    ]) {
      const bytes = encodeCbor(items);
      const again = decodeAuthorization(bytes);
      expect(judge(bytes)).toEqual({ verified: 1 });
      expect(again.ok && again.value.id).toEqual(id);
    }
  });
});
