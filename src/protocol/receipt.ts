/** Owns the receipt: the server's signed, final verdict on one payment, which anyone can check. */
import { fromBase45, toBase45 } from './base45.ts';
import type { Bytes } from './bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { bytesOf, countOf, type Fields, wholeOf } from './cbor-fields.ts';
import { KEY_ID_LENGTH, sigStructure } from './cose-sign1.ts';
import { LEAVES_MAX, leafHash, type MerkleTree, merkleTree, rootFromPath } from './merkle.ts';
import {
  ACCOUNT_ID_LENGTH,
  PAYMENT_ID_LENGTH,
  SERVER_ID_LENGTH,
  WIRE_AMOUNT_MAX,
} from './order.ts';
import {
  accept,
  assert,
  isFinalCode,
  isRefusalCode,
  type Outcome,
  type RefusalCode,
  refuse,
} from './refusals.ts';

export const RECEIPT_BYTES_MAX = 1024;
export const RECEIPT_QR_PREFIX = 'CFR:';
/** Base45 takes three characters for two bytes. */
const QR_CHARACTERS_MAX = RECEIPT_QR_PREFIX.length + (RECEIPT_BYTES_MAX * 3) / 2;
const RECEIPT_VERSION = 1n;

export type Verdict = 'accepted' | 'refused' | 'expired';
const VERDICTS: readonly Verdict[] = ['accepted', 'refused', 'expired'];

/** What the server says about one payment. `settledAtS` is the server's clock, whole seconds. */
export type ReceiptBody = {
  readonly server: Bytes;
  readonly paymentId: Bytes;
  readonly verdict: Verdict;
  /** Why not; absent when accepted. */
  readonly code?: RefusalCode;
  readonly amountMinor: bigint;
  readonly currency: number;
  readonly payer: Bytes;
  readonly payee: Bytes;
  readonly settledAtS: number;
  /** The ledger transfer; only when accepted. */
  readonly transfer?: bigint;
  /** Grows when the server was restored from a backup, so that phones know to offer again. */
  readonly epoch: number;
};

/** A receipt as read: its signature is still to be verified over `signed`, under the key `keyId`. */
export type Receipt = ReceiptBody & {
  readonly keyId: Bytes;
  readonly signed: Bytes;
  readonly signature: Bytes;
};

const KEY = {
  version: 1,
  server: 2,
  paymentId: 3,
  verdict: 4,
  code: 5,
  amount: 6,
  currency: 7,
  payer: 8,
  payee: 9,
  settledAt: 10,
  transfer: 11,
  epoch: 12,
} as const;

const SETTLED_AT_MAX_S = 0xffffffffff;
const EPOCH_MAX = 0xffffffff;

const KNOWN_KEYS: ReadonlySet<number> = new Set(Object.values(KEY));

/** Throws when a field is not of its shape: what nobody can read must not be signed. */
export function encodeReceiptBody(body: ReceiptBody): Bytes {
  assert(isReadable(body), 'a receipt that we sign is one that we would read');
  const map = new Map<number, Cbor>();
  map.set(KEY.version, RECEIPT_VERSION);
  map.set(KEY.server, body.server);
  map.set(KEY.paymentId, body.paymentId);
  map.set(KEY.verdict, VERDICTS.indexOf(body.verdict) + 1);
  if (body.code !== undefined) map.set(KEY.code, body.code);
  map.set(KEY.amount, body.amountMinor);
  map.set(KEY.currency, body.currency);
  map.set(KEY.payer, body.payer);
  map.set(KEY.payee, body.payee);
  map.set(KEY.settledAt, body.settledAtS);
  if (body.transfer !== undefined) map.set(KEY.transfer, body.transfer);
  map.set(KEY.epoch, body.epoch);
  return encodeCbor(map);
}

/** What `readBody` asks, of what was not encoded yet. */
function isReadable(body: ReceiptBody): boolean {
  const { server, paymentId, payer, payee, verdict, code, transfer } = body;
  const isAccepted = verdict === 'accepted' && code === undefined && transfer !== undefined;
  const isDenied = code !== undefined && isFinalCode(code) && transfer === undefined;
  const isExpiry = (code === 'payment_expired') === (verdict === 'expired');
  return (
    server.length === SERVER_ID_LENGTH &&
    paymentId.length === PAYMENT_ID_LENGTH &&
    payer.length === ACCOUNT_ID_LENGTH &&
    payee.length === ACCOUNT_ID_LENGTH &&
    (isAccepted || (verdict !== 'accepted' && isDenied && isExpiry)) &&
    isWithin(transfer ?? 0n, WIRE_AMOUNT_MAX) &&
    isWithin(body.amountMinor, WIRE_AMOUNT_MAX) &&
    isWithin(body.currency, 999) &&
    isWithin(body.settledAtS, SETTLED_AT_MAX_S) &&
    isWithin(body.epoch, EPOCH_MAX)
  );
}

