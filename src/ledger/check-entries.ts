/** Owns the check of every account's chain: versions, running balances, and the sum of each currency. */
import type pg from 'pg';
import type { Bytes } from '#protocol/bytes.ts';
import { GUARANTEE_ACCOUNT, ISSUER_ACCOUNT } from './accounts.ts';
import { nameOf, type ReportDraft } from './check-report.ts';
import { openRowStream, type RowStream } from './row-stream.ts';

type AccountRow = { readonly id: Bytes };
type BalanceRow = {
  readonly account: Bytes;
  readonly currency: number;
  readonly balance: bigint;
  readonly version: bigint;
};
type EntryRow = {
  readonly account: Bytes;
  readonly version: bigint;
  readonly currency: number;
  readonly amount: bigint;
  readonly balance_after: bigint;
};

/** What the entries of one currency come to. */
type Held = { readonly balance: bigint; readonly version: bigint };
const NOTHING_HELD: Held = { balance: 0n, version: 0n };

type Streams = {
  readonly entries: RowStream<EntryRow>;
  readonly balances: RowStream<BalanceRow>;
};

function checkEntry(
  entry: EntryRow,
  version: bigint,
  held: Map<number, Held>,
  mayOwe: boolean,
  draft: ReportDraft,
): void {
  const where = `${nameOf('account', entry.account)} version ${entry.version}`;
  const { currency, balance_after: after } = entry;
  if (entry.version !== version) draft.find('version_gap', `${where}, expected ${version}`);
  const expected = (held.get(currency)?.balance ?? 0n) + entry.amount;
  if (after !== expected) {
    draft.find('chain_broken', `${where}: ${after} instead of ${expected} in currency ${currency}`);
  }
  if (after < 0n && !mayOwe) {
    draft.find('balance_negative', `${where}: ${after} in currency ${currency}`);
  }
  held.set(currency, { balance: after, version: entry.version });
}

/** Rows below this account belong to none that exists: the streams are all in the order of ids. */
async function reportStrays(streams: Streams, id: Bytes | undefined, draft: ReportDraft) {
  const isStray = (account: Bytes) => id === undefined || Buffer.compare(account, id) < 0;
  for (const stream of [streams.entries, streams.balances]) {
    let row = await stream.peek();
    while (row && isStray(row.account)) {
      draft.find('account_missing', nameOf('account', row.account));
      await stream.take();
      row = await stream.peek();
    }
  }
}

async function checkAccount(
  account: AccountRow,
  streams: Streams,
  sums: Map<number, bigint>,
  draft: ReportDraft,
): Promise<void> {
  const where = nameOf('account', account.id);
  const isMine = (row: { account: Bytes } | undefined) =>
    row !== undefined && Buffer.compare(row.account, account.id) === 0;
  const isIssuer = Buffer.compare(account.id, ISSUER_ACCOUNT) === 0;
  const mayOwe = isIssuer || Buffer.compare(account.id, GUARANTEE_ACCOUNT) === 0;
  const held = new Map<number, Held>();
  let version = 0n;
  while (isMine(await streams.entries.peek())) {
    const entry = await streams.entries.take();
    if (!entry) break;
    checkEntry(entry, version + 1n, held, mayOwe, draft);
    version = entry.version;
    sums.set(entry.currency, (sums.get(entry.currency) ?? 0n) + entry.amount);
    draft.entries++;
  }
  while (isMine(await streams.balances.peek())) {
    const row = await streams.balances.take();
    if (!row) break;
    const expected = held.get(row.currency) ?? NOTHING_HELD;
    held.delete(row.currency);
    const what = `${where} currency ${row.currency}`;
    if (row.balance !== expected.balance) {
      draft.find('balance_differs', `${what}: ${row.balance} instead of ${expected.balance}`);
    }
    if (row.version !== expected.version) {
      draft.find('version_differs', `${what}: ${row.version}, newest entry ${expected.version}`);
    }
    if (isIssuer) draft.circulation.set(row.currency, -row.balance);
    else if (row.balance < 0n && !mayOwe)
      draft.find('balance_negative', `${where}: ${row.balance}`);
  }
  for (const [currency, { balance }] of held) {
    draft.find('balance_differs', `${where} currency ${currency}: none instead of ${balance}`);
  }
  draft.accounts++;
}

export async function checkEntries(client: pg.PoolClient, draft: ReportDraft): Promise<void> {
  const accounts = await openRowStream<AccountRow>(
    client,
    'check_accounts',
    'SELECT id FROM account ORDER BY id',
  );
  const streams = {
    entries: await openRowStream<EntryRow>(
      client,
      'check_entries',
      `SELECT account, version, currency, amount, balance_after FROM entry
        ORDER BY account, version`,
    ),
    balances: await openRowStream<BalanceRow>(
      client,
      'check_balances',
      'SELECT account, currency, balance, version FROM balance ORDER BY account, currency',
    ),
  };
  const sums = new Map<number, bigint>();
  for (let account = await accounts.take(); account; account = await accounts.take()) {
    await reportStrays(streams, account.id, draft);
    await checkAccount(account, streams, sums, draft);
  }
  await reportStrays(streams, undefined, draft);
  for (const [currency, sum] of sums) {
    if (sum !== 0n) draft.find('sum_not_zero', `currency ${currency}: ${sum}`);
  }
}
