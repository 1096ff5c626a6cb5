/** Owns the payment table's statements: finding what is known of an id, storing a verdict. */
import type { Bytes } from '#protocol/bytes.ts';
import type { Order } from '#protocol/order.ts';
import type { ReceiptBody, Verdict } from '#protocol/receipt.ts';
import type { PaymentSource } from './allowance-book.ts';
import { byteaColumn, int2Column, int4Column, int8Column, textColumn } from './column.ts';
import type { Statement } from './database.ts';
import type { StandingVerdict } from './standing-verdict.ts';

/** An authorization whose signature has been verified: the only thing that may move a payer's money. */
export type VerifiedPayment = {
  readonly id: Bytes;
  readonly order: Order;
  readonly orderBytes: Bytes;
  /** The authorization as it was sent. */
  readonly bytes: Bytes;
  /** The id of the passkey when it was revoked: only its own allowance can still cover the order. */
  readonly revokedCredential?: Bytes;
  /** Given before a restore from a backup: it is given again. */
  readonly standing?: StandingVerdict;
};

/** What a receipt says, but for whose server it is. */
export type SettledPayment = Omit<ReceiptBody, 'server' | 'epoch'>;

export const VERDICT_NUMBERS: Readonly<Record<Verdict, number>> = {
  accepted: 1,
  refused: 2,
  expired: 3,
};

export const SOURCE_NUMBERS: Readonly<Record<PaymentSource, number>> = {
  hold: 1,
  balance: 2,
  guarantee: 3,
};

export type KnownRow = {
  readonly id: Bytes;
  readonly receipt: Bytes;
  readonly authorization_bytes: Bytes;
};

export function findKnown(payments: readonly VerifiedPayment[]): Statement {
  return {
    name: 'find_known',
    text: `SELECT id, receipt, authorization_bytes FROM payment WHERE id = ANY($1::bytea[])`,
    values: [byteaColumn(payments.map((payment) => payment.id))],
  };
}

export type PaidRow = {
  readonly payee: Bytes;
  readonly request_digest: Bytes;
  readonly payment_id: Bytes;
  readonly currency: number;
  readonly most: bigint;
};

/** Of requests that were made for one sale and are paid: the mark, and the most in each currency. */
export function findPaidRequests(single: readonly VerifiedPayment[]): Statement {
  return {
    name: 'find_paid_requests',
    text: `WITH marked AS (
        SELECT r.payee, r.request_digest, r.payment_id
        FROM (SELECT unnest($1::bytea[]) AS payee, unnest($2::bytea[]) AS request_digest) w
        JOIN paid_request r ON r.payee = w.payee AND r.request_digest = w.request_digest)
      SELECT m.payee, m.request_digest, m.payment_id, o.currency, o.amount AS most
      FROM marked m
      JOIN outpaid_request o ON o.payee = m.payee AND o.request_digest = m.request_digest
      UNION ALL
      SELECT m.payee, m.request_digest, m.payment_id, coalesce(p.currency, 0), coalesce(p.amount, 0)
      FROM marked m LEFT JOIN payment p ON p.id = m.payment_id`,
    values: [
      byteaColumn(single.map((payment) => payment.order.payee)),
      byteaColumn(single.map((payment) => payment.order.requestDigest)),
    ],
  };
}

export type PaymentToStore = {
  readonly payment: VerifiedPayment;
  readonly settled: SettledPayment;
  readonly allowance?: Bytes;
  readonly source?: PaymentSource;
};

/** No ON CONFLICT: ids were looked up under the payer's lock, so a conflict is a fault, not an answer. */
export function insertPayments(
  rows: readonly PaymentToStore[],
  receipts: readonly Bytes[],
  nowS: number,
): Statement {
  const orders = rows.map((row) => row.payment.order);
  return {
    name: 'insert_payments',
    text: `INSERT INTO payment (id, authorization_bytes, payer, payee, currency, amount,
        request_digest, device, seq, verdict, code, transfer_id, receipt, allowance_id, source,
        settled_at)
      SELECT unnest($1::bytea[]), unnest($2::bytea[]), unnest($3::bytea[]), unnest($4::bytea[]),
        unnest($5::integer[]), unnest($6::bigint[]), unnest($7::bytea[]), unnest($8::integer[]),
        unnest($9::bigint[]), unnest($10::smallint[]), unnest($11::text[]), unnest($12::bigint[]),
        unnest($13::bytea[]), unnest($14::bytea[]), unnest($15::smallint[]),
        to_timestamp($16::bigint)`,
    values: [
      byteaColumn(rows.map((row) => row.payment.id)),
      byteaColumn(rows.map((row) => row.payment.bytes)),
      byteaColumn(orders.map((order) => order.payer)),
      byteaColumn(orders.map((order) => order.payee)),
      int4Column(orders.map((order) => order.currency)),
      int8Column(orders.map((order) => order.amountMinor)),
      byteaColumn(orders.map((order) => order.requestDigest)),
      int4Column(orders.map((order) => order.device)),
      int8Column(orders.map((order) => BigInt(order.seq))),
      int2Column(rows.map((row) => VERDICT_NUMBERS[row.settled.verdict])),
      textColumn(rows.map((row) => row.settled.code ?? null)),
      int8Column(rows.map((row) => row.settled.transfer ?? null)),
      byteaColumn(receipts),
      byteaColumn(rows.map((row) => row.allowance ?? null)),
      int2Column(rows.map((row) => (row.source ? SOURCE_NUMBERS[row.source] : null))),
      nowS,
    ],
  };
}
