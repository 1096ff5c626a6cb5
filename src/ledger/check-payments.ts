/** Owns the check of every stored payment: its bytes, its signature, its receipt, its request. */
import type pg from 'pg';
import { decodeAuthorization } from '#protocol/authorization.ts';
import type { Bytes } from '#protocol/bytes.ts';
import type { Order } from '#protocol/order.ts';
import { decodeReceipt } from '#protocol/receipt.ts';
import { keyOf } from './books.ts';
import { nameOf, type ReportDraft } from './check-report.ts';
import { byteaColumn } from './column.ts';
import {
  PAYMENT_COLUMNS,
  type PaymentRow,
  paymentOf,
  type StoredPayment,
} from './read-statement.ts';
import { openRowStream } from './row-stream.ts';

export type LedgerCredential = {
  readonly id: Bytes;
  readonly hint: Bytes;
  readonly publicKeySpki: Bytes;
};

/** Signatures are the server's trade; the ledger knows what has to be signed. */
export type LedgerVerifiers = {
  /** Whether one of the payer's passkeys, revoked ones included, made this authorization. */
  authorization(
    authorization: Bytes,
    credentials: readonly LedgerCredential[],
  ): boolean | Promise<boolean>;
  /** Whether a key of this server signed this receipt. */
  receipt(receipt: Bytes): boolean | Promise<boolean>;
  /** Whether a key of this server signed this allowance. */
  allowance(allowance: Bytes): boolean | Promise<boolean>;
};

const CHUNK = 200;

const same = (a: Bytes, b: Bytes) => Buffer.compare(a, b) === 0;

function orderMatches(order: Order, payment: StoredPayment): boolean {
  return (
    same(order.payer, payment.payer) &&
    same(order.payee, payment.payee) &&
    same(order.requestDigest, payment.requestDigest) &&
    order.amountMinor === payment.amountMinor &&
    order.currency === payment.currency &&
    order.device === payment.device &&
    order.seq === payment.seq &&
    (!payment.allowance || (order.allowance && same(order.allowance, payment.allowance))) === true
  );
}

async function checkReceipt(
  payment: StoredPayment,
  verifiers: LedgerVerifiers,
  draft: ReportDraft,
): Promise<void> {
  const where = nameOf('payment', payment.id);
  const decoded = decodeReceipt(payment.receipt);
  if (!decoded.ok) {
    draft.find('receipt_unreadable', `${where}: ${decoded.refusal.code}`);
    return;
  }
  const receipt = decoded.value;
  const matches =
    same(receipt.paymentId, payment.id) &&
    same(receipt.payer, payment.payer) &&
    same(receipt.payee, payment.payee) &&
    receipt.verdict === payment.verdict &&
    (receipt.code ?? null) === payment.code &&
    (receipt.transfer ?? null) === payment.transfer &&
    receipt.amountMinor === payment.amountMinor &&
    receipt.currency === payment.currency &&
    receipt.settledAtS === payment.settledAtS;
  if (!matches) draft.find('receipt_differs', where);
  if (!(await verifiers.receipt(payment.receipt))) draft.find('receipt_invalid', where);
}

type Chunk = {
  readonly credentials: ReadonlyMap<string, LedgerCredential[]>;
  /** By payee and digest, the payment that the request is marked as paid by. */
  readonly paidBy: ReadonlyMap<string, Mark>;
  /** By id, those that were brought back after a restore. */
  readonly reoffered: ReadonlySet<string>;
};

type Mark = {
  readonly payment_id: Bytes;
  readonly amount: bigint | null;
  readonly currency: number | null;
  readonly is_covered: boolean;
  readonly is_reoffered: boolean;
};

