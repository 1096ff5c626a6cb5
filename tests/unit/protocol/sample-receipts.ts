// Receipts for tests: bodies that a server may sign, and groups of them. Owns no rule.
import fc from 'fast-check';
import { type Bytes, toUtf8 } from '#protocol/bytes.ts';
import { WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import {
  encodeReceiptBody,
  protectedHeader,
  type ReceiptBody,
  type ReceiptGroup,
} from '#protocol/receipt.ts';
import { isFinalCode, REFUSALS, type RefusalCode } from '#protocol/refusals.ts';
import { anyBytes, filled } from './sample-orders.ts';

export const SAMPLE_BODY: ReceiptBody = {
  server: filled(5, 0x5e),
  paymentId: filled(32, 0x1d),
  verdict: 'accepted',
  amountMinor: 1250n,
  currency: 978,
  payer: filled(16, 0xaa),
  payee: filled(16, 0xbb),
  settledAtS: 1_767_225_700,
  transfer: 42n,
  epoch: 1,
};

export const KEY_ID = toUtf8('key-0001');

export const VERDICT_CODES = (Object.keys(REFUSALS) as RefusalCode[]).filter((code) =>
  isFinalCode(code),
);

const anyVerdict: fc.Arbitrary<Pick<ReceiptBody, 'verdict' | 'code' | 'transfer'>> = fc.oneof(
  fc
    .bigInt({ min: 0n, max: WIRE_AMOUNT_MAX })
    .map((transfer) => ({ verdict: 'accepted' as const, transfer })),
  fc
    .constantFrom(...VERDICT_CODES.filter((code) => code !== 'payment_expired'))
    .map((code) => ({ verdict: 'refused' as const, code })),
  fc.constant({ verdict: 'expired' as const, code: 'payment_expired' as const }),
);

/** Any body that a server may sign. */
export const anyBody: fc.Arbitrary<ReceiptBody> = fc
  .record({
    server: anyBytes(5),
    paymentId: anyBytes(32),
    payer: anyBytes(16),
    payee: anyBytes(16),
    amountMinor: fc.oneof(
      fc.bigInt({ min: 0n, max: WIRE_AMOUNT_MAX }),
      fc.constantFrom(0n, WIRE_AMOUNT_MAX),
    ),
    currency: fc.integer({ min: 0, max: 999 }),
    settledAtS: fc.nat(0xffffffffff),
    epoch: fc.nat(0xffffffff),
    verdict: anyVerdict,
  })
  .map(({ verdict, ...rest }) => ({ ...rest, ...verdict }));

/** A group with a signature that is none, for what is not about signatures. */
export function groupOf(bodies: readonly Bytes[]): ReceiptGroup {
  return { header: protectedHeader(KEY_ID), signature: filled(64, 0x99), bodies };
}

/** Bodies of `count` different payments. */
export function bodiesOf(count: number): Bytes[] {
  return Array.from({ length: count }, (_, index) =>
    encodeReceiptBody({ ...SAMPLE_BODY, paymentId: filled(32, index), transfer: BigInt(index) }),
  );
}