const isWithin = (value: number | bigint, max: number | bigint) => value >= 0 && value <= max;

/** A verdict and its companions must agree: accepted has a transfer, the others a final code. */
function readVerdict(
  fields: Fields,
): Pick<ReceiptBody, 'verdict' | 'code' | 'transfer'> | undefined {
  const verdict = VERDICTS[Number(wholeOf(fields, KEY.verdict, 3n) ?? 0n) - 1];
  const code = fields.get(KEY.code);
  const transfer = wholeOf(fields, KEY.transfer, WIRE_AMOUNT_MAX);
  if (verdict === 'accepted') {
    return code === undefined && transfer !== undefined ? { verdict, transfer } : undefined;
  }
  if (!verdict || typeof code !== 'string' || !isRefusalCode(code)) return undefined;
  if (!isFinalCode(code) || fields.has(KEY.transfer)) return undefined;
  return (code === 'payment_expired') === (verdict === 'expired') ? { verdict, code } : undefined;
}

function readBody(bytes: Uint8Array): Outcome<ReceiptBody> {
  const item = decodeCbor(bytes);
  if (!item.ok || !(item.value instanceof Map)) return refuse('bytes_malformed', 'receipt body');
  const fields: Fields = item.value;
  if (fields.get(KEY.version) !== RECEIPT_VERSION) return refuse('version_unknown', 'receipt');
  for (const key of fields.keys()) {
    if (!KNOWN_KEYS.has(key)) return refuse('bytes_malformed', `receipt key ${key}`);
  }
  const server = bytesOf(fields, KEY.server, SERVER_ID_LENGTH);
  const paymentId = bytesOf(fields, KEY.paymentId, PAYMENT_ID_LENGTH);
  const payer = bytesOf(fields, KEY.payer, ACCOUNT_ID_LENGTH);
  const payee = bytesOf(fields, KEY.payee, ACCOUNT_ID_LENGTH);
  const amountMinor = wholeOf(fields, KEY.amount, WIRE_AMOUNT_MAX);
  const currency = wholeOf(fields, KEY.currency, 999n);
  const settledAtS = countOf(fields, KEY.settledAt, SETTLED_AT_MAX_S);
  const epoch = countOf(fields, KEY.epoch, EPOCH_MAX);
  const verdict = readVerdict(fields);
  if (!server || !paymentId || !payer || !payee || !verdict) {
    return refuse('bytes_malformed', 'receipt body');
  }
  if (amountMinor === undefined || currency === undefined) {
    return refuse('bytes_malformed', 'receipt amount');
  }
  if (settledAtS === undefined || epoch === undefined) {
    return refuse('bytes_malformed', 'receipt time');
  }
  return accept({
    server,
    paymentId,
    payer,
    payee,
    amountMinor,
    currency: Number(currency),
    settledAtS,
    epoch,
    ...verdict,
  });
}

// COSE (RFC 9052 §3.1) and COSE Receipts (RFC 9942) header labels.
const HEADER = { algorithm: 1, keyId: 4, dataStructure: 395, proofs: 396 } as const;
const ES256 = -7;
const RFC9162_SHA256 = 1;
const INCLUSION = -1;

export function protectedHeader(keyId: Uint8Array): Bytes {
  return encodeCbor(
    new Map<number, Cbor>([
      [HEADER.algorithm, ES256],
      [HEADER.keyId, keyId],
      [HEADER.dataStructure, RFC9162_SHA256],
    ]),
  );
}

/** RFC 9052 §4.4: what the server's key signs, with the Merkle root as detached payload. */
export function receiptSignedBytes(header: Uint8Array, root: Uint8Array): Bytes {
  return sigStructure(header, root);
}

/** One signature over the receipts of a group, with all its bodies in their order. */
export type ReceiptGroup = {
  readonly header: Bytes;
  readonly signature: Bytes;
  readonly bodies: readonly Bytes[];
};

export type SealedGroup = { readonly group: ReceiptGroup; readonly receipts: readonly Bytes[] };

/** One signature for all bodies, raw r‖s, by `sign`; and the receipts of them all, in their order. */
export function sealGroup(
  header: Bytes,
  bodies: readonly Bytes[],
  sign: (signed: Bytes) => Bytes,
): SealedGroup {
  assert(bodies.length <= LEAVES_MAX, 'a group has paths that can be read');
  const tree = merkleTree(bodies.map(leafHash));
  const group = { header, signature: sign(receiptSignedBytes(header, tree.root)), bodies };
  return { group, receipts: receiptsIn(group, tree) };
}

