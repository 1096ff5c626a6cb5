/** Owns the verdict that was given before a restore: it is given again, or nothing is. Pure. */
import type { Bytes } from '#protocol/bytes.ts';
import type { Order } from '#protocol/order.ts';
import { WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import type { Verdict } from '#protocol/receipt.ts';
import { assert, type RefusalCode } from '#protocol/refusals.ts';
import { type AllowanceBook, type AllowanceRow, unspentMinor } from './allowance-book.ts';
import type { BooksView } from './books.ts';
import type { Decision } from './decide.ts';

/** What a receipt of an earlier epoch says of a payment that the books, as restored, do not know. */
export type StandingVerdict = {
  readonly verdict: Verdict;
  /** Absent exactly when accepted. */
  readonly code?: RefusalCode;
  readonly settledAtS: number;
  /** That receipt: it is kept beside the new one. */
  readonly receipt: Bytes;
};

/** Why the money cannot be moved now. Nothing is stored, so it may come right: people bring back what they know in any order. */
function missing({ payer, payee, currency, amountMinor }: Order, books: BooksView) {
  if (books.account(payer)?.kind !== 'person') return 'payer_unknown';
  if (books.account(payee)?.kind !== 'person') return 'payee_unknown';
  const balance = books.balance(payee, currency) ?? 0n;
  return balance + amountMinor > WIRE_AMOUNT_MAX ? 'balance_overflow' : undefined;
}

/**
 * The rules were asked when the verdict was given, with the books and the clock of then, so neither
 * time nor limits nor a freeze is asked again. Money alone must be there: never the operator's, since
 * what the payer lacks may be on its way back, too.
 */
export function decideStanding(
  order: Order,
  { verdict, code }: StandingVerdict,
  books: BooksView,
  cover?: AllowanceRow,
): Decision {
  const { payer, currency, amountMinor } = order;
  const unsigned = missing(order, books);
  if (unsigned === 'payer_unknown') return { verdict: 'none', code: unsigned };
  if (verdict === 'expired') return { verdict, code: 'payment_expired' };
  if (verdict === 'refused') {
    assert(code !== undefined, 'a refusal says why');
    return { verdict, code };
  }
  if (unsigned) return { verdict: 'none', code: unsigned };
  if (cover && unspentMinor(cover) >= amountMinor) return { verdict, source: 'hold' };
  if (books.available(payer, currency) < amountMinor)
    return { verdict: 'none', code: 'funds_short' };
  return { verdict, ...(cover && { source: 'balance' }) };
}

/**
 * The order draws on an allowance that was issued after the backup. That one had taken the place of
 * what this device held before, so what the books still hold open from then ends once more.
 */
export function closeReplaced(
  { payer, device, currency, allowance }: Order,
  { verdict, settledAtS }: StandingVerdict,
  allowances: AllowanceBook,
): void {
  if (!allowance || verdict !== 'accepted' || allowances.isKnown(payer, allowance)) return;
  for (const row of allowances.openOnes(payer)) {
    const isItsPlace = row.device === device && row.currency === currency;
    if (isItsPlace && row.validFromS <= settledAtS) allowances.close(row, 'replaced');
  }
}
