/** Owns setting funds aside for a device's offline payments, and giving back what is unspent of them. */
import type pg from 'pg';
import { validUntilS } from '#protocol/allowance.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { accept, assert, type Outcome, refuse } from '#protocol/refusals.ts';
import {
  type AllowanceBook,
  type AllowanceRow,
  type ClosedReason,
  openAllowanceBook,
} from './allowance-book.ts';
import {
  allowancesOf,
  findAllowances,
  findOpenAllowances,
  insertAllowance,
  type NewAllowance,
  updateAllowances,
} from './allowance-rows.ts';
import { type BalanceRow, type Books, keyOf, openBooks } from './books.ts';
import { type Database, pipeline, type Statement } from './database.ts';
import { BEGIN, COMMIT, lockAccounts, readBalancesOf, rowsOf, writeChanges } from './posting.ts';

/** Of one account. Whatever settles one of its promises reads them all, while others wait. */
const OPEN_MAX = 64;

type Standing = {
  readonly passkey_usable: boolean;
  readonly stopped: boolean;
  readonly device_known: boolean;
  readonly device_frozen: boolean;
  readonly last_seq: bigint | null;
};

type Reading = { readonly books: Books; readonly allowances: AllowanceBook };

/** In the same order of locks as settlement. `also` is asked under the locks. */
async function lockAndRead(
  client: pg.PoolClient,
  accounts: readonly Bytes[],
  also: readonly Statement[] = [],
): Promise<Reading & { readonly answers: readonly pg.QueryResult[] }> {
  const [, , balances, open, ...answers] = await pipeline(client, [
    BEGIN,
    lockAccounts(accounts),
    readBalancesOf(accounts),
    findOpenAllowances(accounts),
    ...also,
  ]);
  const books = openBooks({
    accounts: [],
    balances: rowsOf<BalanceRow>(balances),
    paidRequests: [],
  });
  return { books, allowances: openAllowanceBook(allowancesOf(open), books), answers };
}

async function store(
  client: pg.PoolClient,
  { books, allowances }: Reading,
  nowS: number,
  also: readonly Statement[] = [],
): Promise<void> {
  const changed = allowances.changes();
  const results = await pipeline(client, [
    ...writeChanges(client, books.changes(), nowS),
    ...(changed.length > 0 ? [updateAllowances(changed, nowS)] : []),
    ...also,
    COMMIT,
  ]);
  assert(results.at(-1)?.command === 'COMMIT', 'what was written is committed');
}

function readStanding({ limits: { account, device }, credential }: NewAllowance): Statement {
  return {
    name: 'read_allowance_standing',
    text: `SELECT a.allowances_stopped OR a.frozen AS stopped, d.number IS NOT NULL AS device_known,
        d.frozen_at IS NOT NULL AS device_frozen, d.last_seq, c.id IS NOT NULL AS passkey_usable
      FROM account a LEFT JOIN device d ON d.account = a.id AND d.number = $2
        LEFT JOIN credential c ON c.account = a.id AND c.id = $3 AND c.revoked_at IS NULL
      WHERE a.id = $1`,
    values: [account, device, credential],
  };
}

function faultOf(standing: Standing | undefined, firstSeq: number): Outcome<null> {
  if (!standing?.device_known) return refuse('device_unknown');
  // What an allowance names may pay under it also when it is revoked later, and not when it was before.
  if (!standing.passkey_usable) return refuse('credential_unknown');
  if (standing.stopped) return refuse('allowances_stopped');
  if (standing.device_frozen) return refuse('device_frozen');
  // A phone restored from a backup (F63): its next orders would be taken for double promises.
  return firstSeq <= (standing.last_seq ?? 0n) ? refuse('device_behind') : accept(null);
}

