// What an order draws on: the same rule that payee and server hold it against.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Allowance, coverFault, decodeAllowance, validUntilS } from '#protocol/allowance.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import { decodeCounterfoil } from '#protocol/counterfoil.ts';
import { encodeOrder, type Order } from '#protocol/order.ts';
import { readPaymentRequest } from '#protocol/payment-request.ts';
import {
  checkDraft,
  type Draft,
  prepareOrder,
  type Situation,
  VALIDITY_MS,
} from '#wallet/authorize.ts';
import type { OfflinePurse } from '#wallet/offline-records.ts';
import { promisedPayment } from '#wallet/promised-payment.ts';
import { makeRequest } from '#wallet/receive.ts';
import { counterfoilOf } from '#wallet/show-counterfoil.ts';
import {
  coveredPayment,
  EUR,
  filled,
  IDENTITY,
  JPY,
  NOW_MS,
  PAYEE_ID,
  profileOf,
  sampleGrant,
  samplePayment,
  WALLET,
} from './samples.ts';
import { ALLOWANCE_ID, signedAllowance, signedAuthorization } from './signed-samples.ts';

const HOUR_MS = 3_600_000;
const YEARS_MS = 10 * 365 * 24 * HOUR_MS;

const random = { bytes: (length: number): Bytes => filled(length, 0x2a), fraction: () => 0.5 };

function requestOf(amountMinor: bigint | undefined, currency = EUR) {
  const asking = { currency, ...(amountMinor !== undefined && { amountMinor }) };
  const payee = { profile: profileOf(PAYEE_ID, 'Café Bento') };
  const shown = makeRequest(asking, payee, IDENTITY, { nowMs: NOW_MS, random });
  const reading = shown.ok ? readPaymentRequest(shown.value.text) : shown;
  if (!reading.ok) throw new Error(reading.refusal.code);
  return reading.value;
}

const draftOf = (amountMinor: bigint, currency = EUR): Draft => ({
  request: requestOf(amountMinor, currency),
  amountMinor,
  tipMinor: 0n,
  feeMinor: 0n,
});

function purseOf(spentMinor = 0n, change: Partial<Allowance> = {}): OfflinePurse {
  const granted = { ...sampleGrant(change), spentMinor };
  return { currency: change.currency ?? EUR, wantedMinor: 50_00n, granted };
}

/** As the server would say it: what the allowance holds is set aside. */
const balances = [
  { currency: EUR, amountMinor: 60_00n, heldMinor: 50_00n, owedMinor: 3_00n },
  { currency: JPY, amountMinor: 5_000n, heldMinor: 0n, owedMinor: 0n },
];

function situationOf(change: Partial<Situation> = {}): Situation {
  return {
    wallet: { ...WALLET, account: { ...WALLET.account, balances } },
    identity: { ...IDENTITY, readAtMs: NOW_MS },
    purses: [purseOf()],
    promised: [],
    sameRequest: [],
    nowMs: NOW_MS,
    ...change,
  };
}

function prepared(draft: Draft, situation: Situation): Order {
  const outcome = prepareOrder(draft, situation, random);
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.value.order;
}

const refusalOf = (draft: Draft, situation: Situation) => {
  const checked = checkDraft(draft, situation);
  return checked.ok ? 'ok' : checked.refusal.code;
};

describe('an order that its purse covers', () => {
  test('names the allowance and what was drawn before, and keeps to it', () => {
    const order = prepared(draftOf(12_50n), situationOf({ purses: [purseOf(7_00n)] }));
    expect(order.allowance).toEqual(ALLOWANCE_ID);
    expect(order.spentBeforeMinor).toBe(7_00n);
    const allowance = decodeAllowance(sampleGrant().bytes);
    expect(allowance.ok && coverFault(order, allowance.value.allowance)).toBe(undefined);
    expect(order.validUntilS).toBe((NOW_MS + VALIDITY_MS) / 1000);
  });

  test('ends with its allowance at the latest', () => {
    const purse = purseOf(0n, { hours: 100 });
    const order = prepared(draftOf(12_50n), situationOf({ purses: [purse] }));
    expect(order.validUntilS).toBe(NOW_MS / 1000 + 100 * 3600);
  });

  test('needs nothing of the balance beside what is set aside', () => {
    const uncovered = samplePayment(1, { amountMinor: 60_00n });
    expect(refusalOf(draftOf(12_50n), situationOf({ promised: [uncovered] }))).toBe('ok');
  });
});