function receiptsIn({ header, signature, bodies }: ReceiptGroup, { paths }: MerkleTree): Bytes[] {
  // One envelope for all, in which the proof is exchanged: only it differs.
  const proofs: Bytes[] = [];
  const unprotected = new Map([[HEADER.proofs, new Map([[INCLUSION, proofs]])]]);
  const envelope = [header, unprotected, null, signature];
  return bodies.map((body, index) => {
    proofs[0] = encodeCbor([bodies.length, index, paths[index] ?? []]);
    return encodeCbor([body, envelope]);
  });
}

/** The receipts of all members; each from then on stands alone. In the order of the bodies. */
export function receiptsOfGroup(group: ReceiptGroup): Bytes[] {
  return receiptsIn(group, merkleTree(group.bodies.map(leafHash)));
}

/** The receipt of one member. Where all are wanted, `receiptsOfGroup` hashes once for them all. */
export function receiptOfGroup(group: ReceiptGroup, index: number): Bytes {
  const receipt = receiptsOfGroup(group)[index];
  if (!receipt) throw new RangeError('no such member of the group');
  return receipt;
}

function readKeyId(header: Uint8Array): Bytes | undefined {
  const item = decodeCbor(header);
  if (!item.ok || !(item.value instanceof Map)) return undefined;
  const fields: Fields = item.value;
  const known =
    fields.size === 3 &&
    fields.get(HEADER.algorithm) === BigInt(ES256) &&
    fields.get(HEADER.dataStructure) === BigInt(RFC9162_SHA256);
  return known ? bytesOf(fields, HEADER.keyId, KEY_ID_LENGTH) : undefined;
}

function readRoot(unprotected: Cbor | undefined, body: Uint8Array): Bytes | null {
  if (!(unprotected instanceof Map) || unprotected.size !== 1) return null;
  const proofs: Cbor | undefined = unprotected.get(HEADER.proofs);
  if (!(proofs instanceof Map) || proofs.size !== 1) return null;
  const list: Cbor | undefined = proofs.get(INCLUSION);
  if (!Array.isArray(list) || list.length !== 1 || !(list[0] instanceof Uint8Array)) return null;
  const proof = decodeCbor(list[0]);
  if (!proof.ok || !Array.isArray(proof.value) || proof.value.length !== 3) return null;
  const [size, index, path] = proof.value as Cbor[];
  if (typeof size !== 'bigint' || typeof index !== 'bigint' || !Array.isArray(path)) return null;
  if (size < 0n || index < 0n || size > 0xffffn || index > 0xffffn) return null;
  if (!path.every((hash: Cbor): hash is Uint8Array => hash instanceof Uint8Array)) return null;
  return rootFromPath(leafHash(body), Number(index), Number(size), path);
}

/** Refusals: bytes_too_long, bytes_malformed, version_unknown, receipt_altered. */
export function decodeReceipt(bytes: Uint8Array): Outcome<Receipt> {
  if (bytes.length > RECEIPT_BYTES_MAX) return refuse('bytes_too_long', 'receipt');
  const item = decodeCbor(bytes);
  if (!item.ok || !Array.isArray(item.value) || item.value.length !== 2) {
    return refuse('bytes_malformed', 'receipt');
  }
  const [body, cose] = item.value as Cbor[];
  if (!(body instanceof Uint8Array) || !Array.isArray(cose) || cose.length !== 4) {
    return refuse('bytes_malformed', 'receipt');
  }
  const [header, unprotected, payload, signature] = cose as Cbor[];
  if (!(header instanceof Uint8Array) || payload !== null) return refuse('bytes_malformed', 'COSE');
  if (!(signature instanceof Uint8Array) || signature.length !== 64) {
    return refuse('bytes_malformed', 'receipt signature');
  }
  const keyId = readKeyId(header);
  if (!keyId) return refuse('bytes_malformed', 'COSE header');
  const fields = readBody(body);
  if (!fields.ok) return fields;
  const root = readRoot(unprotected, body);
  if (!root) return refuse('receipt_altered', 'the path does not lead to a root');
  return accept({
    ...fields.value,
    keyId,
    signed: receiptSignedBytes(header, root),
    signature: signature.slice(),
  });
}

export function receiptToQrText(bytes: Uint8Array): string {
  return RECEIPT_QR_PREFIX + toBase45(bytes);
}

export function receiptFromQrText(text: string): Outcome<Bytes> {
  if (!text.startsWith(RECEIPT_QR_PREFIX)) return refuse('text_unknown');
  if (text.length > QR_CHARACTERS_MAX) return refuse('bytes_too_long', 'receipt');
  const bytes = fromBase45(text.slice(RECEIPT_QR_PREFIX.length));
  return bytes ? accept(bytes) : refuse('bytes_malformed', 'base45');
}