async function openOnce(
  client: pg.PoolClient,
  wanted: NewAllowance,
  nowS: number,
): Promise<Outcome<null>> {
  const { account, id, device, currency, totalMinor } = wanted.limits;
  const reading = await lockAndRead(
    client,
    [account],
    [readStanding(wanted), findAllowances([{ account, id }])],
  );
  const [standing, known] = reading.answers;
  const end = async (outcome: Outcome<null>) => {
    await pipeline(client, [COMMIT]);
    return outcome;
  };
  // The connection broke behind the COMMIT, and this is the second attempt.
  if (rowsOf(known).length > 0) return end(accept(null));
  const fault = faultOf(rowsOf<Standing>(standing)[0], wanted.limits.firstSeq);
  if (!fault.ok) return end(fault);
  const { books, allowances } = reading;
  const before = allowances
    .openOnes(account)
    .filter((row) => row.device === device && row.currency === currency);
  for (const row of before) allowances.close(row, 'replaced');
  if (allowances.openOnes(account).length >= OPEN_MAX) return end(refuse('allowances_too_many'));
  if (books.available(account, currency) < totalMinor) return end(refuse('funds_short'));
  books.hold(account, currency, totalMinor);
  await store(client, reading, nowS, [insertAllowance(wanted)]);
  return accept(null);
}

/**
 * Ends the device's allowance in this currency, if there is one, and opens the new one, all or
 * nothing. Refusals: device_unknown, credential_unknown, allowances_stopped (also while the account
 * is frozen), device_frozen, device_behind, allowances_too_many, funds_short.
 */
export function openAllowance(
  database: Database,
  wanted: NewAllowance,
  nowS: number,
): Promise<Outcome<null>> {
  return database.retry(() => database.borrow((client) => openOnce(client, wanted, nowS)));
}

type Ending = {
  readonly accounts: readonly Bytes[];
  readonly ends: (allowance: AllowanceRow) => boolean;
  readonly reason: ClosedReason;
};

/** Answers what ended. Safe to repeat, and to run in any number of processes at once. */
function endAllowances(
  database: Database,
  { accounts, ends, reason }: Ending,
  nowS: number,
  also: readonly Statement[] = [],
): Promise<AllowanceRow[]> {
  return database.retry(() =>
    database.borrow(async (client) => {
      const reading = await lockAndRead(client, accounts);
      const ending = accounts
        .flatMap((account) => reading.allowances.openOnes(account))
        .filter(ends);
      for (const row of ending) reading.allowances.close(row, reason);
      await store(client, reading, nowS, also);
      return ending;
    }),
  );
}

export async function releaseAllowance(
  database: Database,
  { account, device, currency }: Pick<AllowanceRow, 'account' | 'device' | 'currency'>,
  nowS: number,
): Promise<void> {
  const ends = (row: AllowanceRow) => row.device === device && row.currency === currency;
  await endAllowances(database, { accounts: [account], ends, reason: 'released' }, nowS);
}

/** "I lost my phone": no new allowances for the device, and what is unspent returns. */
export async function freezeDevice(
  database: Database,
  account: Bytes,
  device: number,
  nowS: number,
): Promise<void> {
  const ends = (row: AllowanceRow) => row.device === device;
  const freeze: Statement = {
    name: 'freeze_device',
    text: `UPDATE device SET frozen_at = coalesce(frozen_at, to_timestamp($3::bigint))
      WHERE account = $1 AND number = $2`,
    values: [account, device, nowS],
  };
  await endAllowances(database, { accounts: [account], ends, reason: 'frozen' }, nowS, [freeze]);
}

const EXPIRED_MAX = 200;

/** Of those that were valid until `untilS` at most, some at once. Answers how many: none, when all is done. */
export async function expireAllowances(
  database: Database,
  untilS: number,
  nowS: number,
): Promise<number> {
  const { rows } = await database.query<{ account: Bytes }>({
    name: 'find_expired_allowances',
    text: `SELECT account FROM allowance
      WHERE state = 'open' AND valid_until <= to_timestamp($1::bigint)
      ORDER BY valid_until LIMIT ${EXPIRED_MAX}`,
    values: [untilS],
  });
  if (rows.length === 0) return 0;
  const accounts = [...new Map(rows.map(({ account }) => [keyOf(account), account])).values()];
  const ends = (row: AllowanceRow) => validUntilS(row) <= untilS;
  const ended = await endAllowances(database, { accounts, ends, reason: 'expired' }, nowS);
  return ended.length;
}

/** The operator's word that an account which is stopped may have allowances again. */
export async function allowAgain(database: Database, account: Bytes): Promise<boolean> {
  const { rowCount } = await database.query(
    'UPDATE account SET allowances_stopped = false WHERE id = $1 AND allowances_stopped',
    [account],
  );
  return rowCount === 1;
}
