import { describe, expect, test } from 'vitest';
import { paymentSteps } from '#ui/payment-steps.ts';
import type { Payment } from '#wallet/payment.ts';
import type { OutboxEntry } from '#wallet/records.ts';

const payment: Payment = {
  id: 'id',
  state: 'promised',
  authorization: new Uint8Array(),
  device: 1,
  seq: 1,
  requestText: '',
  requestDigest: '',
  once: true,
  payer: '',
  payee: '',
  payeeName: '',
  amountMinor: 1n,
  currency: 978,
  createdAtMs: 1000,
  validUntilS: 60,
};
const entry: OutboxEntry = { ...payment };
const receipt = new Uint8Array(1);

const told = (changed: Partial<Payment>, kept?: Partial<OutboxEntry>) =>
  paymentSteps({
    payment: { ...payment, ...changed },
    ...(kept && { entry: { ...entry, ...kept } }),
  })
    .map(({ name, state }) => `${name} ${state}`)
    .join(', ');

describe('the steps of a payment', () => {
  test.each<[string, Partial<Payment>, Partial<OutboxEntry> | undefined, string]>([
    ['promised and kept here', {}, {}, 'leaves ahead, awaited ahead'],
    ['sent, no answer', {}, { sentAtMs: 2000 }, 'sent done, awaited ahead'],
    ['handed over, never sent', {}, { sentAtMs: 2, shownAtMs: 2 }, 'handed done, awaited ahead'],
    [
      'sent, then handed over',
      {},
      { sentAtMs: 2, shownAtMs: 3 },
      'sent done, handed done, awaited ahead',
    ],
    [
      'not taken by the server',
      {},
      { sentAtMs: 2000, quarantine: { code: 'payer_unknown', sinceMs: 3000, offeredAtMs: 3000 } },
      'sent done, not-taken bad, awaited ahead',
    ],
    ['accepted', { state: 'accepted', receipt }, undefined, 'arrived done, accepted done'],
    ['refused', { state: 'refused', receipt }, undefined, 'arrived done, refused bad'],
    ['expired', { state: 'expired', receipt }, undefined, 'arrived done, expired bad'],
    ['cancelled, never sent', { state: 'cancelled' }, undefined, 'cancelled done'],
  ])('%s', (_name, changed, kept, steps) => {
    expect(told(changed, kept)).toBe(`approved done, kept done, ${steps}`);
  });

  test('what is awaited says until when', () => {
    expect(paymentSteps({ payment }).at(-1)).toMatchObject({ name: 'awaited', untilMs: 60_000 });
  });

  test('that it arrived is never said without a receipt', () => {
    expect(told({}, { sentAtMs: 5 })).not.toContain('arrived');
    expect(told({ state: 'cancelled' })).not.toContain('arrived');
  });
});
