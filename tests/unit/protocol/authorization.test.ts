import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Assertion } from '#protocol/assertion.ts';
import {
  AUTHORIZATION_BYTES_MAX,
  type Authorization,
  assertionOf,
  authorizationFromQrText,
  authorizationToQrText,
  credentialHint,
  decodeAuthorization,
  encodeAuthorization,
} from '#protocol/authorization.ts';
import {
  type Bytes,
  concatBytes,
  equalBytes,
  toBase64url,
  toHex,
  toUtf8,
} from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import { encodeOrder, paymentId } from '#protocol/order.ts';
import { anyBytes, anyOrder, filled, hex, oneByteOff, SAMPLE_ORDER } from './sample-orders.ts';

const RP_ID = 'wallet.example';
const ORIGIN = 'https://wallet.example';
const ORDER_BYTES = encodeOrder(SAMPLE_ORDER);
const CREDENTIAL = toUtf8('a credential id');

function authenticatorData(rpId: string, flags: number, count: number): Bytes {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(count);
  const rpIdHash = createHash('sha256').update(rpId).digest();
  return concatBytes(rpIdHash, Uint8Array.of(flags), counter);
}

/** clientDataJSON as browsers write it. */
function clientData(orderBytes: Uint8Array, origin = ORIGIN, tail = ',"crossOrigin":false'): Bytes {
  const challenge = toBase64url(paymentId(orderBytes));
  return toUtf8(`{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}"${tail}}`);
}

function assertion(changes: Partial<Assertion> = {}): Assertion {
  return {
    authenticatorData: authenticatorData(RP_ID, 0x1d, 0),
    clientDataJson: clientData(ORDER_BYTES),
    signature: filled(64, 0x77),
    ...changes,
  };
}

function encode(changes: Partial<Assertion> = {}, party = { rpId: RP_ID, origin: ORIGIN }): Bytes {
  return encodeAuthorization(ORDER_BYTES, CREDENTIAL, assertion(changes), party);
}

function decoded(bytes: Uint8Array): Authorization {
  const read = decodeAuthorization(bytes);
  if (!read.ok) throw new Error(read.refusal.code);
  return read.value;
}

function refusalOf(bytes: Uint8Array): string | undefined {
  const read = decodeAuthorization(bytes);
  return read.ok ? undefined : read.refusal.code;
}

/** What a reader makes of an authorization, written again. */
function encodedAgain(read: Authorization): Bytes {
  const { authenticator } = read;
  return encodeCbor([
    read.orderBytes,
    read.credentialHint,
    authenticator instanceof Uint8Array
      ? authenticator
      : [authenticator.flags, authenticator.signCount],
    read.clientData,
    read.signature,
  ]);
}

