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
  readonly same_order: boolean;
};

/** The order's bytes stand whole inside the authorization, however that was signed. */
export function findKnown(payments: readonly VerifiedPayment[]): Statement {
  return {
    name: 'find_known',
    text: `SELECT p.id, p.receipt, position(w.order_bytes IN p.authorization_bytes) > 0 AS same_order
      FROM unnest($1::bytea[], $2::bytea[]) AS w (id, order_bytes) JOIN payment p ON p.id = w.id`,
    values: [
      byteaColumn(payments.map((payment) => payment.id)),
      byteaColumn(payments.map((payment) => payment.orderBytes)),
    ],
  };
}

export type PaidRow = {
  readonly payee: Bytes;
  readonly request_digest: Bytes;
  readonly payment_id: Bytes | null;
  readonly currency: number;
  readonly most: bigint;
};

/** Of payments to requests that were made for one sale: the mark, and the most that was paid. */
export function findPaidRequests(single: readonly VerifiedPayment[]): Statement {
  return {
    name: 'find_paid_requests',
    text: `SELECT w.payee, w.request_digest, w.currency, r.payment_id, coalesce((
          SELECT p.amount FROM payment p
          WHERE p.payee = w.payee AND p.request_digest = w.request_digest
            AND p.currency = w.currency AND p.verdict = 1
          ORDER BY p.amount DESC LIMIT 1), 0) AS most
      FROM unnest($1::bytea[], $2::bytea[], $3::integer[]) AS w (payee, request_digest, currency)
      LEFT JOIN paid_request r ON r.payee = w.payee AND r.request_digest = w.request_digest`,
    values: [
      byteaColumn(single.map((payment) => payment.order.payee)),
      byteaColumn(single.map((payment) => payment.order.requestDigest)),
      int4Column(single.map((payment) => payment.order.currency)),
    ],
  };
}

export type PaymentToStore = {
  readonly payment: VerifiedPayment;
  readonly settled: SettledPayment;
  readonly receipt: Uint8Array;
  readonly allowance?: Bytes;
  readonly source?: PaymentSource;
};

/** No ON CONFLICT: ids were looked up under the payer's lock, so a conflict is a fault, not an answer. */
export function insertPayments(rows: readonly PaymentToStore[], nowS: number): Statement {
  const orders = rows.map((row) => row.payment.order);
  return {
    name: 'insert_payments',
    text: `INSERT INTO payment (id, authorization_bytes, payer, payee, currency, amount,
        request_digest, device, seq, verdict, code, transfer_id, receipt, allowance_id, source,
        settled_at)
      SELECT p.*, to_timestamp($16::bigint)
      FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::integer[], $6::bigint[],
        $7::bytea[], $8::integer[], $9::bigint[], $10::smallint[], $11::text[], $12::bigint[],
        $13::bytea[], $14::bytea[], $15::smallint[]) AS p`,
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
      byteaColumn(rows.map((row) => row.receipt)),
      byteaColumn(rows.map((row) => row.allowance ?? null)),
      int2Column(rows.map((row) => (row.source ? SOURCE_NUMBERS[row.source] : null))),
      nowS,
    ],
  };
}
