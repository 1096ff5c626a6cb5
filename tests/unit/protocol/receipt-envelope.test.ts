import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bytes, concatBytes } from '#protocol/bytes.ts';
import { type Cbor, encodeCbor } from '#protocol/cbor.ts';
import {
  decodeReceipt,
  encodeReceiptBody,
  protectedHeader,
  RECEIPT_BYTES_MAX,
} from '#protocol/receipt.ts';
import { filled, hex } from './sample-orders.ts';
import { KEY_ID, SAMPLE_BODY } from './sample-receipts.ts';

function refusalOf(bytes: Uint8Array): string | undefined {
  const read = decodeReceipt(bytes);
  return read.ok ? undefined : read.refusal.code;
}

const BODY = encodeReceiptBody(SAMPLE_BODY);
const HEADER = protectedHeader(KEY_ID);
const PROOF = encodeCbor([1, 0, []]);
const SIGNATURE = filled(64, 1);

function proofs(...list: readonly Cbor[]): Cbor {
  return new Map([[396, new Map([[-1, list]])]]);
}

function header(entries: readonly (readonly [number, Cbor])[]): Bytes {
  return encodeCbor(new Map(entries));
}

describe('a receipt’s envelope is refused with', () => {
  const cose = (...items: readonly Cbor[]) => encodeCbor([BODY, items]);

  it('nothing wrong is read', () => {
    expect(refusalOf(cose(HEADER, proofs(PROOF), null, SIGNATURE))).toBeUndefined();
  });

  it.each<[string, Bytes]>([
    ['one item', encodeCbor([BODY])],
    ['three items', encodeCbor([BODY, [HEADER, proofs(PROOF), null, SIGNATURE], 0])],
    ['a body of text', encodeCbor(['body', [HEADER, proofs(PROOF), null, SIGNATURE]])],
    ['a payload attached', cose(HEADER, proofs(PROOF), filled(32, 1), SIGNATURE)],
    ['a signature of 63 bytes', cose(HEADER, proofs(PROOF), null, filled(63, 1))],
    ['a signature in DER', cose(HEADER, proofs(PROOF), null, filled(70, 1))],
    ['a header that is a map', cose(new Map(), proofs(PROOF), null, SIGNATURE)],
    ['an empty header', cose(hex(''), proofs(PROOF), null, SIGNATURE)],
    [
      'another algorithm',
      cose(
        header([
          [1, -8],
          [4, KEY_ID],
          [395, 1],
        ]),
        proofs(PROOF),
        null,
        SIGNATURE,
      ),
    ],
    [
      'another structure',
      cose(
        header([
          [1, -7],
          [4, KEY_ID],
          [395, 2],
        ]),
        proofs(PROOF),
        null,
        SIGNATURE,
      ),
    ],
    [
      'a header more',
      cose(
        header([
          [1, -7],
          [2, [395]],
          [4, KEY_ID],
          [395, 1],
        ]),
        proofs(PROOF),
        null,
        SIGNATURE,
      ),
    ],
    [
      'no key id',
      cose(
        header([
          [1, -7],
          [395, 1],
        ]),
        proofs(PROOF),
        null,
        SIGNATURE,
      ),
    ],
    [
      'a key id of 7 bytes',
      cose(
        header([
          [1, -7],
          [4, filled(7, 1)],
          [395, 1],
        ]),
        proofs(PROOF),
        null,
        SIGNATURE,
      ),
    ],
    ['nothing', hex('')],
    ['a byte behind it', concatBytes(cose(HEADER, proofs(PROOF), null, SIGNATURE), hex('00'))],
  ])('%s', (_, bytes) => {
    expect(refusalOf(bytes)).toBe('bytes_malformed');
  });

  it.each<[string, Cbor]>([
    ['no proof', new Map()],
    ['another proof', new Map([[396, new Map([[-2, [PROOF]]])]])],
    [
      'two kinds of proof',
      new Map([
        [
          396,
          new Map([
            [-1, [PROOF]],
            [-2, [PROOF]],
          ]),
        ],
      ]),
    ],
    [
      'an unprotected header more',
      new Map<number, Cbor>([
        [4, KEY_ID],
        [396, new Map([[-1, [PROOF]]])],
      ]),
    ],
    ['two proofs', proofs(PROOF, PROOF)],
    ['a proof not wrapped in bytes', proofs([1, 0, []])],
    ['a proof in another form', proofs(hex('98030100 80'))],
    ['a place outside the tree', proofs(encodeCbor([1, 1, []]))],
    ['a tree of no leaves', proofs(encodeCbor([0, 0, []]))],
    ['a tree of 257 leaves', proofs(encodeCbor([257, 0, Array(9).fill(filled(32, 1))]))],
    ['a tree of 2^32 leaves', proofs(encodeCbor([0x100000000, 0, []]))],
    ['a negative place', proofs(encodeCbor([1, -1, []]))],
    ['a path too short', proofs(encodeCbor([2, 0, []]))],
    ['a path too long', proofs(encodeCbor([1, 0, [filled(32, 1)]]))],
    ['a short hash', proofs(encodeCbor([2, 0, [filled(31, 1)]]))],
    ['a hash of text', proofs(encodeCbor([2, 0, ['hash']]))],
    ['a proof and more', proofs(encodeCbor([1, 0, [], 0]))],
  ])('%s', (_, unprotected) => {
    expect(refusalOf(cose(HEADER, unprotected, null, SIGNATURE))).toBe('receipt_altered');
  });

  it('more bytes than its limit, before it is looked at', () => {
    expect(refusalOf(new Uint8Array(RECEIPT_BYTES_MAX + 1))).toBe('bytes_too_long');
  });

  it('whatever it is, without a throw', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((tail) => concatBytes(hex('82'), tail)),
    );
    fc.assert(fc.property(bytes, (candidate) => decodeReceipt(candidate).ok === false));
  });
});