describe('an authorization', () => {
  it('carries the order’s bytes unchanged, and its id is theirs', () => {
    fc.assert(
      fc.property(anyOrder, (order) => {
        const orderBytes = encodeOrder(order);
        const made = assertion({ clientDataJson: clientData(orderBytes) });
        const bytes = encodeAuthorization(orderBytes, CREDENTIAL, made, {
          rpId: RP_ID,
          origin: ORIGIN,
        });
        const read = decoded(bytes);
        expect(read.orderBytes).toEqual(orderBytes);
        expect(read.order).toEqual(order);
        expect(read.id).toEqual(paymentId(orderBytes));
        expect(read.credentialHint).toEqual(credentialHint(CREDENTIAL));
        expect(assertionOf(read, RP_ID, ORIGIN)).toEqual(made);
      }),
    );
  });

  it('that is read is encoded again to the very same bytes', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 2 }), fc.boolean(), (changes, raw) => {
        const bytes = encode(raw ? { clientDataJson: toUtf8('{"type":"webauthn.get"}') } : {});
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const read = decodeAuthorization(bytes);
        if (read.ok) expect(encodedAgain(read.value)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('with any one byte changed or dropped is refused, or its id or its approval is another', () => {
    const bytes = encode();
    const original = decoded(bytes);
    // Thousands of them: only what breaks the rule is worth an assertion's time.
    const broken = [...oneByteOff(bytes, 32)].filter((changed) => {
      const read = decodeAuthorization(changed);
      if (!read.ok) return false;
      const { id, orderBytes } = read.value;
      const sameOrder = equalBytes(orderBytes, original.orderBytes);
      return (
        sameOrder !== equalBytes(id, original.id) || !equalBytes(encodedAgain(read.value), changed)
      );
    });
    expect(broken.map(toHex)).toEqual([]);
  });

  it('of a typical payment is small: no template costs more than a byte', () => {
    const read = decoded(encode());
    expect(read.clientData).toBe(0);
    expect(read.authenticator).toEqual({ flags: 0x1d, signCount: 0 });
    expect(encode().length).toBeLessThan(240);
  });
});

describe('the client’s data', () => {
  const filler =
    ',"crossOrigin":false,"other_keys_can_be_added_here":"do not compare clientDataJSON against a template. See https://goo.gl/yabPex"';
  const challenge = toBase64url(paymentId(ORDER_BYTES));

  it.each<[number, string, Bytes]>([
    [0, 'as WebAuthn Level 3 has it', clientData(ORDER_BYTES)],
    [1, 'with Chrome’s filler', clientData(ORDER_BYTES, ORIGIN, filler)],
    [
      2,
      'in the order of the alphabet',
      toUtf8(
        `{"challenge":"${challenge}","crossOrigin":false,"origin":"${ORIGIN}","type":"webauthn.get"}`,
      ),
    ],
    [3, 'of Level 1, without crossOrigin', clientData(ORDER_BYTES, ORIGIN, '')],
  ])('travels as template %i when it is %s, and is rebuilt byte for byte', (number, _, text) => {
    const read = decoded(encode({ clientDataJson: text }));
    expect(read.clientData).toBe(number);
    expect(assertionOf(read, RP_ID, ORIGIN).clientDataJson).toEqual(text);
  });

  it.each<[string, Bytes]>([
    ['another member', clientData(ORDER_BYTES, ORIGIN, ',"crossOrigin":false,"extraData":"x"')],
    ['another order of members', toUtf8('{"origin":"x","type":"webauthn.get"}')],
    ['another origin', clientData(ORDER_BYTES, 'https://other.example')],
    ['another challenge', clientData(filled(3, 3))],
    ['a blank', clientData(ORDER_BYTES, ORIGIN, ', "crossOrigin":false')],
    ['cross-origin', clientData(ORDER_BYTES, ORIGIN, ',"crossOrigin":true')],
    ['bytes that are not UTF-8', concatBytes(clientData(ORDER_BYTES), Uint8Array.of(0xff))],
    ['nothing at all', new Uint8Array(0)],
  ])('travels raw and unchanged when it has %s', (_, text) => {
    const read = decoded(encode({ clientDataJson: text }));
    expect(read.clientData).toEqual(text);
    expect(assertionOf(read, RP_ID, ORIGIN).clientDataJson).toEqual(text);
  });

  it('as a template is rebuilt for the origin that is asked about', () => {
    const read = decoded(encode());
    const other = assertionOf(read, RP_ID, 'https://other.example');
    expect(other.clientDataJson).toEqual(clientData(ORDER_BYTES, 'https://other.example'));
  });
});

describe('the authenticator’s data', () => {
  it.each<[string, Bytes]>([
    ['another relying party', authenticatorData('other.example', 0x05, 0)],
    ['extensions', concatBytes(authenticatorData(RP_ID, 0x85, 7), hex('a0'))],
  ])('travels raw and unchanged when it has %s', (_, data) => {
    const read = decoded(encode({ authenticatorData: data }));
    expect(read.authenticator).toEqual(data);
    expect(assertionOf(read, RP_ID, ORIGIN).authenticatorData).toEqual(data);
  });

  it('travels as flags and count otherwise, to the largest count', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.nat(0xffffffff), (flags, signCount) => {
        const data = authenticatorData(RP_ID, flags, signCount);
        const read = decoded(encode({ authenticatorData: data }));
        expect(read.authenticator).toEqual({ flags, signCount });
        expect(assertionOf(read, RP_ID, ORIGIN).authenticatorData).toEqual(data);
      }),
    );
  });
});

/** The sample's items, one of them replaced. */
function withItem(index: number, item: Cbor): Bytes {
  const read = decodeCbor(encode());
  const items = [...((read.ok ? read.value : []) as readonly Cbor[])];
  items[index] = item;
  return encodeCbor(items);
}