async function readChunk(
  client: pg.PoolClient,
  payments: readonly StoredPayment[],
): Promise<Chunk> {
  const credentialRows = await client.query<{
    account: Bytes;
    id: Bytes;
    hint: Bytes;
    public_key_spki: Bytes;
  }>(`SELECT account, id, hint, public_key_spki FROM credential WHERE account = ANY($1::bytea[])`, [
    byteaColumn(payments.map((payment) => payment.payer)),
  ]);
  const credentials = new Map<string, LedgerCredential[]>();
  for (const { account, id, hint, public_key_spki: publicKeySpki } of credentialRows.rows) {
    const list = credentials.get(keyOf(account)) ?? [];
    list.push({ id, hint, publicKeySpki });
    credentials.set(keyOf(account), list);
  }
  const requestRows = await client.query<Mark & { payee: Bytes; request_digest: Bytes }>(
    `SELECT r.payee, r.request_digest, r.payment_id, p.amount, p.currency,
        p.source IS NOT NULL AS is_covered, o.payment_id IS NOT NULL AS is_reoffered
      FROM unnest($1::bytea[], $2::bytea[]) AS w (payee, request_digest)
      JOIN paid_request r ON r.payee = w.payee AND r.request_digest = w.request_digest
      LEFT JOIN payment p ON p.id = r.payment_id
      LEFT JOIN reoffer o ON o.payment_id = r.payment_id`,
    [
      byteaColumn(payments.map((payment) => payment.payee)),
      byteaColumn(payments.map((payment) => payment.requestDigest)),
    ],
  );
  const paidBy = new Map(
    requestRows.rows.map((row) => [keyOf(row.payee, row.request_digest), row]),
  );
  const reofferRows = await client.query<{ payment_id: Bytes }>(
    'SELECT payment_id FROM reoffer WHERE payment_id = ANY($1::bytea[])',
    [byteaColumn(payments.map((payment) => payment.id))],
  );
  const reoffered = new Set(reofferRows.rows.map((row) => keyOf(row.payment_id)));
  return { credentials, paidBy, reoffered };
}

/**
 * The payment's own mark, or that of a covered one that is not refused for what this one paid. Between
 * two epochs a request may be paid twice: who has a receipt of the first keeps it.
 */
function isMarkOf(payment: StoredPayment, { paidBy: marks, reoffered }: Chunk): boolean {
  const paidBy = marks.get(keyOf(payment.payee, payment.requestDigest));
  if (!paidBy) return false;
  if (same(paidBy.payment_id, payment.id)) return true;
  if (paidBy.is_reoffered || reoffered.has(keyOf(payment.id))) return true;
  const { amount, currency, is_covered: isCovered } = paidBy;
  return isCovered && (currency !== payment.currency || (amount ?? 0n) > payment.amountMinor);
}

async function checkPayment(
  payment: StoredPayment,
  chunk: Chunk,
  verifiers: LedgerVerifiers,
  draft: ReportDraft,
): Promise<void> {
  const where = nameOf('payment', payment.id);
  await checkReceipt(payment, verifiers, draft);
  const decoded = decodeAuthorization(payment.authorization);
  if (!decoded.ok) {
    draft.find('authorization_unreadable', `${where}: ${decoded.refusal.code}`);
    return;
  }
  const { id, order } = decoded.value;
  if (!same(id, payment.id)) draft.find('id_not_of_order', where);
  if (!orderMatches(order, payment)) draft.find('order_differs', where);
  const credentials = chunk.credentials.get(keyOf(order.payer)) ?? [];
  if (!(await verifiers.authorization(payment.authorization, credentials))) {
    draft.find('signature_invalid', where);
  }
  if (order.once && payment.verdict === 'accepted') {
    if (!isMarkOf(payment, chunk)) draft.find('paid_request_missing', where);
  }
}

/** Marks that no accepted payment of that payee and request stands behind. */
async function checkPaidRequests(client: pg.PoolClient, draft: ReportDraft): Promise<void> {
  const strays = await openRowStream<{ payee: Bytes; payment_id: Bytes }>(
    client,
    'check_paid_requests',
    `SELECT r.payee, r.payment_id FROM paid_request r LEFT JOIN payment p
      ON p.id = r.payment_id AND p.payee = r.payee AND p.request_digest = r.request_digest
        AND p.verdict = 1
      WHERE p.id IS NULL`,
  );
  for (let stray = await strays.take(); stray; stray = await strays.take()) {
    const where = `${nameOf('payment', stray.payment_id)} to ${nameOf('account', stray.payee)}`;
    draft.find('paid_request_stray', where);
  }
}

export async function checkPayments(
  client: pg.PoolClient,
  verifiers: LedgerVerifiers,
  draft: ReportDraft,
): Promise<void> {
  const rows = await openRowStream<PaymentRow>(
    client,
    'check_payments',
    `SELECT ${PAYMENT_COLUMNS} FROM payment ORDER BY id`,
  );
  for (;;) {
    const payments: StoredPayment[] = [];
    for (let row = await rows.take(); row; row = await rows.take()) {
      payments.push(paymentOf(row));
      if (payments.length === CHUNK) break;
    }
    if (payments.length === 0) break;
    const chunk = await readChunk(client, payments);
    for (const payment of payments) await checkPayment(payment, chunk, verifiers, draft);
    draft.payments += payments.length;
  }
  await checkPaidRequests(client, draft);
}
