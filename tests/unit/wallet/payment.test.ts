import { describe, expect, test } from 'vitest';
import type { RefusalCode } from '#protocol/refusals.ts';
import {
  isFinal,
  occupiesRequest,
  type Payment,
  type PaymentState,
  step,
} from '#wallet/payment.ts';
import { samplePayment, sampleReceipt } from './samples.ts';

/** `receipt V` is a verified receipt with verdict V; a second word of the outcome names what is kept besides. */
const STEPS = `
  promised   cancel            cancelled
  promised   receipt accepted  accepted
  promised   receipt refused   refused
  promised   receipt expired   expired
  cancelled  receipt accepted  accepted
  cancelled  receipt refused   refused
  accepted   receipt accepted  accepted
  accepted   receipt refused   accepted  contradiction
  accepted   receipt expired   accepted  contradiction
  refused    receipt refused   refused
  refused    receipt accepted  refused   contradiction
  expired    receipt expired   expired
  expired    receipt accepted  expired   contradiction
`;

type Verdict = 'accepted' | 'refused' | 'expired';

function codeOf(verdict: Verdict): { code?: RefusalCode } {
  if (verdict === 'refused') return { code: 'insufficient_funds' };
  return verdict === 'expired' ? { code: 'payment_expired' } : {};
}

function inState(state: string): Payment {
  const payment = samplePayment(1);
  if (state === 'promised') return payment;
  if (state === 'cancelled') return step(payment, { kind: 'cancel' });
  const { receipt, bytes } = sampleReceipt(payment, {
    verdict: state as Verdict,
    ...codeOf(state as Verdict),
  });
  return step(payment, { kind: 'receipt', receipt, bytes });
}

const rows = STEPS.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s{2,}/));

describe('the states of a payment', () => {
  test.each(rows)('%s, %s: %s %s', (from, taken = '', to, kept) => {
    const before = inState(from ?? '');
    if (taken === 'cancel') {
      expect(step(before, { kind: 'cancel' }).state).toBe(to);
      return;
    }
    const verdict = taken.split(' ')[1] as Verdict;
    const { receipt, bytes } = sampleReceipt(before, { verdict, ...codeOf(verdict) });
    const after = step(before, { kind: 'receipt', receipt, bytes });
    expect(after.state).toBe(to);
    expect(after.contradiction).toEqual(kept === 'contradiction' ? bytes : undefined);
    if (before.receipt === undefined) expect(after.receipt).toEqual(bytes);
    else expect(after.receipt).toBe(before.receipt);
  });

  test('the same receipt again changes nothing at all', () => {
    const accepted = inState('accepted');
    const { receipt, bytes } = sampleReceipt(accepted);
    expect(step(accepted, { kind: 'receipt', receipt, bytes })).toBe(accepted);
  });

  test('the same verdict for another reason is a contradiction', () => {
    const refused = inState('refused');
    const other = sampleReceipt(refused, { verdict: 'refused', code: 'payer_frozen' });
    const after = step(refused, { kind: 'receipt', ...other });
    expect(after.code).toBe('insufficient_funds');
    expect(after.contradiction).toEqual(other.bytes);
  });

  test('a receipt for another payment is a bug', () => {
    const other = sampleReceipt(samplePayment(2));
    expect(() => step(samplePayment(1), { kind: 'receipt', ...other })).toThrow(
      /names its payment/,
    );
  });

  test.each(['cancelled', 'accepted', 'refused', 'expired'] satisfies PaymentState[])(
    'what is %s cannot be cancelled',
    (state) => {
      if (state === 'cancelled') return;
      expect(() => step(inState(state), { kind: 'cancel' })).toThrow(/cannot cancel/);
    },
  );

  test('only a promise is not final', () => {
    const states: PaymentState[] = ['promised', 'cancelled', 'accepted', 'refused', 'expired'];
    expect(states.filter((state) => !isFinal(state))).toEqual(['promised']);
  });

  test('a request for one sale is free again after cancelled, refused or expired', () => {
    const states = ['promised', 'cancelled', 'accepted', 'refused', 'expired'];
    const occupying = states.filter((state) => occupiesRequest(inState(state)));
    expect(occupying).toEqual(['promised', 'accepted']);
  });

  test('a printed code is never occupied', () => {
    expect(occupiesRequest(samplePayment(1, { once: false }))).toBe(false);
  });
});
