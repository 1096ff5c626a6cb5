/** Owns the answer to a batch of authorizations: one receipt or refusal for each, in their order. */
import type { Bytes } from './bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { LEAVES_MAX } from './merkle.ts';
import { PAYMENT_ID_LENGTH } from './order.ts';
import { type ReceiptGroup, receiptsOfGroup } from './receipt.ts';
import { accept, isRefusalCode, type Outcome, type RefusalCode, refuse } from './refusals.ts';

/** Limits of one upload (design: batches small enough for the worst link). */
export const BATCH_ITEMS_MAX = 20;
export const BATCH_BYTES_MAX = 16 * 1024;
/** How long an answer may be: a hundred receipts, or a full batch with the groups of its members. */
export const ANSWER_BYTES_MAX = 128 * 1024;
export const PAYMENTS_MEDIA_TYPE = 'application/cbor-seq';
export const ANSWER_MEDIA_TYPE = 'application/cbor';

export type PaymentAnswer =
  | { readonly kind: 'receipt'; readonly receipt: Bytes }
  | { readonly kind: 'refusal'; readonly code: RefusalCode; readonly detail?: string };

/** A member of a group that was settled whole in this answer: its signature is sent once for all. */
export type GroupMember = {
  readonly kind: 'member';
  readonly group: number;
  readonly index: number;
};

export type AnswerItem = PaymentAnswer | GroupMember;

const KIND = { member: 0, receipt: 1, refusal: 2 } as const;

function encodeItem(item: AnswerItem): Cbor {
  if (item.kind === 'member') return [KIND.member, item.group, item.index];
  if (item.kind === 'receipt') return [KIND.receipt, item.receipt];
  return [KIND.refusal, item.code, item.detail ?? ''];
}

export function encodePaymentsAnswer(
  groups: readonly ReceiptGroup[],
  items: readonly AnswerItem[],
): Bytes {
  return encodeCbor([
    groups.map((group): Cbor => [group.header, group.signature, group.bodies]),
    items.map(encodeItem),
  ]);
}

function decodeGroup(item: Cbor): ReceiptGroup | undefined {
  if (!Array.isArray(item) || item.length !== 3) return undefined;
  const [header, signature, bodies] = item as Cbor[];
  if (!(header instanceof Uint8Array) || !(signature instanceof Uint8Array)) return undefined;
  if (!Array.isArray(bodies) || bodies.length === 0 || bodies.length > LEAVES_MAX) return undefined;
  if (!bodies.every((body: Cbor): body is Uint8Array => body instanceof Uint8Array)) {
    return undefined;
  }
  return { header: header.slice(), signature: signature.slice(), bodies: bodies as Bytes[] };
}

/** `groups`: the receipts of their members. */
function decodeItem(item: Cbor, groups: readonly Bytes[][]): PaymentAnswer | undefined {
  if (!Array.isArray(item)) return undefined;
  const [kind, first, second] = item as Cbor[];
  if (kind === BigInt(KIND.receipt) && item.length === 2 && first instanceof Uint8Array) {
    return { kind: 'receipt', receipt: first.slice() };
  }
  if (item.length !== 3) return undefined;
  if (kind === BigInt(KIND.member) && typeof first === 'bigint' && typeof second === 'bigint') {
    const receipt = groups[Number(first)]?.[Number(second)];
    return receipt && { kind: 'receipt', receipt };
  }
  if (kind !== BigInt(KIND.refusal) || typeof first !== 'string') return undefined;
  if (typeof second !== 'string') return undefined;
  // A code this version does not know is still a refusal; it must not pass for a receipt or a bug.
  if (!isRefusalCode(first)) {
    return { kind: 'refusal', code: 'unavailable', detail: `${first}: ${second}` };
  }
  return { kind: 'refusal', code: first, ...(second !== '' && { detail: second }) };
}

/**
 * Every receipt comes back standing alone, still unverified. A refusal is unsigned, so it is no
 * verdict whatever its code. `askedMax` is how many payments were sent at most.
 * Refusals: bytes_too_long, bytes_malformed.
 */
export function decodePaymentsAnswer(
  bytes: Uint8Array,
  askedMax: number = BATCH_ITEMS_MAX,
): Outcome<PaymentAnswer[]> {
  if (bytes.length > ANSWER_BYTES_MAX) return refuse('bytes_too_long', 'answer');
  const item = decodeCbor(bytes);
  if (!item.ok || !Array.isArray(item.value) || item.value.length !== 2) {
    return refuse('bytes_malformed', 'answer');
  }
  const [groupItems, answerItems] = item.value as Cbor[];
  if (!Array.isArray(groupItems) || !Array.isArray(answerItems)) {
    return refuse('bytes_malformed', 'answer');
  }
  // A group costs the hashes of its members, so their number is bounded before any is made.
  if (groupItems.length > askedMax || answerItems.length > askedMax) {
    return refuse('bytes_malformed', 'more answers than were asked for');
  }
  const groups: Bytes[][] = [];
  for (const groupItem of groupItems) {
    const group = decodeGroup(groupItem);
    if (!group) return refuse('bytes_malformed', 'receipt group');
    groups.push(receiptsOfGroup(group));
  }
  const answers: PaymentAnswer[] = [];
  for (const answerItem of answerItems) {
    const answer = decodeItem(answerItem, groups);
    if (!answer) return refuse('bytes_malformed', 'answer item');
    answers.push(answer);
  }
  return accept(answers);
}

/** Bodies of `POST /api/receipts`: a CBOR array of payment ids; answered by receipts or null, in order. */
export function encodeReceiptsQuery(ids: readonly Uint8Array[]): Bytes {
  return encodeCbor(ids);
}

export function decodeReceiptsQuery(bytes: Uint8Array, idsMax: number): Outcome<Bytes[]> {
  const item = decodeCbor(bytes);
  if (!item.ok || !Array.isArray(item.value)) return refuse('bytes_malformed', 'receipts query');
  if (item.value.length > idsMax) return refuse('batch_too_large');
  const ids: Bytes[] = [];
  for (const id of item.value as Cbor[]) {
    if (!(id instanceof Uint8Array) || id.length !== PAYMENT_ID_LENGTH) {
      return refuse('bytes_malformed', 'payment id');
    }
    ids.push(id.slice());
  }
  return accept(ids);
}

export function encodeReceiptsAnswer(receipts: readonly (Uint8Array | null)[]): Bytes {
  return encodeCbor(receipts);
}

export function decodeReceiptsAnswer(bytes: Uint8Array): Outcome<(Bytes | null)[]> {
  if (bytes.length > ANSWER_BYTES_MAX) return refuse('bytes_too_long', 'receipts answer');
  const item = decodeCbor(bytes);
  if (!item.ok || !Array.isArray(item.value)) return refuse('bytes_malformed', 'receipts answer');
  const receipts: (Bytes | null)[] = [];
  for (const receipt of item.value as Cbor[]) {
    if (receipt !== null && !(receipt instanceof Uint8Array)) {
      return refuse('bytes_malformed', 'receipts answer');
    }
    receipts.push(receipt?.slice() ?? null);
  }
  return accept(receipts);
}