const asOrdinary: [string, Partial<Situation>, Draft?][] = [
  ['nothing is granted', { purses: [{ currency: EUR, wantedMinor: 50_00n }] }],
  ['the purse is of another currency', { purses: [{ ...purseOf(), currency: JPY }] }],
  ['the payment is above the cap', { purses: [purseOf(0n, { capMinor: 6_00n })] }],
  ['too little is left', { purses: [purseOf(43_01n)] }],
  [
    'the numbers are used up',
    {
      purses: [purseOf(0n, { countMax: 3, firstSeq: 1 })],
      wallet: { ...situationOf().wallet, lastSeq: 3 },
    },
  ],
  ['the allowance is another device’s', { purses: [purseOf(0n, { device: 2 })] }],
  ['it is another account’s', { purses: [purseOf(0n, { account: PAYEE_ID })] }],
  ['it is another server’s', { purses: [purseOf(0n, { server: filled(5, 1) })] }],
  ['it is for another passkey', { purses: [purseOf(0n, { credentialHint: filled(8, 1) })] }],
  [
    'less than a day is left of it',
    { purses: [purseOf(0n, { validFromS: NOW_MS / 1000 - 216 * 3600 - 1 })] },
  ],
  [
    'it cannot be read',
    {
      purses: [
        { currency: EUR, granted: { ...sampleGrant(), spentMinor: 0n, bytes: filled(9, 1) } },
      ],
    },
  ],
];

describe('an order is an ordinary one when', () => {
  test.each(asOrdinary)('%s', (_name, change) => {
    const order = prepared(draftOf(7_00n), situationOf(change));
    expect(order).not.toHaveProperty('allowance');
    expect(order).not.toHaveProperty('spentBeforeMinor');
    expect(order.validUntilS).toBe(order.authorizedAtS + VALIDITY_MS / 1000);
    // What is free: 60.00 less 50.00 set aside and 3.00 owed.
    expect(refusalOf(draftOf(7_01n), situationOf(change))).toBe('over_balance');
  });

  test('exactly a day left is enough to draw on it', () => {
    const purse = purseOf(0n, { validFromS: NOW_MS / 1000 - 216 * 3600 });
    const order = prepared(draftOf(7_00n), situationOf({ purses: [purse] }));
    expect(order.allowance).toEqual(ALLOWANCE_ID);
  });

  test('and then counts the promises that are not covered, and no others', () => {
    const promised = [
      coveredPayment(1, 0n, { amountMinor: 20_00n }),
      samplePayment(2, { amountMinor: 3_00n }),
    ];
    const situation = situationOf({ purses: [], promised });
    expect(refusalOf(draftOf(4_00n), situation)).toBe('ok');
    expect(refusalOf(draftOf(4_01n), situation)).toBe('over_balance');
    expect(refusalOf(draftOf(5_000n, JPY), situation)).toBe('ok');
  });

  test('the account is frozen, nothing is paid at all', () => {
    const wallet = {
      ...situationOf().wallet,
      account: { ...WALLET.account, balances, frozen: true },
    };
    expect(refusalOf(draftOf(1n), situationOf({ wallet }))).toBe('payer_frozen');
  });
});

