// Owns the vectors of what is sent and answered: uploads, their answers, and receipts asked for by id.
import { type Bytes, concatBytes, toHex } from '#protocol/bytes.ts';
import { type Cbor, encodeCbor } from '#protocol/cbor.ts';
import { encodeOrder, paymentId } from '#protocol/order.ts';
import {
  type AnswerItem,
  encodePaymentsAnswer,
  encodeReceiptsAnswer,
  encodeReceiptsQuery,
} from '#protocol/payments-answer.ts';
import { type ReceiptGroup, receiptOfGroup } from '#protocol/receipt.ts';
import { encodeReoffer } from '#protocol/reoffer.ts';
import { authorize } from './make-authorizations.ts';
import { TYPICAL } from './make-orders.ts';
import { bodiesOf, groupOf } from './receipt-parts.ts';
import { bytesFrom, hex } from './test-keys.ts';

function orderOf(seq: number): Bytes {
  return encodeOrder({ ...TYPICAL, seq, nonce: bytesFrom(`nonce ${seq}`, 16) });
}

const [FIRST, SECOND, THIRD] = [7, 8, 9].map((seq) => authorize({ orderBytes: orderOf(seq) })) as [
  Bytes,
  Bytes,
  Bytes,
];

const UPLOADS: readonly (readonly [string, string, readonly Bytes[]])[] = [
  ['upload-one', 'one authorization, as it is', [FIRST]],
  ['upload-three', 'three', [FIRST, SECOND, THIRD]],
  ['upload-twice', 'the same one twice', [FIRST, FIRST]],
  [
    'upload-other-form',
    'one in another form between two: the middle one alone is refused',
    [FIRST, concatBytes(hex('9805'), SECOND.subarray(1)), THIRD],
  ],
  ['upload-other-item', 'something else between two', [FIRST, hex('d9d9f783f93c00f761ff'), THIRD]],
  [
    'upload-cut',
    'the last one cut short: it cannot be delimited, and is the last item',
    [FIRST, SECOND, THIRD.slice(0, -1)],
  ],
];

function makeUploads() {
  return UPLOADS.map(([id, description, items]) => ({
    id,
    kind: 'upload',
    description,
    valid: true,
    bytes: toHex(concatBytes(...items)),
    items: items.map(toHex),
  }));
}

const GROUP = groupOf(bodiesOf(3));
const SINGLE = groupOf(bodiesOf(1));

function makeReoffers() {
  const receipt = receiptOfGroup(SINGLE, 0);
  const bad: readonly (readonly [string, string, Cbor])[] = [
    ['reoffer-alone', 'an authorization without a receipt', [FIRST]],
    ['reoffer-more', 'a third item', [FIRST, receipt, 0]],
    ['reoffer-text', 'a receipt in text', [FIRST, 'receipt']],
    ['reoffer-bare', 'an authorization as it is', FIRST],
  ];
  return [
    {
      id: 'reoffer',
      kind: 'reoffer',
      description: 'a payment and its receipt: whether they belong together is judged by the server',
      valid: true,
      bytes: toHex(encodeReoffer({ authorization: FIRST, receipt })),
      pair: { authorization: toHex(FIRST), receipt: toHex(receipt) },
    },
    ...bad.map(([id, description, item]) => ({
      id,
      kind: 'reoffer',
      description,
      valid: false,
      code: 'bytes_malformed',
      bytes: toHex(encodeCbor(item)),
    })),
  ];
}

type AnswerVector = readonly [string, string, readonly ReceiptGroup[], readonly AnswerItem[]];

const ANSWERS: readonly AnswerVector[] = [
  ['answer-empty', 'to nothing', [], []],
  [
    'answer-receipt',
    'a receipt on its own',
    [],
    [{ kind: 'receipt', receipt: receiptOfGroup(SINGLE, 0) }],
  ],
  [
    'answer-refusal',
    'a refusal with a detail',
    [],
    [{ kind: 'refusal', code: 'credential_unknown', detail: 'why' }],
  ],
  [
    'answer-mixed',
    'two members of a group, a refusal without a detail, a receipt on its own',
    [GROUP],
    [
      { kind: 'member', group: 0, index: 2 },
      { kind: 'refusal', code: 'bytes_malformed' },
      { kind: 'member', group: 0, index: 0 },
      { kind: 'receipt', receipt: receiptOfGroup(SINGLE, 0) },
    ],
  ],
];

