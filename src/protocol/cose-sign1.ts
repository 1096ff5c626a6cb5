/** Owns COSE_Sign1 (RFC 9052 §4.2) as the server signs statements with it: ES256, a key id, and a type. */
import { type Bytes, equalBytes } from './bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { bytesOf } from './cbor-fields.ts';

/** COSE header labels: RFC 9052 §3.1; `typ` is RFC 9596. */
const HEADER = { algorithm: 1, keyId: 4, type: 16 } as const;
const ES256 = -7;

export const KEY_ID_LENGTH = 8;

/**
 * What one statement may never be taken for: another kind of statement under the same key. So its
 * kind stands in what is signed.
 */
export type StatementType =
  | 'application/counterfoil-allowance+cbor'
  | 'application/counterfoil-payee-name+cbor';

function protectedHeader(keyId: Uint8Array, type: StatementType): Bytes {
  return encodeCbor(
    new Map<number, Cbor>([
      [HEADER.algorithm, ES256],
      [HEADER.keyId, keyId],
      [HEADER.type, type],
    ]),
  );
}

/** RFC 9052 §4.4: what the key signs. */
export function sigStructure(header: Uint8Array, payload: Uint8Array): Bytes {
  return encodeCbor(['Signature1', header, new Uint8Array(0), payload]);
}

/** What the key signs so that a payload is a statement of this type. */
export function statementSignedBytes(
  type: StatementType,
  keyId: Uint8Array,
  payload: Uint8Array,
): Bytes {
  return sigStructure(protectedHeader(keyId, type), payload);
}

/** The whole object, not tagged: what another COSE library reads and verifies. */
export function encodeSign1(
  type: StatementType,
  keyId: Uint8Array,
  payload: Uint8Array,
  signature: Uint8Array,
): Bytes {
  return encodeCbor([protectedHeader(keyId, type), new Map(), payload, signature]);
}

export type Sign1 = {
  readonly keyId: Bytes;
  readonly payload: Bytes;
  readonly signature: Bytes;
};

/** Null unless it is exactly what `encodeSign1` makes for this type. */
export function readSign1(type: StatementType, item: Cbor): Sign1 | null {
  if (!Array.isArray(item) || item.length !== 4) return null;
  const [header, unprotected, payload, signature] = item as Cbor[];
  if (!(header instanceof Uint8Array) || !(payload instanceof Uint8Array)) return null;
  if (!(unprotected instanceof Map) || unprotected.size !== 0) return null;
  if (!(signature instanceof Uint8Array) || signature.length !== 64) return null;
  const fields = decodeCbor(header);
  const keyId =
    fields.ok && fields.value instanceof Map && bytesOf(fields.value, HEADER.keyId, KEY_ID_LENGTH);
  if (!keyId || !equalBytes(header, protectedHeader(keyId, type))) return null;
  return { keyId, payload: payload.slice(), signature: signature.slice() };
}
