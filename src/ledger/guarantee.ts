/** Owns the operator's guarantee in the books: what it pays in a person's place, and getting it back. Pure. */
import type { Bytes } from '#protocol/bytes.ts';
import { assert } from '#protocol/refusals.ts';
import { GUARANTEE_ACCOUNT } from './accounts.ts';
import { type Books, type BooksView, fitsBalance } from './books.ts';

type Moved = {
  readonly account: Bytes;
  readonly currency: number;
  readonly amountMinor: bigint;
  readonly transfer: bigint;
};

export type Advance = Moved & { readonly paymentId: Bytes };
export type Repayment = Moved;

/** Whether its row is among those that were locked: most groups do without. */
export function isGuaranteeLocked(books: BooksView): boolean {
  return books.account(GUARANTEE_ACCOUNT) !== undefined;
}

/** Whether the operator pays this in the account's place: up to the published most, debts included. */
export function guarantees(
  books: BooksView,
  { account, currency, amountMinor }: Omit<Moved, 'transfer'>,
  guaranteeMaxMinor: bigint,
): boolean {
  const balance = books.balance(account, currency) ?? 0n;
  const reserve = books.balance(GUARANTEE_ACCOUNT, currency) ?? 0n;
  return (
    books.owed(account, currency) + amountMinor <= guaranteeMaxMinor &&
    fitsBalance(balance + amountMinor) &&
    fitsBalance(reserve - amountMinor)
  );
}

export function advance(books: Books, { account, currency, amountMinor, transfer }: Moved): void {
  books.post({
    from: GUARANTEE_ACCOUNT,
    to: account,
    currency,
    amountMinor,
    transfer,
    paymentId: null,
  });
  books.owe(account, currency, amountMinor);
}

/** As much of every debt as is free goes back. A number for each of `books.debts()`. */
export function repayDebts(books: Books, numbers: readonly bigint[]): Repayment[] {
  return books.debts().map((debt, index) => {
    const transfer = numbers[index];
    assert(transfer !== undefined, 'a transfer has a number');
    const { account, currency, amountMinor } = debt;
    books.post({
      from: account,
      to: GUARANTEE_ACCOUNT,
      currency,
      amountMinor,
      transfer,
      paymentId: null,
    });
    books.owe(account, currency, -amountMinor);
    return { ...debt, transfer };
  });
}
