/** Owns the short way to settle, fund and look, for tests of the ledger. */

import { readBalances } from '#ledger/accounts.ts';
import type { NewAllowance } from '#ledger/allowance-rows.ts';
import { openAllowance } from '#ledger/allowances.ts';
import type { Database } from '#ledger/database.ts';
import type { PaymentRules } from '#ledger/decide.ts';
import { fundAccount } from '#ledger/fund-account.ts';
import type { VerifiedPayment } from '#ledger/payment-rows.ts';
import { type Settlement, settlePayments } from '#ledger/post-payments.ts';
import type { Allowance } from '#protocol/allowance.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { FIRST_EPOCH } from '#protocol/epoch.ts';
import { decodeReceipt } from '#protocol/receipt.ts';
import {
  EUR,
  enrol,
  NOW_S,
  newAllowance,
  type Person,
  random,
  signReceipts,
} from './signed-payments.ts';

export const RULES: PaymentRules = {
  validForMaxS: 30 * 86_400,
  amountMaxMinor: 2n ** 63n - 1n,
  isCurrencyKnown: (currency) => currency !== 999,
  guaranteeMaxMinor: () => 500n,
};

export const OPTIONS = {
  rules: RULES,
  epoch: FIRST_EPOCH,
  nowS: () => NOW_S,
  sign: signReceipts,
};

export function settle(
  database: Database,
  payments: readonly VerifiedPayment[],
): Promise<Settlement[]> {
  return settlePayments(database, payments, OPTIONS);
}

/** `accepted`, or the code of whatever else it is. */
export function verdictOf(settlement: Settlement | undefined): string {
  if (!settlement) return 'nothing';
  if (settlement.kind === 'refusal') return `unsigned ${settlement.refusal.code}`;
  const receipt = decodeReceipt(settlement.receipt);
  if (!receipt.ok) throw new Error(receipt.refusal.code);
  return receipt.value.code ?? receipt.value.verdict;
}

export async function fund(
  database: Database,
  account: Bytes,
  amountMinor: bigint,
  currency = EUR,
): Promise<void> {
  const funded = await fundAccount(
    database,
    { id: random(16), account, currency, amountMinor },
    NOW_S,
  );
  if (!funded.ok) throw new Error(funded.refusal.code);
}

export async function enrolWith(database: Database, amountMinor: bigint): Promise<Person> {
  const person = await enrol(database);
  await fund(database, person.account, amountMinor);
  return person;
}

/** An allowance of the person's first device, with its funds set aside. */
export async function open(
  database: Database,
  person: Person,
  change: Partial<Allowance> = {},
): Promise<NewAllowance> {
  const wanted = newAllowance(person, change);
  const opened = await openAllowance(database, wanted, NOW_S);
  if (!opened.ok) throw new Error(opened.refusal.code);
  return wanted;
}

export async function balanceOf(
  database: Database,
  person: Person,
  currency = EUR,
): Promise<bigint | undefined> {
  const balances = await readBalances(database, person.account);
  return balances.find((balance) => balance.currency === currency)?.balanceMinor;
}

export async function countRows(database: Database, table: string): Promise<number> {
  const { rows } = await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
  return rows[0]?.n ?? 0;
}
