import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bytes, concatBytes } from '#protocol/bytes.ts';
import { type Cbor, encodeCbor } from '#protocol/cbor.ts';
import {
  ANSWER_BYTES_MAX,
  type AnswerItem,
  BATCH_ITEMS_MAX,
  decodePaymentsAnswer,
  decodeReceiptsAnswer,
  decodeReceiptsQuery,
  encodePaymentsAnswer,
  encodeReceiptsAnswer,
  encodeReceiptsQuery,
  type PaymentAnswer,
} from '#protocol/payments-answer.ts';
import { decodeReceipt, type ReceiptGroup, receiptOfGroup } from '#protocol/receipt.ts';
import { REFUSALS, type RefusalCode } from '#protocol/refusals.ts';
import { anyBytes, filled, hex } from './sample-orders.ts';
import { bodiesOf, groupOf, KEY_ID } from './sample-receipts.ts';

const anyCode = fc.constantFrom(...(Object.keys(REFUSALS) as RefusalCode[]));

const anyAnswer: fc.Arbitrary<PaymentAnswer> = fc.oneof(
  anyBytes(200).map((receipt) => ({ kind: 'receipt' as const, receipt })),
  anyCode.map((code) => ({ kind: 'refusal' as const, code })),
  fc
    .tuple(anyCode, fc.string({ unit: 'binary', minLength: 1 }))
    .map(([code, detail]) => ({ kind: 'refusal' as const, code, detail })),
);

