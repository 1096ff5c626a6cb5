/** Owns the issue of money: a transfer from the issuer, the only account that may go below zero. */
import type pg from 'pg';
import type { Bytes } from '#protocol/bytes.ts';
import { WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import { accept, assert, type Outcome, refuse } from '#protocol/refusals.ts';
import { GUARANTEE_ACCOUNT, ISSUER_ACCOUNT } from './accounts.ts';
import { type AccountRow, type BalanceRow, fitsBalance, openBooks } from './books.ts';
import { type Database, pipeline, type Statement } from './database.ts';
import { repayDebts } from './guarantee.ts';
import { writeBrokenPromises } from './guarantee-rows.ts';
import { BEGIN, COMMIT, lockAccounts, readBalancesOf, rowsOf, writeChanges } from './posting.ts';
import { type BlockRow, drawNumbers, reserveNumbers } from './transfer-numbers.ts';

export type Funding = {
  /** 16 random bytes, made once by whoever gives the command: a repeat moves nothing more. */
  readonly id: Bytes;
  readonly account: Bytes;
  readonly currency: number;
  readonly amountMinor: bigint;
};

export type Funded = { readonly transfer: bigint; readonly repeated: boolean };

type IssueRow = {
  readonly account: Bytes;
  readonly currency: number;
  readonly amount: bigint;
  readonly transfer_id: bigint;
};

function answerRepeat(row: IssueRow, funding: Funding): Outcome<Funded> {
  const same =
    Buffer.compare(row.account, funding.account) === 0 &&
    row.currency === funding.currency &&
    row.amount === funding.amountMinor;
  return same ? accept({ transfer: row.transfer_id, repeated: true }) : refuse('id_conflict');
}

function insertIssue(funding: Funding, transfer: bigint, nowS: number): Statement {
  return {
    name: 'insert_issue',
    text: `INSERT INTO issue (id, account, currency, amount, transfer_id, issued_at)
      VALUES ($1, $2, $3, $4, $5, to_timestamp($6::bigint))`,
    values: [funding.id, funding.account, funding.currency, funding.amountMinor, transfer, nowS],
  };
}

async function fundOnce(
  database: Database,
  client: pg.PoolClient,
  funding: Funding,
  nowS: number,
): Promise<Outcome<Funded>> {
  const { account, currency, amountMinor } = funding;
  // Whoever owes the operator gives it back from what comes in.
  const all = [ISSUER_ACCOUNT, GUARANTEE_ACCOUNT, account];
  const reservation = reserveNumbers(database, 1);
  const [, locked, balances, issued, drawn] = await pipeline(client, [
    BEGIN,
    lockAccounts(all),
    readBalancesOf(all),
    {
      name: 'find_issue',
      text: 'SELECT account, currency, amount, transfer_id FROM issue WHERE id = $1',
      values: [funding.id],
    },
    ...reservation.ask,
  ]);
  const books = openBooks({
    accounts: rowsOf<AccountRow>(locked),
    balances: rowsOf<BalanceRow>(balances),
    paidRequests: [],
  });
  const end = async (outcome: Outcome<Funded>) => {
    await pipeline(client, [COMMIT]);
    return outcome;
  };
  const [known] = rowsOf<IssueRow>(issued);
  if (known) return end(answerRepeat(known, funding));
  if (books.account(account)?.kind !== 'person') return end(refuse('payee_unknown'));
  const issuedMinor = books.balance(ISSUER_ACCOUNT, currency) ?? 0n;
  const heldMinor = books.balance(account, currency) ?? 0n;
  if (!fitsBalance(heldMinor + amountMinor) || !fitsBalance(issuedMinor - amountMinor)) {
    return end(refuse('balance_overflow'));
  }
  const [transfer] = reservation.take(rowsOf<BlockRow>(drawn));
  assert(transfer !== undefined, 'a transfer has a number');
  books.post({
    from: ISSUER_ACCOUNT,
    to: account,
    currency,
    amountMinor,
    transfer,
    paymentId: null,
  });
  const owed = books.debts().length;
  const repayments = repayDebts(books, owed ? await drawNumbers(database, client, owed) : []);
  const results = await pipeline(client, [
    insertIssue(funding, transfer, nowS),
    ...writeChanges(client, books.changes(), nowS),
    ...writeBrokenPromises({ advances: [], repayments, doublePromises: [] }, nowS),
    COMMIT,
  ]);
  assert(results.at(-1)?.command === 'COMMIT', 'what was written is committed');
  return accept({ transfer, repeated: false });
}

/** Refusals: amount_zero, amount_too_large, payee_unknown, balance_overflow, id_conflict. */
export async function fundAccount(
  database: Database,
  funding: Funding,
  nowS: number,
): Promise<Outcome<Funded>> {
  if (funding.amountMinor <= 0n) return refuse('amount_zero');
  if (funding.amountMinor > WIRE_AMOUNT_MAX) return refuse('amount_too_large');
  return database.retry(() =>
    database.borrow((client) => fundOnce(database, client, funding, nowS)),
  );
}
