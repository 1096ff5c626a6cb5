import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { decode, encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import {
  encodeSign1,
  readSign1,
  type StatementType,
  sigStructure,
  statementSignedBytes,
} from '#protocol/cose-sign1.ts';
import { anyBytes, filled, hex } from './sample-orders.ts';

const ALLOWANCE: StatementType = 'application/counterfoil-allowance+cbor';
const NAME: StatementType = 'application/counterfoil-payee-name+cbor';
const anyType = fc.constantFrom(ALLOWANCE, NAME);
const anyPayload = fc.uint8Array({ maxLength: 300 }).map((bytes) => bytes.slice());

function itemOf(bytes: Uint8Array): Cbor {
  const item = decodeCbor(bytes);
  if (!item.ok) throw new Error(item.fault);
  return item.value;
}

const header = (entries: readonly (readonly [number, Cbor])[]) => encodeCbor(new Map(entries));
const KEY_ID = filled(8, 4);
const HEADER = header([
  [1, -7],
  [4, KEY_ID],
  [16, ALLOWANCE],
]);
const SIGNATURE = filled(64, 1);

describe('a signed statement', () => {
  it('is what another reader of COSE finds: protected header, no other, payload, signature', () => {
    fc.assert(
      fc.property(
        anyType,
        anyBytes(8),
        anyPayload,
        anyBytes(64),
        (type, keyId, payload, signature) => {
          const options = { useMaps: true } as const;
          const [protectedBytes, unprotected, found, signed] = decode(
            encodeSign1(type, keyId, payload, signature),
            options,
          ) as [Uint8Array, Map<number, unknown>, Uint8Array, Uint8Array];
          expect(unprotected.size).toBe(0);
          expect(equalBytes(found, payload) && equalBytes(signed, signature)).toBe(true);
          const fields = decode(protectedBytes, options) as Map<number, unknown>;
          expect([...fields.keys()]).toEqual([1, 4, 16]);
          expect(fields.get(1)).toBe(-7);
          expect(equalBytes(fields.get(4) as Uint8Array, keyId)).toBe(true);
          expect(fields.get(16)).toBe(type);
        },
      ),
    );
  });

  it('verifies with Node over the Sig_structure of RFC 9052 §4.4, made by another writer', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const payload = filled(40, 9);
    const signed = statementSignedBytes(ALLOWANCE, KEY_ID, payload);
    const signature = sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const [protectedBytes, , found, raw] = decode(
      encodeSign1(ALLOWANCE, KEY_ID, payload, signature),
      { useMaps: true },
    ) as Uint8Array[];
    const theirs = encode(['Signature1', protectedBytes, new Uint8Array(0), found]);
    const key = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }));
    const isGenuine = verify(
      'sha256',
      theirs,
      { key, dsaEncoding: 'ieee-p1363' },
      raw ?? filled(0, 0),
    );
    expect(isGenuine).toBe(true);
  });

  it('signs as RFC 9052 says: context, header, no external data, payload', () => {
    fc.assert(
      fc.property(anyPayload, anyPayload, (protectedBytes, payload) => {
        const theirs = encode(['Signature1', protectedBytes, new Uint8Array(0), payload]);
        expect(equalBytes(sigStructure(protectedBytes, payload), theirs)).toBe(true);
      }),
    );
  });

  it('of one type is never one of another type, nor signed as one', () => {
    const bytes = encodeSign1(NAME, KEY_ID, filled(3, 3), SIGNATURE);
    expect(readSign1(ALLOWANCE, itemOf(bytes))).toBeNull();
    expect(readSign1(NAME, itemOf(bytes))).not.toBeNull();
    expect(statementSignedBytes(NAME, KEY_ID, filled(3, 3))).not.toEqual(
      statementSignedBytes(ALLOWANCE, KEY_ID, filled(3, 3)),
    );
  });

  it('that is read would be written the same', () => {
    fc.assert(
      fc.property(
        anyType,
        anyBytes(8),
        anyPayload,
        anyBytes(64),
        (type, keyId, payload, signature) => {
          const read = readSign1(type, itemOf(encodeSign1(type, keyId, payload, signature)));
          expect(read).toEqual({ keyId, payload, signature });
        },
      ),
    );
  });

  it.each<[string, Cbor]>([
    ['a map', new Map()],
    ['three items', [HEADER, new Map(), filled(1, 1)]],
    ['five items', [HEADER, new Map(), filled(1, 1), SIGNATURE, 0n]],
    ['a header of text', ['header', new Map(), filled(1, 1), SIGNATURE]],
    ['a header that is a map', [new Map(), new Map(), filled(1, 1), SIGNATURE]],
    ['an empty header', [hex(''), new Map(), filled(1, 1), SIGNATURE]],
    ['a header and more', [concatBytes(HEADER, hex('00')), new Map(), filled(1, 1), SIGNATURE]],
    [
      'a header in another form',
      [concatBytes(hex('b803'), HEADER.subarray(1)), new Map(), filled(1, 1), SIGNATURE],
    ],
    [
      'a key id of 7 bytes',
      [
        header([
          [1, -7],
          [4, filled(7, 4)],
          [16, ALLOWANCE],
        ]),
        new Map(),
        filled(1, 1),
        SIGNATURE,
      ],
    ],
    [
      'a key id of text',
      [
        header([
          [1, -7],
          [4, 'key-0001'],
          [16, ALLOWANCE],
        ]),
        new Map(),
        filled(1, 1),
        SIGNATURE,
      ],
    ],
    [
      'no key id',
      [
        header([
          [1, -7],
          [16, ALLOWANCE],
        ]),
        new Map(),
        filled(1, 1),
        SIGNATURE,
      ],
    ],
    [
      'no algorithm',
      [
        header([
          [4, KEY_ID],
          [16, ALLOWANCE],
        ]),
        new Map(),
        filled(1, 1),
        SIGNATURE,
      ],
    ],
    [
      'another algorithm',
      [
        header([
          [1, -35],
          [4, KEY_ID],
          [16, ALLOWANCE],
        ]),
        new Map(),
        filled(1, 1),
        SIGNATURE,
      ],
    ],
    [
      'a critical header',
      [
        header([
          [1, -7],
          [2, [16]],
          [4, KEY_ID],
          [16, ALLOWANCE],
        ]),
        new Map(),
        filled(1, 1),
        SIGNATURE,
      ],
    ],
    ['an unprotected header', [HEADER, new Map([[4, KEY_ID]]), filled(1, 1), SIGNATURE]],
    ['an unprotected header of null', [HEADER, null, filled(1, 1), SIGNATURE]],
    ['a payload that is detached', [HEADER, new Map(), null, SIGNATURE]],
    ['a payload of text', [HEADER, new Map(), 'payload', SIGNATURE]],
    ['a signature of 63 bytes', [HEADER, new Map(), filled(1, 1), filled(63, 1)]],
    ['a signature in DER', [HEADER, new Map(), filled(1, 1), filled(70, 1)]],
  ])('is refused with %s', (_, item) => {
    expect(readSign1(ALLOWANCE, item)).toBeNull();
  });
});
