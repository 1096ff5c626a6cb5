// Holds the ledger against the rule of payments without a network, line by line (README, “Both phones
// offline”), whatever payers promised. Not after a restore, which has forgotten what it promised.
import type { AllowanceRow } from '#ledger/allowance-book.ts';
import { ALLOWANCE_COLUMNS, allowanceOf, type StoredAllowanceRow } from '#ledger/allowance-rows.ts';
import type { Database } from '#ledger/database.ts';
import { coverFault } from '#protocol/allowance.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase64url } from '#protocol/bytes.ts';
import type { Order } from '#protocol/order.ts';
import { must } from './broken.ts';

export type Terms = { readonly guaranteeMaxMinor: bigint; readonly graceHours: number };

/** A line of the rule, what breaks it, and how that is found: each answers none where it is kept. */
const LINES: readonly (readonly [line: string, what: string, found: string])[] = [
  [
    'offline 8',
    'a number was promised twice, and the orders are not kept as evidence',
    `SELECT 1 FROM (SELECT payer, device, seq, count(*) AS times FROM payment
        WHERE allowance_id IS NOT NULL GROUP BY payer, device, seq) n
      WHERE n.times - 1 <> (SELECT count(*) FROM double_promise d
        JOIN payment p ON p.id = d.second_payment JOIN payment f ON f.id = d.first_payment
        WHERE d.kind = 'same-number' AND (p.payer, p.device, p.seq) = (n.payer, n.device, n.seq)
          AND (f.payer, f.device, f.seq) = (n.payer, n.device, n.seq))`,
  ],
  [
    'offline 8',
    'more than the total was paid, and no evidence is kept',
    `SELECT 1 FROM allowance a WHERE drawn > total AND NOT EXISTS (SELECT 1 FROM double_promise d
        WHERE d.account = a.account AND d.allowance_id = a.id AND d.kind = 'over-total')`,
  ],
  [
    'offline 8',
    'a payment was left to the operator, and no evidence is kept',
    `SELECT 1 FROM payment p WHERE (p.source = 3 OR p.code = 'allowance_overspent')
        AND NOT EXISTS (SELECT 1 FROM double_promise d
          WHERE d.second_payment = p.id AND d.kind = 'beyond-funds')`,
  ],
  [
    'offline 8',
    'whoever broke a promise has an allowance',
    `SELECT 1 FROM double_promise d JOIN account a ON a.id = d.account
      WHERE NOT a.allowances_stopped OR EXISTS (SELECT 1 FROM allowance w
        WHERE w.account = a.id AND (w.state = 'open' OR w.created_at > d.found_at))`,
  ],
  [
    'offline 9',
    'an allowance was ended before its end and grace',
    `SELECT 1 FROM allowance WHERE closed_reason = 'expired'
        AND closed_at < valid_until + $1::integer * interval '1 hour'`,
  ],
  [
    'offline 9',
    'an allowance was ended without a reason',
    `SELECT 1 FROM allowance w JOIN device d ON d.account = w.account AND d.number = w.device
      WHERE (w.closed_reason = 'frozen' AND d.frozen_at IS NULL)
        OR (w.closed_reason = 'stopped' AND NOT EXISTS (SELECT 1 FROM double_promise p
          WHERE p.account = w.account AND p.found_at <= w.closed_at))`,
  ],
];

type Paid = {
  readonly id: Uint8Array;
  readonly code: string | null;
  readonly is_covered: boolean;
  readonly settled_s: number;
  readonly authorization_bytes: Uint8Array;
};

/** Owed by the payer in that second, at most. */
async function owedMost(
  database: Database,
  { payer, currency }: Order,
  atS: number,
): Promise<bigint> {
  const { rows } = await database.query<{ owed: bigint }>(
    `SELECT (coalesce((SELECT sum(amount) FROM advance
          WHERE account = $1 AND currency = $2 AND advanced_at <= to_timestamp($3::bigint)), 0)
        - coalesce((SELECT sum(amount) FROM repayment
          WHERE account = $1 AND currency = $2 AND repaid_at < to_timestamp($3::bigint)), 0))::bigint
      AS owed`,
    [payer, currency, atS],
  );
  return rows[0]?.owed ?? 0n;
}

async function isPaidAsMuch(database: Database, order: Order, id: Uint8Array): Promise<boolean> {
  const { rowCount } = await database.query(
    `SELECT 1 FROM payment WHERE verdict = 1 AND payee = $1 AND request_digest = $2
      AND currency = $3 AND amount >= $4 AND id <> $5`,
    [order.payee, order.requestDigest, order.currency, order.amountMinor, id],
  );
  return rowCount !== 0;
}

/** Lines 3 to 7: in full and in time, but beyond the most, or where the sale was paid as much before. */
async function checkCovered(
  database: Database,
  { guaranteeMaxMinor }: Terms,
  order: Order,
  paid: Paid,
): Promise<void> {
  const name = toBase64url(new Uint8Array(paid.id));
  must(paid.is_covered, 'offline 2', `${name} keeps to its allowance, and is not covered`);
  switch (paid.code) {
    case null:
    case 'payment_expired':
      return;
    case 'allowance_overspent': {
      const owed = await owedMost(database, order, paid.settled_s);
      const isBeyond = owed + order.amountMinor > guaranteeMaxMinor;
      return must(isBeyond, 'offline 7', `${name} is refused, and only ${owed} was owed`);
    }
    case 'request_already_paid': {
      const isPaid = await isPaidAsMuch(database, order, paid.id);
      return must(isPaid, 'offline 7', `${name} is refused for a payment of less`);
    }
    default:
      must(false, 'offline 3', `${name} is covered, and refused: ${paid.code}`);
  }
}

const keyOf = (account: Uint8Array, id: Uint8Array) =>
  `${toBase64url(new Uint8Array(account))} ${toBase64url(new Uint8Array(id))}`;

async function readAllowances(database: Database): Promise<Map<string, AllowanceRow>> {
  const { rows } = await database.query<StoredAllowanceRow>(
    `SELECT ${ALLOWANCE_COLUMNS} FROM allowance a`,
  );
  return new Map(rows.map((row) => [keyOf(row.account, row.id), allowanceOf(row)]));
}

export async function checkOfflineRules(database: Database, terms: Terms): Promise<void> {
  for (const [line, what, found] of LINES) {
    const values = found.includes('$1') ? [terms.graceHours] : [];
    const { rowCount } = await database.query(found, values);
    must(rowCount === 0, line, what);
  }
  const allowances = await readAllowances(database);
  const { rows } = await database.query<Paid>(
    `SELECT id, code, allowance_id IS NOT NULL AS is_covered, authorization_bytes,
        extract(epoch FROM settled_at)::float AS settled_s
      FROM payment`,
  );
  for (const paid of rows) {
    const decoded = decodeAuthorization(paid.authorization_bytes);
    if (!decoded.ok || !decoded.value.order.allowance) continue;
    const { order } = decoded.value;
    const row = order.allowance && allowances.get(keyOf(order.payer, order.allowance));
    if (row && coverFault(order, row) === undefined) {
      await checkCovered(database, terms, order, paid);
    } else {
      const name = toBase64url(new Uint8Array(paid.id));
      must(!paid.is_covered, 'offline 2', `${name} keeps to no allowance, and is covered`);
    }
  }
}
