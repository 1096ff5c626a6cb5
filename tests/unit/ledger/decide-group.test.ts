import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GUARANTEE_ACCOUNT } from '#ledger/accounts.ts';
import { type AllowanceRow, openAllowanceBook, unspentMinor } from '#ledger/allowance-book.ts';
import { type AccountRow, openBooks } from '#ledger/books.ts';
import type { PaymentRules } from '#ledger/decide.ts';
import { decideGroup } from '#ledger/decide-group.ts';
import { repayDebts } from '#ledger/guarantee.ts';
import type { VerifiedPayment } from '#ledger/payment-rows.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { FIRST_EPOCH } from '#protocol/epoch.ts';

const EUR = 978;
const NOW_S = 1_800_000_000;
const GUARANTEE_MAX = 60n;
const fill = (value: number, length = 16): Bytes => new Uint8Array(length).fill(value);
const [PAYER, PAYEE] = [fill(1), fill(2)];

const RULES: PaymentRules = {
  validForMaxS: 86_400,
  amountMaxMinor: 1000n,
  isCurrencyKnown: () => true,
  guaranteeMaxMinor: () => GUARANTEE_MAX,
};

const ALLOWANCE: AllowanceRow = {
  account: PAYER,
  device: 1,
  credential: fill(4, 32),
  id: fill(3, 8),
  currency: EUR,
  totalMinor: 50n,
  capMinor: 40n,
  countMax: 100,
  firstSeq: 1,
  validFromS: NOW_S,
  hours: 1,
  spentMinor: 0n,
  drawnMinor: 0n,
  isOpen: true,
};

type Step = { seq: number; amountMinor: bigint; covered: boolean; back: boolean };

function paymentOf({ seq, amountMinor, covered, back }: Step, index: number): VerifiedPayment {
  const id = fill(100 + index, 32);
  const [payer, payee] = back ? [PAYEE, PAYER] : [PAYER, PAYEE];
  const order = {
    server: fill(7, 5),
    payer,
    payee,
    amountMinor,
    currency: EUR,
    requestDigest: fill(index, 8),
    once: false,
    nonce: fill(index),
    device: 1,
    seq,
    authorizedAtS: NOW_S,
    validUntilS: NOW_S + 60,
    ...(covered && { allowance: ALLOWANCE.id, spentBeforeMinor: 0n }),
  };
  return { id, order, orderBytes: id, bytes: id };
}

/** One payer with a hundred, half of it set aside; the guarantee's row locked when it is asked for. */
function decide(
  steps: readonly Step[],
  allowance = ALLOWANCE,
  others: readonly AllowanceRow[] = [],
) {
  const person = (id: Bytes): AccountRow => ({ id, kind: 'person', frozen: false });
  const read = (withGuarantee: boolean) => {
    const guarantee: AccountRow = { ...person(GUARANTEE_ACCOUNT), kind: 'system' };
    const held = [allowance, ...others].reduce((sum, row) => sum + unspentMinor(row), 0n);
    const books = openBooks({
      accounts: [...(withGuarantee ? [guarantee] : []), person(PAYER), person(PAYEE)],
      balances: [{ account: PAYER, currency: EUR, balance: 100n, held, owed: 0n, version: 0n }],
      paidRequests: [],
    });
    const allowances = openAllowanceBook([allowance, ...others], books);
    const verdicts = decideGroup({
      payments: steps.map(paymentOf),
      isKnown: () => false,
      books,
      allowances,
      promised: [],
      numbers: Array.from({ length: steps.length * 2 }, (_, index) => BigInt(index + 1)),
      rules: RULES,
      epoch: FIRST_EPOCH,
      nowS: NOW_S,
    });
    return verdicts && { books, allowances, verdicts };
  };
  const decided = read(false) ?? read(true);
  if (!decided) throw new Error('with the guarantee every group is decided');
  const debts = decided.books.debts();
  const repayments = repayDebts(
    decided.books,
    debts.map((_, index) => BigInt(1000 + index)),
  );
  return { ...decided, repayments };
}

const step = (change: Partial<Step> = {}): Step => ({
  seq: 1,
  amountMinor: 10n,
  covered: true,
  back: false,
  ...change,
});

test('the guarantee’s row is asked for only when it has to pay or to be paid', () => {
  const ordinary = decide([step({ covered: false }), step({ seq: 2 })]);
  expect(ordinary.books.account(GUARANTEE_ACCOUNT)).toBeUndefined();
  const over = [1, 2, 3, 4].map((seq) => step({ seq, amountMinor: 40n }));
  expect(decide(over).books.account(GUARANTEE_ACCOUNT)).toBeDefined();
});