describe('a clock that is off', () => {
  test('by the same ten years for ever changes no byte of an order', () => {
    const skews = fc.integer({ min: -YEARS_MS, max: YEARS_MS });
    const elapsed = fc.integer({ min: 0, max: 9 * 24 * HOUR_MS });
    fc.assert(
      fc.property(skews, elapsed, (skewMs, elapsedMs) => {
        const bytesWith = (skew: number) =>
          encodeOrder(
            prepared(
              draftOf(7_00n),
              situationOf({
                identity: { ...IDENTITY, readAtMs: NOW_MS + skew },
                nowMs: NOW_MS + skew + (elapsedMs % (14 * 60_000)),
              }),
            ),
          );
        expect(equalBytes(bytesWith(skewMs), bytesWith(0))).toBe(true);
      }),
    );
  });

  test('does not end a request early or late', () => {
    for (const skewMs of [-YEARS_MS, YEARS_MS]) {
      const identity = { ...IDENTITY, readAtMs: NOW_MS + skewMs };
      const at = (elapsedMs: number) =>
        refusalOf(draftOf(7_00n), situationOf({ identity, nowMs: NOW_MS + skewMs + elapsedMs }));
      expect(at(15 * 60_000)).toBe('ok');
      expect(at(15 * 60_000 + 1)).toBe('request_expired');
    }
  });
});

describe('a purse', () => {
  test('never promises more than total, cap and count, whatever is paid and how often it fails', () => {
    const payments = fc.array(
      fc.record({ amountMinor: fc.bigInt({ min: 1n, max: 25_00n }), isLost: fc.boolean() }),
      { maxLength: 30 },
    );
    const limits = fc.record({
      totalMinor: fc.bigInt({ min: 10_00n, max: 80_00n }),
      capMinor: fc.bigInt({ min: 1n, max: 10_00n }),
      countMax: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(payments, limits, (tries, limit) => {
        let spentMinor = 0n;
        let lastSeq = 0;
        const covered: Order[] = [];
        for (const { amountMinor, isLost } of tries) {
          const situation = situationOf({
            purses: [purseOf(spentMinor, limit)],
            wallet: {
              ...WALLET,
              lastSeq,
              account: {
                ...WALLET.account,
                balances: [
                  {
                    ...balances[0],
                    amountMinor: 10n ** 9n,
                    currency: EUR,
                    heldMinor: 0n,
                    owedMinor: 0n,
                  },
                ],
              },
            },
          });
          const order = prepared(draftOf(amountMinor), situation);
          // The finger was taken away, or the transaction failed: nothing moved.
          if (isLost) continue;
          lastSeq = order.seq;
          if (!order.allowance) continue;
          covered.push(order);
          spentMinor += order.amountMinor;
        }
        const total = covered.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
        expect(total).toBeLessThanOrEqual(limit.totalMinor);
        expect(covered.length).toBeLessThanOrEqual(limit.countMax);
        for (const order of covered) expect(order.amountMinor).toBeLessThanOrEqual(limit.capMinor);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the counterfoil of a payment', () => {
  const order = prepared(draftOf(12_50n), situationOf());
  const authorization = signedAuthorization(order);
  const paymentWith = (cover?: Bytes) => {
    const words = { requestText: '', payeeName: '', createdAtMs: NOW_MS };
    const payment = promisedPayment(authorization, { ...words, ...(cover && { cover }) });
    if (!payment.ok) throw new Error(payment.refusal.code);
    return payment.value;
  };

  test('is its authorization and the allowance that it draws on', () => {
    const payment = paymentWith(signedAllowance());
    expect(payment.allowance).toBe(toBase64url(ALLOWANCE_ID));
    const bytes = counterfoilOf(payment);
    const read = bytes && decodeCounterfoil(bytes);
    if (!read?.ok) throw new Error('no counterfoil');
    expect(read.value.authorizationBytes).toEqual(authorization);
    expect(validUntilS(read.value.allowance)).toBe(NOW_MS / 1000 + 240 * 3600);
  });

  test('there is none without a cover that fits', () => {
    expect(counterfoilOf(paymentWith())).toBe(undefined);
    expect(counterfoilOf(paymentWith(filled(9, 1)))).toBe(undefined);
    expect(counterfoilOf(paymentWith(signedAllowance({ id: filled(8, 1) })))).toBe(undefined);
    const otherPasskey = signedAllowance({ credentialHint: filled(8, 1) });
    expect(counterfoilOf(paymentWith(otherPasskey))).toBe(undefined);
  });
});
