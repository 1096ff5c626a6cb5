/** What is entered in review makes the draft that the request allows, to the minor unit. */
import { expect, test } from 'vitest';
import type { PaymentRequest } from '#protocol/payment-request.ts';
import { EMPTY_ENTRY, restoreEntry, reviewOf, storedDraftOf } from '#ui/review-draft.ts';

function request(extra: Partial<PaymentRequest> = {}): PaymentRequest {
  return {
    text: 'code',
    scheme: 'counterfoil',
    strict: true,
    deviations: [],
    currency: 404,
    currencyAlpha: 'KES',
    exponent: 2,
    additional: {},
    additionalOther: {},
    accounts: [],
    other: [],
    ...extra,
  };
}

const value = (outcome: ReturnType<typeof reviewOf>) => {
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.value;
};

test('nothing entered is refused as amount zero', () => {
  expect(reviewOf(request(), EMPTY_ENTRY)).toMatchObject({ refusal: { code: 'amount_zero' } });
});

test('an amount in the code is taken whatever was typed', () => {
  const review = value(
    reviewOf(request({ amountMinor: 25000n }), { ...EMPTY_ENTRY, amountText: '9' }),
  );
  expect(review.draft.amountMinor).toBe(25000n);
});

test('a percentage fee is added and itemised', () => {
  const tipOrFee = { kind: 'percentage-fee', feeHundredths: 525 } as const;
  const review = value(reviewOf(request({ amountMinor: 45000n, tipOrFee }), EMPTY_ENTRY));
  expect(review.total).toEqual({
    amountMinor: 45000n,
    feeMinor: 2363n,
    tipMinor: 0n,
    totalMinor: 47363n,
  });
});

test('a fixed fee is added once', () => {
  const tipOrFee = { kind: 'fixed-fee', feeMinor: 500n } as const;
  expect(
    value(reviewOf(request({ amountMinor: 100n, tipOrFee }), EMPTY_ENTRY)).draft.feeMinor,
  ).toBe(500n);
});

test('a tip is the payer’s choice where the code asks, rounded to the nearest minor unit', () => {
  const tipOrFee = { kind: 'tip-prompt' } as const;
  const asked = request({ amountMinor: 1050n, tipOrFee });
  expect(value(reviewOf(asked, EMPTY_ENTRY)).draft.tipMinor).toBe(0n);
  expect(value(reviewOf(asked, { ...EMPTY_ENTRY, tip: '5' })).draft.tipMinor).toBe(53n);
  const own = { ...EMPTY_ENTRY, tip: 'own', ownTipText: '2.5' } as const;
  expect(value(reviewOf(asked, own)).draft.tipMinor).toBe(250n);
});

test('a tip is never taken where the code does not ask for one', () => {
  const review = value(reviewOf(request({ amountMinor: 1000n }), { ...EMPTY_ENTRY, tip: '15' }));
  expect(review.draft.tipMinor).toBe(0n);
});

test('a note of blanks is no note', () => {
  const review = value(reviewOf(request({ amountMinor: 1n }), { ...EMPTY_ENTRY, note: '  ' }));
  expect(review.draft).not.toHaveProperty('note');
});

test('what was typed comes back after a reload, for the same request only', () => {
  const tipOrFee = { kind: 'tip-prompt' } as const;
  const asked = request({ tipOrFee });
  const entry = {
    ...EMPTY_ENTRY,
    amountText: '120',
    tip: 'own',
    ownTipText: '7.5',
    note: 'bread',
  } as const;
  const stored = storedDraftOf(asked, entry, 5);
  expect(restoreEntry(asked, stored)).toEqual(entry);
  expect(restoreEntry(request({ text: 'other code' }), stored)).toEqual(EMPTY_ENTRY);
});
