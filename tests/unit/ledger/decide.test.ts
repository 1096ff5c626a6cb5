import { expect, test } from 'vitest';
import type { AllowanceRow, PaymentSource } from '#ledger/allowance-book.ts';
import { type AccountRow, type Funds, openBooks, type RequestRow } from '#ledger/books.ts';
import { decidePayment, type PaymentRules } from '#ledger/decide.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { type Order, WIRE_AMOUNT_MAX } from '#protocol/order.ts';
import { isFinalCode, type REFUSALS, type RefusalCode } from '#protocol/refusals.ts';

const EUR = 978;
const NOW_S = 1_800_000_000;
const bytes = (length: number, fill: number): Bytes => new Uint8Array(length).fill(fill);
const PAYER = bytes(16, 1);
const PAYEE = bytes(16, 2);
const ISSUER = bytes(16, 3);
const UNKNOWN = bytes(16, 4);
const EMPTY_PAYER = bytes(16, 5);
const PAID_REQUEST = bytes(8, 8);

const PAID: RequestRow = {
  payee: PAYEE,
  requestDigest: PAID_REQUEST,
  paymentId: bytes(32, 9),
  currency: EUR,
  mostMinor: 100n,
};

const UNTOUCHED = { held: 0n, owed: 0n, version: 0n };

const RULES: PaymentRules = {
  validForMaxS: 86_400,
  amountMaxMinor: 2n ** 53n - 1n,
  isCurrencyKnown: (currency) => currency === EUR || currency === 392,
  guaranteeMaxMinor: () => 500n,
};

const ORDER: Order = {
  server: bytes(5, 7),
  payer: PAYER,
  payee: PAYEE,
  amountMinor: 100n,
  currency: EUR,
  requestDigest: bytes(8, 1),
  once: false,
  nonce: bytes(16, 6),
  device: 1,
  seq: 1,
  authorizedAtS: NOW_S - 60,
  validUntilS: NOW_S + 60,
};

/** Two hundred in three payments at most, of which a hundred may be spent at once. */
const ALLOWANCE: AllowanceRow = {
  account: PAYER,
  device: 1,
  credential: bytes(32, 4),
  id: bytes(8, 3),
  currency: EUR,
  totalMinor: 200n,
  capMinor: 100n,
  countMax: 3,
  firstSeq: 1,
  validFromS: NOW_S - 3600,
  hours: 2,
  spentMinor: 0n,
  drawnMinor: 0n,
  isOpen: true,
};

type World = {
  payerFrozen?: boolean;
  payeeFrozen?: boolean;
  payerMinor?: bigint;
  payeeMinor?: bigint;
};

function verdictOf(order: Partial<Order>, world: World = {}, nowS = NOW_S): string {
  const account = (id: Bytes, change: Partial<AccountRow> = {}): AccountRow => ({
    id,
    kind: 'person',
    frozen: false,
    ...change,
  });
  const books = openBooks({
    accounts: [
      account(PAYER, { frozen: world.payerFrozen === true }),
      account(PAYEE, { frozen: world.payeeFrozen === true }),
      account(EMPTY_PAYER),
      account(ISSUER, { kind: 'issuer' }),
    ],
    balances: [
      { account: PAYER, currency: EUR, balance: world.payerMinor ?? 1000n, ...UNTOUCHED },
      { account: PAYEE, currency: EUR, balance: world.payeeMinor ?? 0n, ...UNTOUCHED },
    ],
    paidRequests: [PAID],
  });
  const decision = decidePayment({ ...ORDER, ...order }, books, RULES, nowS);
  return decision.verdict === 'accepted' ? 'accepted' : `${decision.verdict} ${decision.code}`;
}

