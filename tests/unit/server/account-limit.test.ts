import { expect, test } from 'vitest';
import type { Bytes } from '#protocol/bytes.ts';
import type { Order } from '#protocol/order.ts';
import { createAccountLimit } from '#server/payments/account-limit.ts';

const account = (number: number): Bytes => new Uint8Array(16).fill(number);
const paymentsOf = (payer: Bytes, count: number) =>
  Array.from({ length: count }, () => ({ order: { payer } as Order }));

function limitAt(perMinute: number) {
  let now = 0;
  const limit = createAccountLimit(perMinute, { nowMs: () => now });
  return {
    ...limit,
    advance(ms: number) {
      now += ms;
    },
  };
}

test('a payer has its minute, and then waits until a payment comes back', () => {
  const limit = limitAt(60);
  limit.charge(paymentsOf(account(1), 59));
  expect(limit.waitMs(account(1))).toBe(0);
  limit.charge(paymentsOf(account(1), 1));
  expect(limit.waitMs(account(1))).toBe(1000);
  limit.advance(1000);
  expect(limit.waitMs(account(1))).toBe(0);
});

test('what was settled together beyond the limit is owed, not forgiven', () => {
  const limit = limitAt(60);
  limit.charge(paymentsOf(account(1), 90));
  expect(limit.waitMs(account(1))).toBe(31_000);
});

test('asking costs nothing, so garbage in a payer’s name cannot lock it out', () => {
  const limit = limitAt(1);
  for (let i = 0; i < 1000; i++) expect(limit.waitMs(account(1))).toBe(0);
});

test('no payer pays for another', () => {
  const limit = limitAt(1);
  limit.charge(paymentsOf(account(1), 5));
  expect(limit.waitMs(account(2))).toBe(0);
});

test('what is asked about leaves nothing behind: unknown payers push nobody out', () => {
  const limit = limitAt(1);
  limit.charge(paymentsOf(account(1), 1));
  for (let i = 0; i < 30_000; i++) {
    const stranger = account(2);
    new DataView(stranger.buffer).setUint32(0, i);
    limit.waitMs(stranger);
  }
  expect(limit.waitMs(account(1))).toBeGreaterThan(0);
});
