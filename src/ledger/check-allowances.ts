/** Owns the check of what is set aside, what is owed, and the evidence: each against what it is the sum of. */
import type pg from 'pg';
import { type Allowance, decodeAllowance } from '#protocol/allowance.ts';
import { credentialHint } from '#protocol/authorization.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { ALLOWANCE_COLUMNS, allowanceOf, type StoredAllowanceRow } from './allowance-rows.ts';
import type { LedgerVerifiers } from './check-payments.ts';
import { type LedgerRule, nameOf, type ReportDraft } from './check-report.ts';
import { openRowStream } from './row-stream.ts';

type Broken = {
  readonly account: Bytes;
  /** Which allowance, payment or currency of the account. */
  readonly which: string;
  readonly found: string | null;
  readonly expected: string | null;
};

/** Each answers what breaks the rule, and nothing of a ledger that keeps it. */
const SUMS: readonly (readonly [LedgerRule, string])[] = [
  [
    'held_differs',
    `SELECT coalesce(b.account, o.account) AS account,
        'currency ' || coalesce(b.currency, o.currency) AS which,
        b.held::text AS found, coalesce(o.unspent, 0)::text AS expected
      FROM balance b FULL JOIN (
        SELECT account, currency, sum(total - spent) AS unspent FROM allowance
        WHERE state = 'open' GROUP BY account, currency) o
        ON o.account = b.account AND o.currency = b.currency
      WHERE b.held IS DISTINCT FROM coalesce(o.unspent, 0)`,
  ],
  [
    'held_beyond_balance',
    `SELECT b.account, 'currency ' || b.currency AS which, b.held::text AS found,
        b.balance::text AS expected
      FROM balance b JOIN account a ON a.id = b.account
      WHERE a.kind = 'person' AND (b.held > greatest(b.balance, 0) OR b.held < 0)`,
  ],
  [
    'owed_differs',
    `SELECT coalesce(b.account, d.account) AS account,
        'currency ' || coalesce(b.currency, d.currency) AS which,
        b.owed::text AS found, coalesce(d.owed, 0)::text AS expected
      FROM balance b FULL JOIN (
        SELECT account, currency, sum(amount) AS owed FROM (
          SELECT account, currency, amount FROM advance
          UNION ALL SELECT account, currency, -amount FROM repayment) m
        GROUP BY account, currency) d
        ON d.account = b.account AND d.currency = b.currency
      WHERE b.owed IS DISTINCT FROM coalesce(d.owed, 0)`,
  ],
  [
    'drawn_differs',
    `SELECT coalesce(a.account, p.payer) AS account,
        'allowance ' || coalesce(a.id, p.allowance_id)::text AS which,
        a.spent || ' of ' || a.drawn AS found,
        coalesce(p.spent, 0) || ' of ' || coalesce(p.drawn, 0) AS expected
      FROM allowance a FULL JOIN (
        SELECT payer, allowance_id, sum(amount) FILTER (WHERE source = 1) AS spent,
          sum(amount) FILTER (WHERE verdict = 1) AS drawn
        FROM payment WHERE allowance_id IS NOT NULL GROUP BY payer, allowance_id) p
        ON p.payer = a.account AND p.allowance_id = a.id
      WHERE a.spent IS DISTINCT FROM coalesce(p.spent, 0)
        OR a.drawn IS DISTINCT FROM coalesce(p.drawn, 0)`,
  ],
  [
    'advance_differs',
    `SELECT coalesce(a.account, p.payer) AS account,
        'payment ' || coalesce(a.payment_id, p.id)::text AS which,
        a.amount || ' in ' || a.currency AS found, p.amount || ' in ' || p.currency AS expected
      FROM advance a FULL JOIN (SELECT * FROM payment WHERE source = 3) p
        ON p.id = a.payment_id AND p.payer = a.account
      WHERE (a.amount, a.currency, a.advanced_at)
        IS DISTINCT FROM (p.amount, p.currency, p.settled_at)`,
  ],
  [
    'evidence_missing',
    `SELECT d.account, 'payment ' || d.second_payment::text AS which, d.kind AS found,
        'both signed orders' AS expected
      FROM double_promise d
      LEFT JOIN payment s ON s.id = d.second_payment AND s.payer = d.account
        AND s.device = d.device AND s.allowance_id = d.allowance_id
      LEFT JOIN payment f ON f.id = d.first_payment AND f.payer = d.account
        AND f.device = d.device AND f.seq = s.seq AND f.id <> s.id
      WHERE s.id IS NULL OR (d.kind = 'same-number' AND f.id IS NULL)
      UNION ALL
      SELECT p.payer, 'payment ' || p.id::text, NULL, 'evidence that it was beyond the funds'
      FROM payment p
      LEFT JOIN double_promise d ON d.account = p.payer AND d.second_payment = p.id
        AND d.kind = 'beyond-funds'
      WHERE (p.source = 3 OR p.code = 'allowance_overspent') AND d.account IS NULL
        -- Refused before a restore that has lost the allowance.
        AND p.allowance_id IS NOT NULL`,
  ],
];

async function checkSums(client: pg.PoolClient, draft: ReportDraft): Promise<void> {
  for (const [rule, select] of SUMS) {
    const broken = await openRowStream<Broken>(client, `check_${rule}`, select);
    for (let row = await broken.take(); row; row = await broken.take()) {
      const { account, which, found, expected } = row;
      const difference = `${found ?? 'none'} instead of ${expected ?? 'none'}`;
      draft.find(rule, `${nameOf('account', account)} ${which}: ${difference}`);
    }
  }
}

type SignedRow = StoredAllowanceRow & { readonly signed: Bytes };

function saysTheSame(allowance: Allowance, row: SignedRow): boolean {
  const { credential, spentMinor, drawnMinor, isOpen, ...stored } = allowanceOf(row);
  const { server, point, credentialHint: hint, ...said } = allowance;
  const isSame = (key: keyof typeof stored) => {
    const [a, b] = [said[key], stored[key]];
    return a instanceof Uint8Array && b instanceof Uint8Array
      ? Buffer.compare(a, b) === 0
      : a === b;
  };
  const keys = Object.keys(stored) as (keyof typeof stored)[];
  return keys.every(isSame) && Buffer.compare(hint, credentialHint(credential)) === 0;
}

/** What the devices and the payees hold in their hands. */
async function checkSigned(
  client: pg.PoolClient,
  verifiers: LedgerVerifiers,
  draft: ReportDraft,
): Promise<void> {
  const rows = await openRowStream<SignedRow>(
    client,
    'check_allowances',
    `SELECT ${ALLOWANCE_COLUMNS}, a.signed FROM allowance a ORDER BY a.account, a.id`,
  );
  for (let row = await rows.take(); row; row = await rows.take()) {
    const where = `${nameOf('account', row.account)} ${nameOf('allowance', row.id)}`;
    const decoded = decodeAllowance(row.signed);
    if (!decoded.ok || !saysTheSame(decoded.value.allowance, row)) {
      draft.find('allowance_differs', where);
    } else if (!(await verifiers.allowance(row.signed))) draft.find('allowance_invalid', where);
  }
}

export async function checkAllowances(
  client: pg.PoolClient,
  verifiers: LedgerVerifiers,
  draft: ReportDraft,
): Promise<void> {
  await checkSums(client, draft);
  await checkSigned(client, verifiers, draft);
}
