// What must be true of the ledger whatever happens. Each check throws, naming what broke.
import { equalBytes, toBase64url } from '#protocol/bytes.ts';
import { decodeReceipt } from '#protocol/receipt.ts';
import { must } from './broken.ts';
import { checkOfflineRules } from './offline-rules.ts';
import { checkExpiry } from './rejudging.ts';
import { type SimulatedServer, TERMS } from './simulated-server.ts';
import type { VerdictBook } from './verdict-book.ts';

type Sums = Readonly<
  Record<
    'created' | 'negative' | 'unheld' | 'lent' | 'unpaid' | 'unmoved' | 'unchained' | 'untimely',
    number
  >
>;

/** Cheap, so that it is asked often: I1, I2, I6, I7 and I15 as one statement. */
export async function checkSums({ database, faults, nowMs }: SimulatedServer): Promise<void> {
  must(faults.length === 0, 'server', `a fault: ${String(faults[0])}`);
  const { rows } = await database.query<Sums>({
    name: 'simulation_sums',
    text: `SELECT
      (SELECT count(*) FROM (SELECT 1 FROM entry GROUP BY currency HAVING sum(amount) <> 0) x)::int
        + (SELECT count(*) FROM (SELECT 1 FROM balance GROUP BY currency HAVING sum(balance) <> 0) x)::int
        AS created,
      (SELECT count(*) FROM balance b JOIN account a ON a.id = b.account AND a.kind = 'person'
        WHERE b.balance - b.held < 0 OR b.held < 0 OR b.owed < 0)::int AS negative,
      (SELECT count(*) FROM balance b JOIN account a ON a.id = b.account AND a.kind = 'person'
        WHERE b.held <> coalesce((SELECT sum(w.total - w.spent) FROM allowance w
          WHERE w.account = b.account AND w.currency = b.currency AND w.closed_at IS NULL), 0))::int
        AS unheld,
      (SELECT count(*) FROM balance WHERE owed > $2)::int AS lent,
      (SELECT count(*) FROM balance WHERE owed > 0 AND balance > held)::int AS unpaid,
      (SELECT count(*) FROM payment p WHERE
        (SELECT count(*) FROM entry e WHERE e.payment_id = p.id)
          <> CASE WHEN p.verdict = 1 THEN 2 ELSE 0 END)::int AS unmoved,
      (SELECT count(*) FROM (SELECT count(*) AS n, max(version) AS top FROM entry GROUP BY account) x
        WHERE n <> top)::int AS unchained,
      (SELECT count(*) FROM entry WHERE posted_at > to_timestamp($1::bigint)
        OR posted_at < to_timestamp($1::bigint) - interval '5 years')::int AS untimely`,
    values: [Math.floor(nowMs() / 1000), TERMS.guaranteeMaxMinor],
  });
  const [sums] = rows;
  must(sums?.created === 0, 'I1', 'money came from nowhere');
  must(sums.negative === 0, 'I6', 'somebody has less than nothing');
  must(sums.unheld === 0, 'I6', 'what is held is not what is unspent of allowances');
  must(sums.lent === 0, 'offline 5', 'somebody owes more than is guaranteed');
  must(sums.unpaid === 0, 'offline 6', 'somebody owes, and has money');
  must(sums.unmoved === 0, 'I2', 'a payment did not move money exactly once');
  must(sums.unchained === 0, 'I7', 'versions have a gap');
  must(sums.untimely === 0, 'I15', 'an entry has a date that is not the server’s');
}

type Row = {
  readonly id: Uint8Array;
  readonly verdict: number;
  readonly transfers: number;
  readonly receipt: Uint8Array;
};

