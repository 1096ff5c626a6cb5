/** Owns the verdict on one verified payment: which rules are asked, and which of them speaks first. Pure. */
import type { Order } from '#protocol/order.ts';
import { WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { type AllowanceRow, type PaymentSource, unspentMinor } from './allowance-book.ts';
import type { BooksView } from './books.ts';
import { guarantees } from './guarantee.ts';

export type PaymentRules = {
  /** An order may claim to be valid for at most this long. */
  readonly validForMaxS: number;
  /** Above this nothing is paid. */
  readonly amountMaxMinor: bigint;
  readonly isCurrencyKnown: (currency: number) => boolean;
  /** Most that one account may owe the operator, who pays covered payments in its place. */
  readonly guaranteeMaxMinor: (currency: number) => bigint;
};

export type Decision =
  /** `source` for a covered payment; any other is paid from what is available. */
  | { readonly verdict: 'accepted'; readonly source?: PaymentSource }
  | { readonly verdict: 'refused'; readonly code: RefusalCode }
  | { readonly verdict: 'expired'; readonly code: 'payment_expired' }
  /** Nobody could have signed this: no verdict, nothing is stored. */
  | {
      readonly verdict: 'none';
      readonly code:
        | 'payer_unknown'
        | 'credential_revoked'
        // Of a verdict that stands from before a restore, whose money cannot be moved yet.
        | 'payee_unknown'
        | 'balance_overflow'
        | 'funds_short';
    };

type Question = {
  readonly order: Order;
  readonly books: BooksView;
  readonly rules: PaymentRules;
  readonly cover: AllowanceRow | undefined;
  readonly source: PaymentSource | undefined;
};

/** The whole amount from one source, never mixed; undefined when none has it. */
function sourceOf(
  { payer, currency, amountMinor }: Order,
  books: BooksView,
  rules: PaymentRules,
  cover: AllowanceRow | undefined,
): PaymentSource | undefined {
  if (cover && unspentMinor(cover) >= amountMinor) return 'hold';
  if (books.available(payer, currency) >= amountMinor) return 'balance';
  if (!cover) return undefined;
  const wanted = { account: payer, currency, amountMinor };
  return guarantees(books, wanted, rules.guaranteeMaxMinor(currency)) ? 'guarantee' : undefined;
}

/**
 * What a request asked for is not known here, so anybody could void a covered payment, whose payee
 * is offline, by a cent for the same request: only as much again does.
 */
function isRequestPaid(
  { once, payee, requestDigest, currency, amountMinor }: Order,
  books: BooksView,
  cover: AllowanceRow | undefined,
): boolean {
  if (!once || !books.isPaid(payee, requestDigest)) return false;
  return !cover || books.paidMost(payee, requestDigest, currency) >= amountMinor;
}

/**
 * The refusals in the order in which they are asked: what is wrong with the order itself comes
 * before what is wrong with the accounts, and what may change by waiting comes last. A payment that
 * breaks several rules always gets the same, first code.
 */
const REFUSAL_RULES: readonly (readonly [RefusalCode, (question: Question) => boolean])[] = [
  [
    'valid_too_long',
    // An allowance has an end of its own, whatever the phone's clock said of the beginning.
    ({ order, rules, cover }) =>
      !cover && order.validUntilS - order.authorizedAtS > rules.validForMaxS,
  ],
  ['own_account', ({ order }) => Buffer.compare(order.payer, order.payee) === 0],
  ['payee_unknown', ({ order, books }) => books.account(order.payee)?.kind !== 'person'],
  // Covered, it was promised to a payee who could not know.
  [
    'payer_frozen',
    ({ order, books, cover }) => !cover && books.account(order.payer)?.frozen === true,
  ],
  ['payee_frozen', ({ order, books }) => books.account(order.payee)?.frozen === true],
  ['amount_zero', ({ order }) => order.amountMinor === 0n],
  // The operator may have lowered the most since the allowance was issued.
  [
    'amount_too_large',
    ({ order, rules, cover }) => !cover && order.amountMinor > rules.amountMaxMinor,
  ],
  ['currency_unknown', ({ order, rules }) => !rules.isCurrencyKnown(order.currency)],
  [
    'currency_not_held',
    ({ order, books }) => books.balance(order.payer, order.currency) === undefined,
  ],
  ['request_already_paid', ({ order, books, cover }) => isRequestPaid(order, books, cover)],
  ['insufficient_funds', ({ cover, source }) => !cover && source === undefined],
  ['allowance_overspent', ({ cover, source }) => cover !== undefined && source === undefined],
  [
    'balance_overflow',
    ({ order, books }) =>
      (books.balance(order.payee, order.currency) ?? 0n) + order.amountMinor > WIRE_AMOUNT_MAX,
  ],
];

/**
 * `nowS` is the server's clock: the phone's says nothing about expiry. `cover` is the allowance that
 * covers the order, as it is now.
 */
export function decidePayment(
  order: Order,
  books: BooksView,
  rules: PaymentRules,
  nowS: number,
  cover?: AllowanceRow,
): Decision {
  if (books.account(order.payer)?.kind !== 'person') {
    return { verdict: 'none', code: 'payer_unknown' };
  }
  if (nowS > order.validUntilS) return { verdict: 'expired', code: 'payment_expired' };
  const source = sourceOf(order, books, rules, cover);
  const question = { order, books, rules, cover, source };
  for (const [code, isBroken] of REFUSAL_RULES) {
    if (isBroken(question)) return { verdict: 'refused', code };
  }
  return { verdict: 'accepted', ...(cover && source && { source }) };
}