function answerToJson(item: AnswerItem, groups: readonly ReceiptGroup[]) {
  if (item.kind === 'refusal') return item;
  if (item.kind === 'receipt') return { kind: 'receipt', receipt: toHex(item.receipt) };
  const group = groups[item.group] as ReceiptGroup;
  return { kind: 'receipt', receipt: toHex(receiptOfGroup(group, item.index)) };
}

function makeAnswers() {
  return ANSWERS.map(([id, description, groups, items]) => ({
    id,
    kind: 'answer',
    description,
    valid: true,
    bytes: toHex(encodePaymentsAnswer(groups, items)),
    answers: items.map((item) => answerToJson(item, groups)),
  }));
}

const SHORT: Cbor = [bytesFrom('h', 8), bytesFrom('s', 32), [bytesFrom('b', 8)]];

const BAD_ANSWERS: readonly (readonly [string, string, Cbor])[] = [
  ['answer-one-part', 'groups alone', [[]]],
  ['answer-unknown-kind', 'an item of a kind nobody knows', [[], [[3, hex('00')]]]],
  ['answer-no-group', 'a member of no group', [[], [[0, 0, 0]]]],
  ['answer-no-member', 'a member that the group does not have', [[SHORT], [[0, 0, 1]]]],
  ['answer-negative', 'a member before the first', [[SHORT], [[0, 0, -1]]]],
  ['answer-receipt-more', 'a receipt and more', [[], [[1, hex('00'), 0]]]],
  ['answer-no-detail', 'a refusal of two items', [[], [[2, 'overloaded']]]],
  ['answer-empty-group', 'a group of none', [[[hex('00'), hex('00'), []]], []]],
  ['answer-21', 'more answers than a batch has items', [[], Array(21).fill([1, hex('00')])]],
];

const IDS = [7, 8].map((seq) => paymentId(orderOf(seq)));

function makeQueries() {
  return [
    {
      id: 'query',
      kind: 'receipts-query',
      description: 'receipts asked for by their payments’ ids',
      valid: true,
      bytes: toHex(encodeReceiptsQuery(IDS)),
      ids: IDS.map(toHex),
    },
    {
      id: 'query-id-31',
      kind: 'receipts-query',
      description: 'an id of 31 bytes',
      valid: false,
      code: 'bytes_malformed',
      bytes: toHex(encodeCbor([bytesFrom('', 31)])),
    },
    {
      id: 'query-101',
      kind: 'receipts-query',
      description: '101 ids',
      valid: false,
      code: 'batch_too_large',
      bytes: toHex(encodeCbor(Array(101).fill(bytesFrom('', 32)))),
    },
    {
      id: 'receipts',
      kind: 'receipts-answer',
      description: 'one receipt, and one payment without a verdict',
      valid: true,
      bytes: toHex(encodeReceiptsAnswer([receiptOfGroup(SINGLE, 0), null])),
      receipts: [toHex(receiptOfGroup(SINGLE, 0)), null],
    },
    {
      id: 'receipts-text',
      kind: 'receipts-answer',
      description: 'a receipt in text',
      valid: false,
      code: 'bytes_malformed',
      bytes: toHex(encodeCbor(['receipt'])),
    },
  ];
}

export function makeExchanges(): unknown {
  return {
    about:
      'Bodies of POST /api/payments (kind upload), one item of POST /api/reoffers (reoffer), the answer of both (answer), the body of POST /api/receipts (receipts-query) and its answer (receipts-answer). bytes, items, ids and receipts are hexadecimal. An upload is only taken apart here; each item is judged by itself.',
    entries: [
      ...makeUploads(),
      ...makeReoffers(),
      ...makeAnswers(),
      ...BAD_ANSWERS.map(([id, description, answer]) => ({
        id,
        kind: 'answer',
        description,
        valid: false,
        code: 'bytes_malformed',
        bytes: toHex(encodeCbor(answer)),
      })),
      ...makeQueries(),
    ],
  };
}