describe('the answer to an upload', () => {
  it('comes back as it was given: one for each, in their order', () => {
    fc.assert(
      fc.property(fc.array(anyAnswer, { maxLength: BATCH_ITEMS_MAX }), (answers) => {
        expect(decodePaymentsAnswer(encodePaymentsAnswer([], answers))).toEqual({
          ok: true,
          value: answers,
        });
      }),
    );
  });

  it('sends a group’s signature once, and every member comes back standing alone', () => {
    const groups = [groupOf(bodiesOf(5)), groupOf(bodiesOf(1))];
    const items: AnswerItem[] = [
      { kind: 'member', group: 0, index: 4 },
      { kind: 'refusal', code: 'bytes_malformed' },
      { kind: 'member', group: 1, index: 0 },
      { kind: 'member', group: 0, index: 0 },
    ];
    const receipt = (group: ReceiptGroup | undefined, index: number) => ({
      kind: 'receipt',
      receipt: group && receiptOfGroup(group, index),
    });
    expect(decodePaymentsAnswer(encodePaymentsAnswer(groups, items))).toEqual({
      ok: true,
      value: [
        receipt(groups[0], 4),
        { kind: 'refusal', code: 'bytes_malformed' },
        receipt(groups[1], 0),
        receipt(groups[0], 0),
      ],
    });
  });

  it('of a full batch settled together costs less than 200 bytes a payment', () => {
    const items = bodiesOf(BATCH_ITEMS_MAX).map(
      (_, index): AnswerItem => ({ kind: 'member', group: 0, index }),
    );
    const bytes = encodePaymentsAnswer([groupOf(bodiesOf(BATCH_ITEMS_MAX))], items);
    expect(bytes.length / BATCH_ITEMS_MAX).toBeLessThan(200);
    const read = decodePaymentsAnswer(bytes);
    if (!read.ok) throw new Error(read.refusal.code);
    for (const answer of read.value) {
      expect(answer.kind === 'receipt' && decodeReceipt(answer.receipt).ok).toBe(true);
    }
  });

  it('with a refusal of a newer server is a refusal still, never a verdict or a fault', () => {
    for (const code of ['a_code_of_next_year', 'constructor', '__proto__', '']) {
      expect(decodePaymentsAnswer(encodeCbor([[], [[2, code, 'why']]]))).toEqual({
        ok: true,
        value: [{ kind: 'refusal', code: 'unavailable', detail: `${code}: why` }],
      });
    }
  });

  const GROUP: Cbor = [filled(20, 1), filled(64, 1), [filled(100, 1)]];

  it.each<[string, Cbor]>([
    ['a map', new Map()],
    ['no items', [[]]],
    ['three parts', [[], [], []]],
    ['groups that are none', [null, []]],
    ['items that are none', [[], null]],
    ['an item that is none', [[], [null]]],
    ['an empty item', [[], [[]]]],
    ['an item of no kind', [[], [[3, filled(3, 1)]]]],
    ['an item of a kind in text', [[], [['1', filled(3, 1)]]]],
    ['a receipt of text', [[], [[1, 'receipt']]]],
    ['a receipt and more', [[], [[1, filled(3, 1), 0]]]],
    ['a refusal without a code', [[], [[2]]]],
    ['a refusal without a detail', [[], [[2, 'overloaded']]]],
    ['a refusal with a detail of bytes', [[], [[2, 'overloaded', filled(1, 1)]]]],
    ['a refusal and more', [[], [[2, 'overloaded', '', 0]]]],
    ['a member of no group', [[], [[0, 0, 0]]]],
    ['a member that a group lacks', [[GROUP], [[0, 0, 1]]]],
    ['a member at −1', [[GROUP], [[0, 0, -1]]]],
    ['a group at −1', [[GROUP], [[0, -1, 0]]]],
    ['a member at 2^64 − 1', [[GROUP], [[0, 0, (1n << 64n) - 1n]]]],
    ['a member and more', [[GROUP], [[0, 0, 0, 0]]]],
    ['a group without bodies', [[[filled(20, 1), filled(64, 1), []]], []]],
    ['a group with a body of text', [[[filled(20, 1), filled(64, 1), ['body']]], []]],
    ['a group of 257', [[[filled(20, 1), filled(64, 1), Array(257).fill(filled(1, 1))]], []]],
    ['a group and more', [[[filled(20, 1), filled(64, 1), [filled(1, 1)], 0]], []]],
    ['a header of text', [[['header', filled(64, 1), [filled(1, 1)]]], []]],
    [
      'more answers than a batch has items',
      [[], Array(BATCH_ITEMS_MAX + 1).fill([1, filled(1, 1)])],
    ],
    ['more groups than a batch has items', [Array(BATCH_ITEMS_MAX + 1).fill(GROUP), []]],
  ])('that is %s is refused', (_, answer) => {
    const read = decodePaymentsAnswer(encodeCbor(answer));
    expect(read.ok ? undefined : read.refusal.code).toBe('bytes_malformed');
  });

  it('to a larger batch is read by who sent one', () => {
    const items = Array(BATCH_ITEMS_MAX + 1).fill([1, filled(1, 1)]);
    const bytes = encodeCbor([[], items]);
    expect(decodePaymentsAnswer(bytes, items.length).ok).toBe(true);
  });

  it('longer than its limit is refused before it is looked at', () => {
    const read = decodePaymentsAnswer(new Uint8Array(ANSWER_BYTES_MAX + 1));
    expect(read.ok ? undefined : read.refusal.code).toBe('bytes_too_long');
  });

  it('whatever it is, is read or refused without a throw', () => {
    const good = encodePaymentsAnswer(
      [{ header: KEY_ID, signature: filled(64, 1), bodies: bodiesOf(3) }],
      [
        { kind: 'member', group: 0, index: 1 },
        { kind: 'receipt', receipt: filled(3, 3) },
        { kind: 'refusal', code: 'overloaded' },
      ],
    );
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const changed = cut ? good.slice(0, at) : Uint8Array.from(good);
        if (!cut) changed[at] = byte;
        expect(typeof decodePaymentsAnswer(changed).ok).toBe('boolean');
        expect(typeof decodeReceiptsAnswer(changed).ok).toBe('boolean');
        expect(typeof decodeReceiptsQuery(changed, 10).ok).toBe('boolean');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('asking for receipts by their ids', () => {
  const anyIds = fc.array(anyBytes(32), { maxLength: 20 });

  it('comes back as it was asked', () => {
    fc.assert(
      fc.property(anyIds, (ids) => {
        expect(decodeReceiptsQuery(encodeReceiptsQuery(ids), 20)).toEqual({ ok: true, value: ids });
      }),
    );
  });

  it.each<[string, string, Cbor]>([
    ['too many ids', 'batch_too_large', Array(21).fill(filled(32, 1))],
    ['a short id', 'bytes_malformed', [filled(31, 1)]],
    ['an id of text', 'bytes_malformed', ['id']],
    ['no array', 'bytes_malformed', new Map()],
  ])('with %s is refused as %s', (_, code, query) => {
    const read = decodeReceiptsQuery(encodeCbor(query), 20);
    expect(read.ok ? undefined : read.refusal.code).toBe(code);
  });

  it('is answered in order, with null for what has no verdict', () => {
    const answers = fc.array(fc.option(anyBytes(50)), { maxLength: 20 });
    fc.assert(
      fc.property(answers, (receipts: readonly (Bytes | null)[]) => {
        expect(decodeReceiptsAnswer(encodeReceiptsAnswer(receipts))).toEqual({
          ok: true,
          value: receipts,
        });
      }),
    );
  });

  it.each<[string, Bytes]>([
    ['something else in it', encodeCbor([1])],
    ['false for null', encodeCbor([false])],
    ['no array', encodeCbor(null)],
    ['a byte behind it', concatBytes(encodeCbor([]), hex('00'))],
  ])('refuses an answer with %s', (_, bytes) => {
    expect(decodeReceiptsAnswer(bytes).ok).toBe(false);
  });
});
