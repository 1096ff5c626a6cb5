import { expect, test } from 'vitest';
import { encodePaymentsAnswer } from '#protocol/payments-answer.ts';
import { scanAnswer } from '../../bench/server/answer-scan.ts';

const group = (members: number) => ({
  header: new Uint8Array(20),
  signature: new Uint8Array(64),
  bodies: Array.from({ length: members }, () => new Uint8Array(300)),
});

test('members and receipts count as receipts, refusals apart', () => {
  const answer = encodePaymentsAnswer(
    [group(2), group(1)],
    [
      { kind: 'member', group: 0, index: 0 },
      { kind: 'refusal', code: 'insufficient_funds' },
      { kind: 'member', group: 0, index: 1 },
      { kind: 'receipt', receipt: new Uint8Array(70_000) },
      { kind: 'refusal', code: 'input_invalid', detail: 'ü'.repeat(40) },
      { kind: 'member', group: 1, index: 0 },
    ],
  );
  expect(scanAnswer(answer)).toEqual({ receipts: 4, refusals: 2 });
});

test('two hundred members are counted', () => {
  const items = Array.from({ length: 200 }, (_, index) => {
    return { kind: 'member', group: 0, index } as const;
  });
  expect(scanAnswer(encodePaymentsAnswer([group(200)], items)).receipts).toBe(200);
});

test.each([
  [
    'cut short',
    encodePaymentsAnswer([group(1)], [{ kind: 'member', group: 0, index: 0 }]).slice(0, -1),
  ],
  ['no array', Uint8Array.of(0xa0)],
  ['endless', Uint8Array.of(0x82, 0x9f)],
  ['empty', new Uint8Array(0)],
])('an answer that is %s is no answer', (_, bytes) => {
  expect(() => scanAnswer(bytes)).toThrow();
});
