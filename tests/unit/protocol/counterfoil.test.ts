import { generateKeyPairSync, sign } from 'node:crypto';
import { decode } from 'cborg';
import fc from 'fast-check';
import { encodeQR } from 'qr';
import { describe, expect, it } from 'vitest';
import { type Allowance, allowanceSignedBytes, type SignedAllowance } from '#protocol/allowance.ts';
import { assertionOf, encodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, concatBytes, toBase64url, toHex, toUtf8 } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor, splitCborSequence } from '#protocol/cbor.ts';
import {
  COUNTERFOIL_BYTES_MAX,
  COUNTERFOIL_FRAME_BYTES_MAX,
  type Counterfoil,
  counterfoilFromQrText,
  counterfoilToQrText,
  decodeCounterfoil,
  encodeCounterfoil,
} from '#protocol/counterfoil.ts';
import { encodeOrder, type Order, paymentId } from '#protocol/order.ts';
import { sha256 } from '#protocol/sha256.ts';
import { judgeCounterfoil } from './offline-judge.ts';
import {
  anyCovered,
  approved,
  COVERED_ORDER,
  CREDENTIAL,
  counterfoilOf,
  KEY_ID,
  PARTY,
  SAMPLE_ALLOWANCE,
  signedAs,
} from './sample-allowances.ts';
import { anyBytes, filled, hex, oneBitOff } from './sample-orders.ts';

function decoded(bytes: Uint8Array): Counterfoil {
  const read = decodeCounterfoil(bytes);
  if (!read.ok) throw new Error(read.refusal.code);
  return read.value;
}

function refusalOf(bytes: Uint8Array): string | undefined {
  const read = decodeCounterfoil(bytes);
  return read.ok ? undefined : read.refusal.code;
}

function partsOf(bytes: Uint8Array): [Bytes, Cbor[]] {
  const split = splitCborSequence(bytes, 2);
  const [first = filled(0, 0), second = filled(0, 0)] = split.ok ? split.value : [];
  const cover = decodeCbor(second);
  return [first, [...((cover.ok ? cover.value : []) as readonly Cbor[])]];
}

/** What a reader makes of a counterfoil, written again. */
function encodedAgain({ authorizationBytes, allowance, keyHint, signature }: Counterfoil): Bytes {
  const keyId = concatBytes(Uint8Array.of(keyHint), filled(7, 0));
  const signed = allowanceSignedBytes(allowance, keyId);
  return encodeCounterfoil(authorizationBytes, { allowance, keyId, signed, signature });
}

/** All that two signatures are over, and the signatures: what a change must change. */
function everythingSigned(read: Counterfoil): string {
  const { authorization, allowance, keyHint, signature } = read;
  const assertion = assertionOf(authorization, PARTY.rpId, PARTY.origin);
  return [
    concatBytes(Uint8Array.of(keyHint), allowanceSignedBytes(allowance, KEY_ID)),
    signature,
    concatBytes(assertion.authenticatorData, sha256(assertion.clientDataJson)),
    authorization.id,
    authorization.signature,
  ]
    .map(toHex)
    .join(' ');
}

