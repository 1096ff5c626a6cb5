import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { decode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bytes, toHex } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import { leafHash, merkleRoot } from '#protocol/merkle.ts';
import {
  decodeReceipt,
  encodeReceiptBody,
  protectedHeader,
  RECEIPT_BYTES_MAX,
  type ReceiptBody,
  receiptFromQrText,
  receiptOfGroup,
  receiptSignedBytes,
  receiptToQrText,
  sealGroup,
} from '#protocol/receipt.ts';
import { anyBytes, filled, hex, oneByteOff } from './sample-orders.ts';
import { anyBody, bodiesOf, groupOf, KEY_ID, SAMPLE_BODY } from './sample-receipts.ts';

const SERVER_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function signedGroup(bodies: readonly Bytes[]) {
  const header = protectedHeader(KEY_ID);
  const key = { key: SERVER_KEY.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return sealGroup(header, bodies, (signed) => Uint8Array.from(sign('sha256', signed, key))).group;
}

const signedOf = (bodies: readonly Bytes[]) =>
  receiptSignedBytes(protectedHeader(KEY_ID), merkleRoot(bodies.map(leafHash)));

function isSigned(receipt: { signed: Uint8Array; signature: Uint8Array }): boolean {
  const key = { key: SERVER_KEY.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  return verify('sha256', receipt.signed, key, receipt.signature);
}

function alone(body: Bytes): Bytes {
  return receiptOfGroup(groupOf([body]), 0);
}

function refusalOf(bytes: Uint8Array): string | undefined {
  const read = decodeReceipt(bytes);
  return read.ok ? undefined : read.refusal.code;
}

describe('a receipt', () => {
  it('says what the server said, and names the key', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const read = decodeReceipt(alone(encodeReceiptBody(body)));
        expect(read).toEqual({
          ok: true,
          value: {
            ...body,
            keyId: KEY_ID,
            signature: filled(64, 0x99),
            signed: signedOf([encodeReceiptBody(body)]),
          },
        });
      }),
      { numRuns: 300 },
    );
  });

  it('has one body: what is read from it is encoded again to the very same bytes', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(anyBody, fc.array(change, { maxLength: 2 }), (body, changes) => {
        const bytes = encodeReceiptBody(body);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const read = decodeReceipt(alone(bytes));
        if (!read.ok) return;
        const { keyId: _, signed: __, signature: ___, ...again } = read.value;
        expect(encodeReceiptBody(again)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([1, 2, 3, 7, 20, 256])(
    'of a group of %i stands alone under the one signature',
    (size) => {
      const group = signedGroup(bodiesOf(size));
      const ids = group.bodies.map((_, index) => {
        const read = decodeReceipt(receiptOfGroup(group, index));
        if (!read.ok) throw new Error(read.refusal.code);
        expect(isSigned(read.value)).toBe(true);
        return toHex(read.value.paymentId);
      });
      expect(new Set(ids).size).toBe(size);
    },
  );

  it('with any one byte changed or dropped is refused, or its signature does not verify', () => {
    const bytes = receiptOfGroup(signedGroup(bodiesOf(3)), 1);
    for (const changed of oneByteOff(bytes, 4)) {
      const read = decodeReceipt(changed);
      expect(read.ok && isSigned(read.value)).toBe(false);
    }
  });

  it('may say another place that the same path leads from; its body is what was signed', () => {
    // Leaf 2 of 3 and leaf 1 of 2 hash alike: place and size are not signed, and prove nothing.
    const group = signedGroup(bodiesOf(3));
    const items = decodeCbor(receiptOfGroup(group, 2));
    const [body, cose] = (items.ok ? items.value : []) as readonly [Bytes, readonly Cbor[]];
    const path = [merkleRoot(group.bodies.slice(0, 2).map(leafHash))];
    const proofs = new Map([[396, new Map([[-1, [encodeCbor([2, 1, path])]]])]]);
    const other = encodeCbor([body, [cose[0] ?? null, proofs, null, cose[3] ?? null]]);
    const read = decodeReceipt(other);
    expect(read.ok && isSigned(read.value)).toBe(true);
    expect(read.ok && toHex(read.value.paymentId)).toBe(toHex(filled(32, 2)));
  });

  it('is COSE: another library finds the protected header and the detached payload there', () => {
    const group = signedGroup(bodiesOf(2));
    const [, [header, unprotected, payload]] = decode(receiptOfGroup(group, 0), { useMaps: true });
    expect(payload).toBeNull();
    expect(decode(header, { useMaps: true })).toEqual(
      new Map<number, unknown>([
        [1, -7],
        [4, KEY_ID],
        [395, 1],
      ]),
    );
    const [proof] = unprotected.get(396).get(-1);
    expect(decode(proof)).toEqual([2, 0, [leafHash(group.bodies[1] ?? hex(''))]]);
    expect(decode(signedOf(group.bodies))).toEqual([
      'Signature1',
      header,
      new Uint8Array(0),
      merkleRoot(group.bodies.map(leafHash)),
    ]);
  });
});

/** The sample's body as a map, with some fields changed (or, as undefined, left out). */
function bodyWith(changes: Readonly<Record<number, Cbor | undefined>>): Bytes {
  const read = decodeCbor(encodeReceiptBody(SAMPLE_BODY));
  const fields = new Map((read.ok ? read.value : undefined) as ReadonlyMap<number, Cbor>);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) fields.delete(Number(key));
    else fields.set(Number(key), value);
  }
  return encodeCbor(fields);
}