/** I2, I4, I14: what anybody was ever told stands in the ledger, and nothing that nobody was told. */
async function checkVerdicts({ database }: SimulatedServer, book: VerdictBook): Promise<void> {
  const { rows } = await database.query<Row>(
    `SELECT p.id, p.verdict::int AS verdict, p.receipt,
            (SELECT count(DISTINCT e.transfer_id) FROM entry e WHERE e.payment_id = p.id)::int AS transfers
       FROM payment p`,
  );
  const stored = new Map(rows.map((row) => [toBase64url(new Uint8Array(row.id)), row]));
  for (const [id, { verdict, transfers }] of stored) {
    must(transfers === (verdict === 1 ? 1 : 0), 'I2', `${id} moved money ${transfers} times`);
  }
  for (const [id, told] of book.first) {
    const row = stored.get(id);
    const receipt = decodeReceipt(told);
    const isForgotten = !row && receipt.ok && (await epochOf(database)) > receipt.value.epoch;
    must(row !== undefined || isForgotten, 'I14', `${id} was acknowledged, and is not there`);
    if (!row || !receipt.ok) continue;
    const now = decodeReceipt(row.receipt);
    const isSame = now.ok && now.value.epoch === receipt.value.epoch;
    must(!isSame || equalBytes(row.receipt, told), 'I4', `${id} has another receipt now`);
    must(now.ok && now.value.verdict === receipt.value.verdict, 'I4', `${id} is otherwise now`);
  }
}

async function epochOf(database: SimulatedServer['database']): Promise<number> {
  const { rows } = await database.query<{ epoch: number }>('SELECT epoch FROM server_state');
  return rows[0]?.epoch ?? 0;
}

/** I1, I2, I4, I5, I6, I7, I10 and I14, over every row of the ledger. */
export async function checkServer(server: SimulatedServer, book: VerdictBook): Promise<void> {
  await checkSums(server);
  const report = await server.check();
  must(
    report.clean,
    'ledger (I1, I5, I6, I7)',
    report.findings.map(({ rule, detail }) => `${rule} ${detail}`).join('; '),
  );
  await checkVerdicts(server, book);
  await checkExpiry(server.database);
  if (!book.wasRestored) await checkOfflineRules(server.database, TERMS);
  // What came back after a restore was judged before it, by books that were lost.
  const twice = await server.database.query(
    `SELECT p.id FROM payment p JOIN paid_request r USING (payee, request_digest)
      JOIN payment m ON m.id = r.payment_id
      WHERE p.verdict = 1 AND p.id <> m.id
        AND (m.source IS NULL OR (m.currency = p.currency AND m.amount <= p.amount))
        AND NOT EXISTS (SELECT 1 FROM reoffer o WHERE o.payment_id IN (p.id, m.id))`,
  );
  must(twice.rows.length === 0, 'I10', 'a request for one sale was paid twice');
}

/** Ids of all that the ledger knows. */
export async function readSettled({ database }: SimulatedServer): Promise<Set<string>> {
  const { rows } = await database.query<{ id: Uint8Array }>('SELECT id FROM payment');
  return new Set(rows.map(({ id }) => toBase64url(new Uint8Array(id))));
}

/** Every payment's verdict, as one line each: ids too are the same for the same seed. */
export async function readVerdicts({ database }: SimulatedServer): Promise<string[]> {
  const { rows } = await database.query<{ line: string }>(
    `SELECT concat_ws(' ', id, payer, device, seq, amount, verdict, code, source, settled_at) AS line
      FROM payment ORDER BY id`,
  );
  return rows.map(({ line }) => line);
}

const TABLES = [
  'account',
  'balance',
  'entry',
  'payment',
  'paid_request',
  'issue',
  'allowance',
  'advance',
];

/** Versions and amounts of an account's entries, in their order. */
export async function readLedgerEntries(
  { database }: SimulatedServer,
  account: Uint8Array,
): Promise<string[]> {
  const { rows } = await database.query<{ version: bigint; amount: bigint }>(
    'SELECT version, amount FROM entry WHERE account = $1 ORDER BY version',
    [account],
  );
  return rows.map(({ version, amount }) => `${version} ${amount}`);
}

/** Everything in the ledger as one text: I13 says that a replay does not change it. */
export async function ledgerText({ database }: SimulatedServer): Promise<string> {
  const each = TABLES.map(
    (table) =>
      `(SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM ${table} t)`,
  );
  const { rows } = await database.query<{ text: string }>(
    `SELECT ${each.join(" || ' ' || ")} AS text`,
  );
  return rows[0]?.text ?? '';
}