test('three orders of one number are two proofs, each against the first', () => {
  const { verdicts } = decide([step(), step(), step()]);
  const same = verdicts.doublePromises.filter((proof) => proof.kind === 'same-number');
  expect(same.map(({ first, second }) => [first?.[0], second[0]])).toEqual([
    [100, 101],
    [100, 102],
  ]);
});

test('a promise beyond what there is, is proof by itself, paid by the guarantee or not', () => {
  const closed = { ...ALLOWANCE, isOpen: false };
  const amounts = [40n, 40n, 40n, 30n, 35n];
  const steps = amounts.map((amountMinor, index) => step({ seq: index + 1, amountMinor }));
  const { verdicts } = decide(steps, closed);
  const codes = verdicts.settled.map(({ settled, source }) => source ?? settled.code);
  expect(codes).toEqual([
    'balance',
    'balance',
    'guarantee',
    'allowance_overspent',
    'allowance_overspent',
  ]);
  const beyond = verdicts.doublePromises.filter((proof) => proof.kind === 'beyond-funds');
  expect(beyond.map(({ first, second }) => [first, second[0]])).toEqual([
    [null, 102],
    [null, 103],
    [null, 104],
  ]);
});

describe('under an allowance that another has replaced, whose money that one holds', () => {
  const before = { ...ALLOWANCE, isOpen: false };
  const successor = { ...ALLOWANCE, id: fill(9, 8), totalMinor: 100n, firstSeq: 5 };

  test('an order made since that was asked for is paid from it and accuses nobody', () => {
    const { verdicts, allowances } = decide([step({ seq: 5 })], before, [successor]);
    expect(verdicts.settled.map(({ source }) => source)).toEqual(['balance']);
    expect(verdicts.doublePromises).toEqual([]);
    const ended = allowances.changes().filter(({ closed }) => closed !== undefined);
    expect(ended).toMatchObject([{ before: successor, closed: 'replaced' }]);
  });

  test.each([
    ['an order made before', { seq: 4 }, {}],
    ['an order of another device', { seq: 5 }, { device: 2 }],
  ])('%s is evidence', (_name, change, other) => {
    const { verdicts } = decide([step(change)], before, [{ ...successor, ...other }]);
    expect(verdicts.doublePromises).toMatchObject([{ kind: 'beyond-funds' }]);
  });

  test('spending both is evidence all the same', () => {
    const orders = [40n, 40n, 40n].map((amountMinor, index) =>
      step({ seq: 5 + index, amountMinor }),
    );
    const { verdicts } = decide(orders, before, [successor]);
    expect(verdicts.settled.map(({ source }) => source)).toEqual([
      'balance',
      'balance',
      'guarantee',
    ]);
    expect(verdicts.doublePromises.map(({ kind }) => kind)).toContain('beyond-funds');
  });
});

test('whatever is promised, the books keep their sums, and nobody owes more than the cap', () => {
  const steps = fc.array(
    fc.record({
      seq: fc.integer({ min: 1, max: 12 }),
      amountMinor: fc.bigInt({ min: 1n, max: 45n }),
      covered: fc.boolean(),
      back: fc.boolean(),
    }),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(steps, fc.boolean(), (taken, isOpen) => {
      const { books, allowances, verdicts, repayments } = decide(taken, { ...ALLOWANCE, isOpen });
      const { balances } = books.changes();
      const row = allowances.current(ALLOWANCE);
      const sumOf = (items: readonly { amountMinor: bigint }[]) =>
        items.reduce((sum, item) => sum + item.amountMinor, 0n);
      const paidFrom = (source: string) =>
        sumOf(
          verdicts.settled
            .filter((item) => item.source === source)
            .map((item) => item.payment.order),
        );
      const payer = balances.find(({ account }) => Buffer.compare(account, PAYER) === 0)?.after;
      expect(payer?.held ?? unspentMinor({ ...ALLOWANCE, isOpen })).toBe(unspentMinor(row));
      expect(books.owed(PAYER, EUR)).toBe(sumOf(verdicts.advances) - sumOf(repayments));
      expect(books.owed(PAYER, EUR)).toBeLessThanOrEqual(GUARANTEE_MAX);
      expect(row.spentMinor).toBe(paidFrom('hold'));
      expect(row.drawnMinor).toBe(paidFrom('hold') + paidFrom('balance') + paidFrom('guarantee'));
      expect(sumOf(verdicts.advances)).toBe(paidFrom('guarantee'));
      // Nothing that is free stays with somebody who owes.
      expect(books.debts()).toEqual([]);
      const proven = (payment: VerifiedPayment) =>
        verdicts.doublePromises.some((proof) => proof.second === payment.id);
      for (const { payment, settled, source } of verdicts.settled) {
        if (source === 'guarantee' || settled.code === 'allowance_overspent') {
          expect(proven(payment)).toBe(true);
        }
      }
      if (verdicts.doublePromises.length > 0) expect(row.isOpen).toBe(false);
    }),
  );
});