const REFUSED = { 4: 2, 11: undefined };

describe('a receipt’s body is refused with', () => {
  it.each<[string, Record<number, Cbor | undefined>]>([
    ['a server id of 4 bytes', { 2: filled(4, 1) }],
    ['a payment id of 31 bytes', { 3: filled(31, 1) }],
    ['no payment id', { 3: undefined }],
    ['verdict 0', { 4: 0 }],
    ['verdict 4', { 4: 4 }],
    ['a verdict of text', { 4: 'accepted' }],
    ['accepted without a transfer', { 11: undefined }],
    ['accepted with a code', { 5: 'own_account' }],
    ['refused without a code', { ...REFUSED }],
    ['refused with a transfer', { 4: 2, 5: 'own_account' }],
    ['refused for what is never final', { ...REFUSED, 5: 'overloaded' }],
    ['refused for what nobody knows', { ...REFUSED, 5: 'no_such_code' }],
    ['refused for a name of every object', { ...REFUSED, 5: 'constructor' }],
    ['refused for having expired', { ...REFUSED, 5: 'payment_expired' }],
    ['expired for another reason', { ...REFUSED, 4: 3, 5: 'own_account' }],
    ['an amount below zero', { 6: -1 }],
    ['an amount of 2^63', { 6: 1n << 63n }],
    ['a currency of four digits', { 7: 1000 }],
    ['a payer of 17 bytes', { 8: filled(17, 1) }],
    ['a payee of text', { 9: 'payee' }],
    ['a time beyond five bytes', { 10: 0x10000000000 }],
    ['a transfer below zero', { 11: -1 }],
    ['an epoch beyond four bytes', { 12: 0x100000000 }],
    ['a key that this version does not know', { 13: 0 }],
    ['a negative key', { [-1]: 0 }],
  ])('%s', (_, changes) => {
    expect(refusalOf(alone(bodyWith(changes)))).toBe('bytes_malformed');
  });

  it('another version, under its own code', () => {
    expect(refusalOf(alone(bodyWith({ 1: 2 })))).toBe('version_unknown');
    expect(refusalOf(alone(bodyWith({ 1: 2, 99: 'new' })))).toBe('version_unknown');
  });

  it('any other bytes', () => {
    for (const text of ['', '00', '80', 'f6', 'ff', 'a1180101']) {
      expect(refusalOf(alone(hex(text)))).toBe('bytes_malformed');
    }
  });

  it('a body that could not be read is never encoded, for it would be signed', () => {
    const wrong: Partial<ReceiptBody>[] = [
      { amountMinor: -1n },
      { verdict: 'refused' },
      { code: 'own_account' },
      { paymentId: filled(31, 1) },
      { epoch: -1 },
    ];
    for (const changes of wrong) {
      expect(() => encodeReceiptBody({ ...SAMPLE_BODY, ...changes })).toThrow();
    }
  });
});

const BODY = encodeReceiptBody(SAMPLE_BODY);

describe('a group', () => {
  it('of the largest receipts stays within a receipt’s limit', () => {
    const body = encodeReceiptBody({
      ...SAMPLE_BODY,
      verdict: 'accepted',
      amountMinor: (1n << 63n) - 1n,
      transfer: (1n << 63n) - 1n,
      settledAtS: 0xffffffffff,
      epoch: 0xffffffff,
    });
    const receipt = receiptOfGroup(groupOf(Array(256).fill(body)), 100);
    expect(receipt.length).toBeLessThanOrEqual(RECEIPT_BYTES_MAX);
    expect(refusalOf(receipt)).toBeUndefined();
  });

  it('too large for its paths to be read is never signed', () => {
    expect(() => signedGroup(Array(257).fill(BODY))).toThrow();
    expect(() => signedGroup([])).toThrow();
    expect(() => receiptOfGroup(groupOf([BODY]), 1)).toThrow(RangeError);
  });
});

describe('its QR text', () => {
  it('is its prefix and base45, and comes back', () => {
    fc.assert(
      fc.property(anyBytes(250), (bytes) => {
        expect(receiptFromQrText(receiptToQrText(bytes))).toEqual({ ok: true, value: bytes });
      }),
    );
  });

  it.each([
    ['CFA:00', 'text_unknown'],
    ['', 'text_unknown'],
    ['CFR:0', 'bytes_malformed'],
    ['CFR:::', 'bytes_malformed'],
  ])('refused as $1: $0', (text, code) => {
    const read = receiptFromQrText(text);
    expect(read.ok ? undefined : read.refusal.code).toBe(code);
  });

  it('of more characters than its bytes may have is not looked at', () => {
    const read = receiptFromQrText(`CFR:${'0'.repeat(2000)}`);
    expect(read.ok ? undefined : read.refusal.code).toBe('bytes_too_long');
  });
});