describe('a counterfoil', () => {
  it('gives back the authorization’s bytes, and the allowance as it was signed', () => {
    fc.assert(
      fc.property(anyCovered, ({ order, allowance }) => {
        const bytes = approved(order);
        const read = decoded(encodeCounterfoil(bytes, signedAs(allowance)));
        expect(read.authorizationBytes).toEqual(bytes);
        expect(read.authorization.order).toEqual(order);
        expect(read.allowance).toEqual(allowance);
        expect(read.keyHint).toBe(KEY_ID[0]);
        expect(allowanceSignedBytes(read.allowance, KEY_ID)).toEqual(signedAs(allowance).signed);
      }),
    );
  });

  it('is two CBOR items to another library: the authorization and nine more', () => {
    const [authorization, cover] = partsOf(counterfoilOf());
    expect(decode(authorization, { useMaps: true })).toHaveLength(5);
    const [hint, key, total, cap, count, place, from, hours, signature] = decode(
      encodeCbor(cover),
    ) as unknown[];
    expect([hint, total, cap, count, place, from, hours]).toEqual([
      KEY_ID[0],
      20_000,
      5_000,
      60,
      COVERED_ORDER.seq - SAMPLE_ALLOWANCE.firstSeq,
      SAMPLE_ALLOWANCE.validFromS,
      240,
    ]);
    expect([(key as Bytes).length, (signature as Bytes).length]).toEqual([33, 64]);
  });

  it('with any one byte changed or dropped is refused, or something signed is another', () => {
    const check = (changed: Bytes, whole: string) => {
      const read = decodeCounterfoil(changed);
      if (read.ok && everythingSigned(read.value) === whole) expect.fail(toHex(changed));
      return read.ok;
    };
    const bytes = counterfoilOf();
    const whole = everythingSigned(decoded(bytes));
    const readable = [...oneBitOff(bytes)].filter((changed) => check(changed, whole));
    expect(readable.length).toBeGreaterThan(500);
    const raw = counterfoilOf(COVERED_ORDER, SAMPLE_ALLOWANCE, { tail: ',"extraData":"x"' });
    const wholeRaw = everythingSigned(decoded(raw));
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (isRaw, place, step) => {
          const changed = (isRaw ? raw : bytes).slice();
          const at = place % changed.length;
          changed[at] = (changed[at] ?? 0) ^ step;
          check(changed, isRaw ? wholeRaw : whole);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('that is read is written again to the very same bytes', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(anyCovered, fc.array(change, { maxLength: 2 }), (made, changes) => {
        const bytes = counterfoilOf(made.order, made.allowance);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const read = decodeCounterfoil(bytes);
        if (read.ok) expect(encodedAgain(read.value)).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it('whatever it is, is answered without a throw', () => {
    const [authorization] = partsOf(counterfoilOf());
    const bytes = fc
      .tuple(
        fc.constantFrom(hex(''), hex('85'), authorization, concatBytes(authorization, hex('89'))),
        fc.uint8Array({ maxLength: 200 }),
      )
      .map(([head, tail]) => concatBytes(head, tail));
    fc.assert(fc.property(bytes, (candidate) => decodeCounterfoil(candidate).ok === false));
  });
});

describe('with real signatures', () => {
  const [server, passkey] = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  if (!server || !passkey) throw new Error('no keys');
  const pointOfKey = ({ publicKey }: typeof server) =>
    Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }).subarray(-64));
  const signedWith = ({ privateKey }: typeof server, message: Uint8Array) =>
    Uint8Array.from(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }));

  const orderBytes = encodeOrder(COVERED_ORDER);
  const challenge = toBase64url(paymentId(orderBytes));
  const clientDataJson = toUtf8(
    `{"type":"webauthn.get","challenge":"${challenge}","origin":"${PARTY.origin}","crossOrigin":false}`,
  );
  const authenticatorData = concatBytes(sha256(toUtf8(PARTY.rpId)), hex('1d00000000'));
  const approval = signedWith(passkey, concatBytes(authenticatorData, sha256(clientDataJson)));
  const assertion = { authenticatorData, clientDataJson, signature: approval };
  const authorization = encodeAuthorization(orderBytes, CREDENTIAL, assertion, PARTY);
  const allowance = { ...SAMPLE_ALLOWANCE, point: pointOfKey(passkey) };
  const signed = allowanceSignedBytes(allowance, KEY_ID);
  const statement = { allowance, keyId: KEY_ID, signed, signature: signedWith(server, signed) };
  const bytes = encodeCounterfoil(authorization, statement);
  const known = {
    server: COVERED_ORDER.server,
    party: { rpId: PARTY.rpId, origins: [PARTY.origin] },
    keys: [{ keyId: KEY_ID, point: pointOfKey(server) }],
    payee: COVERED_ORDER.payee,
    asked: {
      digest: COVERED_ORDER.requestDigest,
      currency: COVERED_ORDER.currency,
      amountMinor: COVERED_ORDER.amountMinor,
    },
    nowS: COVERED_ORDER.authorizedAtS,
  };

  it('it is believed as it was made', async () => {
    expect(await judgeCounterfoil(bytes, known)).toBeUndefined();
  });

  it('and not with any one byte changed or dropped', async () => {
    for (let at = 0; at < bytes.length; at++) {
      const turned = bytes.slice();
      turned[at] = (turned[at] ?? 0) ^ (1 << (at % 8));
      const lost = concatBytes(bytes.subarray(0, at), bytes.subarray(at + 1));
      for (const changed of [turned, lost]) {
        if ((await judgeCounterfoil(changed, known)) === undefined) expect.fail(toHex(changed));
      }
    }
  });
});

describe('what does not belong together is not put together:', () => {
  it.each<[string, Partial<Allowance>]>([
    ['another server’s', { server: filled(5, 1) }],
    ['another account’s', { account: filled(16, 1) }],
    ['another device’s', { device: 2 }],
    ['another passkey’s', { credentialHint: filled(8, 1) }],
    ['of another currency', { currency: 756 }],
    ['not the one that is named', { id: filled(8, 1) }],
    ['begun after this order', { firstSeq: COVERED_ORDER.seq + 1 }],
  ])('an allowance %s', (_, changes) => {
    const allowance = { ...SAMPLE_ALLOWANCE, ...changes };
    expect(() => encodeCounterfoil(approved(COVERED_ORDER), signedAs(allowance))).toThrow();
  });

  it('an order that names none', () => {
    const { allowance: _, ...order } = COVERED_ORDER;
    expect(() => encodeCounterfoil(approved(order), signedAs(SAMPLE_ALLOWANCE))).toThrow();
  });

  it('an allowance signed as something else', () => {
    const statement: SignedAllowance = { ...signedAs(SAMPLE_ALLOWANCE), signed: filled(9, 9) };
    expect(() => encodeCounterfoil(approved(COVERED_ORDER), statement)).toThrow();
  });
});

describe('an order’s place in its allowance', () => {
  it.each([
    ['the first', { seq: 5 }, {}, 5],
    ['the first of all', { seq: 1 }, { firstSeq: 1 }, 1],
    ['the last of the count', { seq: 64 }, {}, 5],
    ['beyond the count, for coverFault to refuse', { seq: 65 }, {}, 5],
    ['the last seq there is', { seq: 0xffffffff }, { firstSeq: 0xffffffff }, 0xffffffff],
    ['as far as can be', { seq: 0xffffffff }, { firstSeq: 1 }, 1],
  ] satisfies [string, Partial<Order>, Partial<Allowance>, number][])(
    'is found again: %s',
    (_, order, allowance, firstSeq) => {
      const bytes = counterfoilOf(
        { ...COVERED_ORDER, ...order },
        { ...SAMPLE_ALLOWANCE, ...allowance },
      );
      expect(decoded(bytes).allowance.firstSeq).toBe(firstSeq);
    },
  );

  it.each<[string, Cbor]>([
    ['as high as its seq', COVERED_ORDER.seq],
    ['higher than its seq', COVERED_ORDER.seq + 1],
    ['of 2^32', 0x100000000],
    ['below zero', -1],
    ['of text', '2'],
  ])('is refused when it is %s', (_, place) => {
    expect(refusalOf(withItem(5, place))).toBe('bytes_malformed');
  });
});

/** The sample’s cover with one item replaced or added. */
function withItem(index: number, item: Cbor): Bytes {
  const [authorization, cover] = partsOf(counterfoilOf());
  cover[index] = item;
  return concatBytes(authorization, encodeCbor(cover));
}

describe('refused is', () => {
  const [authorization, items] = partsOf(counterfoilOf());
  const cover = encodeCbor(items);

  it.each<[string, Bytes]>([
    ['nothing', hex('')],
    ['an authorization alone', authorization],
    ['a cover alone', cover],
    ['a cover first', concatBytes(cover, authorization)],
    ['an authorization twice', concatBytes(authorization, authorization)],
    ['a third item', concatBytes(authorization, cover, hex('00'))],
    ['a stray byte', concatBytes(authorization, cover, hex('ff'))],
    ['a cover of eight items', concatBytes(authorization, encodeCbor(items.slice(0, 8)))],
    ['a cover of ten items', withItem(9, 0)],
    ['a cover that is a map', concatBytes(authorization, hex('a0'))],
    ['a cover in another form', concatBytes(authorization, hex('9809'), cover.subarray(1))],
    ['a tagged cover', concatBytes(authorization, hex('c0'), cover)],
    ['a hint beyond a byte', withItem(0, 256)],
    ['a point that is not compressed', withItem(1, SAMPLE_ALLOWANCE.point)],
    ['a point beside the curve', withItem(1, hex(`02${'00'.repeat(31)}01`))],
    ['a cap above the total', withItem(3, 20_001)],
    ['a count beyond two bytes', withItem(4, 0x10000)],
    ['a beginning beyond four bytes', withItem(6, 0x100000000)],
    ['more than 366 days', withItem(7, 8785)],
    ['a signature of 65 bytes', withItem(8, filled(65, 1))],
  ])('%s', (_, bytes) => {
    expect(refusalOf(bytes)).toBe('bytes_malformed');
  });

  it('an authorization that is refused, for its own reason', () => {
    expect(refusalOf(concatBytes(hex('9805'), authorization.subarray(1), cover))).toBe(
      'bytes_not_canonical',
    );
  });

  it('what is longer than its limit, before it is looked at', () => {
    expect(refusalOf(new Uint8Array(COUNTERFOIL_BYTES_MAX + 1))).toBe('bytes_too_long');
  });
});

describe('its size', () => {
  /** Versions of QR have 17 + 4 × version modules. */
  const versionOf = (bytes: Uint8Array) =>
    (encodeQR(counterfoilToQrText(bytes), 'raw', { ecc: 'medium', border: 1 }).length - 19) / 4;

  it('is a code of version 13 for a typical payment', () => {
    const bytes = counterfoilOf();
    expect(bytes.length).toBeLessThanOrEqual(319);
    expect(versionOf(bytes)).toBeLessThanOrEqual(13);
  });

  it('grows by single bytes as its numbers grow', () => {
    const large = { totalMinor: 4_000_000n, capMinor: 65_535n, countMax: 255, hours: 255 };
    const bytes = counterfoilOf(
      { ...COVERED_ORDER, seq: 255, amountMinor: 65_535n, spentBeforeMinor: 65_535n },
      { ...SAMPLE_ALLOWANCE, ...large, firstSeq: 240 },
    );
    expect(bytes.length).toBeLessThanOrEqual(321);
  });

  it.each([
    ['of 40 letters beyond the BMP', '😀'.repeat(40), {}],
    [
      'of 40 letters of Devanagari, with tip and fee',
      'न'.repeat(40),
      { tipMinor: 200n, feeMinor: 30n },
    ],
    ['of 40 letters beyond the BMP, with a tip', '😀'.repeat(40), { tipMinor: 200n }],
  ])('is never more than one code holds, with the longest note: %s', (_, note, more) => {
    const bytes = counterfoilOf({ ...COVERED_ORDER, note, ...more });
    expect(bytes.length).toBeLessThanOrEqual(COUNTERFOIL_FRAME_BYTES_MAX);
    expect(versionOf(bytes)).toBeLessThanOrEqual(17);
  });

  it('of a whole frame is a code of version 17', () => {
    expect(versionOf(new Uint8Array(COUNTERFOIL_FRAME_BYTES_MAX).fill(0xff))).toBe(17);
  });
});

describe('its QR text', () => {
  it('is its prefix and base45, and comes back', () => {
    fc.assert(
      fc.property(anyBytes(317), (bytes) => {
        const text = counterfoilToQrText(bytes);
        expect(text).toMatch(/^CFC:[0-9A-Z $%*+\-./:]+$/);
        expect(counterfoilFromQrText(text)).toEqual({ ok: true, value: bytes });
      }),
    );
  });

  it.each([
    ['CFA:00', 'text_unknown'],
    ['cfc:00', 'text_unknown'],
    ['CFC:a', 'bytes_malformed'],
    ['CFC:GGW', 'bytes_malformed'],
    [`CFC:${'0'.repeat(3457)}`, 'bytes_too_long'],
  ])('refused as $1: %.12s', (text, code) => {
    const read = counterfoilFromQrText(text);
    expect(read.ok ? undefined : read.refusal.code).toBe(code);
  });
});