describe('refused is', () => {
  it.each<[string, Bytes]>([
    ['an order that is no byte string', withItem(0, new Map())],
    ['a hint of 7 bytes', withItem(1, filled(7, 1))],
    ['a hint of 9 bytes', withItem(1, filled(9, 1))],
    ['a hint of text', withItem(1, '12345678')],
    ['authenticator data of 36 bytes', withItem(2, filled(36, 1))],
    ['flags alone', withItem(2, [5])],
    ['flags, count and more', withItem(2, [5, 0, 0])],
    ['flags beyond a byte', withItem(2, [256, 0])],
    ['negative flags', withItem(2, [-1, 0])],
    ['a count beyond four bytes', withItem(2, [5, 0x100000000])],
    ['a negative count', withItem(2, [5, -1])],
    ['flags of text', withItem(2, ['5', 0])],
    ['a template that does not exist', withItem(3, 4)],
    ['a negative template', withItem(3, -1)],
    ['a template of 2^64 − 1', withItem(3, (1n << 64n) - 1n)],
    ['client data of text', withItem(3, '{}')],
    ['client data of 1025 bytes', withItem(3, filled(1025, 0x20))],
    ['a signature of 63 bytes', withItem(4, filled(63, 1))],
    ['a signature in DER', withItem(4, filled(70, 1))],
    ['a sixth item', withItem(5, null)],
    ['four items', encodeCbor([ORDER_BYTES, filled(8, 1), [5, 0], 0])],
    ['a map', encodeCbor(new Map([[0, ORDER_BYTES]]))],
    ['the order alone', ORDER_BYTES],
    ['a byte behind it', concatBytes(encode(), Uint8Array.of(0))],
    ['nothing', new Uint8Array(0)],
  ])('%s', (_, bytes) => {
    expect(refusalOf(bytes)).toBe('bytes_malformed');
  });

  it('an order that is refused, for the order’s own reason', () => {
    expect(refusalOf(withItem(0, filled(385, 0xa0)))).toBe('bytes_too_long');
    expect(refusalOf(withItem(0, hex('a10102')))).toBe('version_unknown');
    expect(refusalOf(withItem(0, hex('a1180101')))).toBe('bytes_not_canonical');
    expect(refusalOf(withItem(0, hex('a10101')))).toBe('bytes_malformed');
  });

  it('another form of the same array', () => {
    const bytes = encode();
    expect(refusalOf(concatBytes(hex('9805'), bytes.subarray(1)))).toBe('bytes_not_canonical');
    expect(refusalOf(concatBytes(hex('9f'), bytes.subarray(1), hex('ff')))).toBe(
      'bytes_not_canonical',
    );
  });

  it('what is longer than its limit, before it is looked at', () => {
    expect(refusalOf(new Uint8Array(AUTHORIZATION_BYTES_MAX + 1))).toBe('bytes_too_long');
  });

  it('whatever it is, without a throw', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((tail) => concatBytes(hex('85'), tail)),
    );
    fc.assert(fc.property(bytes, (candidate) => decodeAuthorization(candidate).ok === false));
  });
});

it('what no server would read is not encoded: it would wait in the outbox for ever', () => {
  expect(() => encode({ clientDataJson: filled(1025, 0x20) })).toThrow();
  expect(() => encode({ signature: filled(70, 1) })).toThrow();
  expect(() => encode({ authenticatorData: filled(36, 1) })).toThrow();
  expect(() => encodeAuthorization(filled(3, 0), CREDENTIAL, assertion(), PARTY)).toThrow();
});

const PARTY = { rpId: RP_ID, origin: ORIGIN };

describe('its QR text', () => {
  it('is its prefix and base45, and comes back', () => {
    fc.assert(
      fc.property(anyBytes(200), (bytes) => {
        const text = authorizationToQrText(bytes);
        expect(text).toMatch(/^CFA:[0-9A-Z $%*+\-./:]+$/);
        // Scanners and forms trim texts: base45 never ends in a blank, so nothing is lost.
        expect(text.trim()).toBe(text);
        expect(authorizationFromQrText(text)).toEqual({ ok: true, value: bytes });
      }),
    );
  });

  it.each([
    ['CFR:', 'text_unknown'],
    ['cfa:00', 'text_unknown'],
    ['', 'text_unknown'],
    ['CFA:a', 'bytes_malformed'],
    ['CFA:GGW', 'bytes_malformed'],
  ])('refused as $1: $0', (text, code) => {
    const read = authorizationFromQrText(text);
    expect(read.ok ? undefined : read.refusal.code).toBe(code);
  });

  it('of more characters than its bytes may have is not looked at', () => {
    const read = authorizationFromQrText(`CFA:${'0'.repeat(4000)}`);
    expect(read.ok ? undefined : read.refusal.code).toBe('bytes_too_long');
  });
});