const ROWS: readonly [string, string, Partial<Order>, World?, number?][] = [
  ['an ordinary payment', 'accepted', {}],
  ['the whole balance', 'accepted', { amountMinor: 1000n }],
  ['the last second of its validity', 'accepted', { validUntilS: NOW_S }],
  ['the longest validity', 'accepted', { validUntilS: NOW_S - 60 + 86_400 }],
  ['a request that may be paid often', 'accepted', { requestDigest: PAID_REQUEST }],
  ['a single-use request not paid yet', 'accepted', { once: true }],
  ['the largest amount', 'accepted', { amountMinor: 2n ** 53n - 1n }, { payerMinor: 2n ** 53n }],
  ['a payee at the edge', 'accepted', {}, { payeeMinor: WIRE_AMOUNT_MAX - 100n }],
  ['nobody known as payer', 'none payer_unknown', { payer: UNKNOWN }],
  ['the issuer as payer', 'none payer_unknown', { payer: ISSUER }],
  ['a second too late', 'expired payment_expired', { validUntilS: NOW_S - 1 }],
  ['valid for too long', 'refused valid_too_long', { validUntilS: NOW_S - 59 + 86_400 }],
  ['oneself', 'refused own_account', { payee: PAYER }],
  ['nobody known as payee', 'refused payee_unknown', { payee: UNKNOWN }],
  ['the issuer as payee', 'refused payee_unknown', { payee: ISSUER }],
  ['a frozen payer', 'refused payer_frozen', {}, { payerFrozen: true }],
  ['a frozen payee', 'refused payee_frozen', {}, { payeeFrozen: true }],
  ['nothing', 'refused amount_zero', { amountMinor: 0n }],
  [
    'more than can be paid',
    'refused amount_too_large',
    { amountMinor: 2n ** 53n },
    { payerMinor: 2n ** 60n },
  ],
  ['an unknown currency', 'refused currency_unknown', { currency: 999 }],
  ['a currency never held', 'refused currency_not_held', { currency: 392 }],
  ['a payer who never held anything', 'refused currency_not_held', { payer: EMPTY_PAYER }],
  [
    'a request paid before',
    'refused request_already_paid',
    { once: true, requestDigest: PAID_REQUEST },
  ],
  ['one unit more than the balance', 'refused insufficient_funds', { amountMinor: 1001n }],
  ['a payee who is full', 'refused balance_overflow', {}, { payeeMinor: WIRE_AMOUNT_MAX - 99n }],
];

test.each(ROWS)('%s: %s', (_, expected, order, world, nowS) => {
  expect(verdictOf(order, world, nowS)).toBe(expected);
});

test('every refusal of the table is a final one, so that it can stand in a receipt', () => {
  for (const [, expected] of ROWS) {
    const [verdict, code] = expected.split(' ');
    if (verdict === 'accepted' || verdict === 'none') continue;
    expect(isFinalCode(code as keyof typeof REFUSALS), code).toBe(true);
  }
});

test('a payment that breaks every rule gets the codes one after the other, always in this order', () => {
  const order: Partial<Order> = {
    payee: PAYER,
    amountMinor: 0n,
    currency: 999,
    once: true,
    requestDigest: PAID_REQUEST,
    authorizedAtS: NOW_S - 200_000,
    validUntilS: NOW_S - 1,
  };
  const world: World = { payerFrozen: true, payeeFrozen: true, payeeMinor: WIRE_AMOUNT_MAX };
  const seen: string[] = [];
  const repairs: (() => void)[] = [
    () => Object.assign(order, { validUntilS: NOW_S }),
    () => Object.assign(order, { authorizedAtS: NOW_S }),
    () => Object.assign(order, { payee: UNKNOWN }),
    () => Object.assign(order, { payee: PAYEE }),
    () => Object.assign(world, { payerFrozen: false }),
    () => Object.assign(world, { payeeFrozen: false }),
    () => Object.assign(order, { amountMinor: 2n ** 53n }),
    () => Object.assign(order, { amountMinor: 1001n }),
    () => Object.assign(order, { currency: 392 }),
    () => Object.assign(order, { currency: EUR }),
    () => Object.assign(order, { requestDigest: bytes(8, 1) }),
    () => Object.assign(order, { amountMinor: 1n }),
    () => Object.assign(world, { payeeMinor: 0n }),
  ];
  for (const repair of repairs) {
    seen.push(verdictOf(order, world));
    repair();
  }
  expect(seen).toEqual([
    'expired payment_expired',
    'refused valid_too_long',
    'refused own_account',
    'refused payee_unknown',
    'refused payer_frozen',
    'refused payee_frozen',
    'refused amount_zero',
    'refused amount_too_large',
    'refused currency_unknown',
    'refused currency_not_held',
    'refused request_already_paid',
    'refused insufficient_funds',
    'refused balance_overflow',
  ]);
  expect(verdictOf(order, world)).toBe('accepted');
});

type Purse = Partial<Funds> & {
  cover?: Partial<AllowanceRow>;
  frozen?: boolean;
  /** The most in euro that was paid for the request before. */
  paidMinor?: bigint;
};

function coveredVerdictOf(
  { cover, frozen = false, paidMinor, ...funds }: Purse,
  order: Partial<Order> = {},
) {
  const person = (id: Bytes, isFrozen: boolean): AccountRow => ({
    id,
    kind: 'person',
    frozen: isFrozen,
  });
  const books = openBooks({
    accounts: [person(PAYER, frozen), person(PAYEE, false)],
    balances: [{ account: PAYER, currency: EUR, balance: 0n, ...UNTOUCHED, ...funds }],
    paidRequests: paidMinor === undefined ? [] : [{ ...PAID, mostMinor: paidMinor }],
  });
  const row = { ...ALLOWANCE, ...cover };
  const decision = decidePayment({ ...ORDER, ...order }, books, RULES, NOW_S, row);
  return decision.verdict === 'accepted' ? decision.source : decision.code;
}

const PAYS_REQUEST = { once: true, requestDigest: PAID_REQUEST };

test.each<[string, PaymentSource | RefusalCode, Purse, Partial<Order>?]>([
  ['what is set aside comes first', 'hold', { balance: 900n, held: 200n }],
  ['to its last unit', 'hold', { balance: 100n, held: 100n, cover: { spentMinor: 100n } }],
  ['never mixed', 'balance', { balance: 199n, held: 99n, cover: { spentMinor: 101n } }],
  ['what is left of an ended one is gone', 'balance', { balance: 100n, cover: { isOpen: false } }],
  [
    'what others hold is not available',
    'guarantee',
    { balance: 199n, held: 100n, cover: { spentMinor: 150n } },
  ],
  ['nor what is owed', 'guarantee', { balance: 150n, owed: 51n, cover: { isOpen: false } }],
  ['the guarantee to its last unit', 'guarantee', { owed: 400n, cover: { isOpen: false } }],
  ['and not beyond', 'allowance_overspent', { owed: 401n, cover: { isOpen: false } }],
  ['a frozen payer had promised', 'hold', { balance: 200n, held: 200n, frozen: true }],
  [
    'however early the phone’s clock says it was',
    'hold',
    { balance: 200n, held: 200n },
    { authorizedAtS: NOW_S - 10 * 366 * 86_400 },
  ],
  [
    'a most that was lowered since does not void it',
    'hold',
    { balance: 2n ** 54n, held: 2n ** 54n, cover: { totalMinor: 2n ** 54n } },
    { amountMinor: 2n ** 53n },
  ],
  [
    'a cent for its request does not void it',
    'hold',
    { balance: 200n, held: 200n, paidMinor: 1n },
    PAYS_REQUEST,
  ],
  ['nor does one unit less', 'hold', { balance: 200n, held: 200n, paidMinor: 99n }, PAYS_REQUEST],
  [
    'a request for which as much was paid',
    'request_already_paid',
    { balance: 200n, held: 200n, paidMinor: 100n },
    PAYS_REQUEST,
  ],
  ['too late is too late', 'payment_expired', { held: 0n }, { validUntilS: NOW_S - 1 }],
])('covered, %s: %s', (_, expected, purse, order) => {
  expect(coveredVerdictOf(purse, order)).toBe(expected);
});
