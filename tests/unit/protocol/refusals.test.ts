import { describe, expect, it } from 'vitest';
import { REFUSAL_TITLES } from '#protocol/refusal-titles.ts';
import {
  accept,
  assert,
  isFinalCode,
  isRefusalCode,
  REFUSALS,
  type RefusalCode,
  refuse,
  statusOf,
} from '#protocol/refusals.ts';
import { VERDICT_CODES } from './sample-receipts.ts';

const CODES = Object.keys(REFUSALS) as RefusalCode[];

describe('the refusal table', () => {
  it('has a title of its own for every code, written for people', () => {
    const titles = CODES.map((code) => REFUSAL_TITLES[code]);
    expect(new Set(titles).size).toBe(CODES.length);
    for (const title of titles) expect(title).toMatch(/^[A-Z][^_`'"]{5,70}[^.\s]$/);
  });

  it('has codes that are stable names: lower case, words joined by underscores', () => {
    for (const code of CODES) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(Math.max(...CODES.map((code) => code.length))).toBeLessThanOrEqual(32);
  });

  it('answers each with an HTTP status that says whose turn it is', () => {
    const statuses: number[] = [400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 500, 503];
    for (const code of CODES) expect(statuses, code).toContain(statusOf(code));
  });

  it('has final only what is said of a payment itself: well read, and refused for good', () => {
    for (const code of VERDICT_CODES) expect(statusOf(code), code).toBe(422);
  });

  it('has nothing final that could be said of an unverified authorization, or on the device', () => {
    const early = CODES.filter((code) =>
      /^(bytes|version|wrong|payer_unknown|credential|device|id|assertion|receipt|text|qr|request_(?!already)|outbox|store|over|already|approval)/.test(
        code,
      ),
    );
    expect(early.length).toBeGreaterThan(30);
    for (const code of early) expect(isFinalCode(code), code).toBe(false);
  });

  // A phone that has not been updated refuses a receipt whose code it does not know. So this list only
  // grows with the version of the receipt.
  it('has these verdicts in protocol 1, and no other', () => {
    expect([...VERDICT_CODES].sort()).toEqual([
      'allowance_overspent',
      'amount_too_large',
      'amount_zero',
      'balance_overflow',
      'currency_not_held',
      'currency_unknown',
      'insufficient_funds',
      'own_account',
      'payee_frozen',
      'payee_unknown',
      'payer_frozen',
      'payment_expired',
      'request_already_paid',
      'valid_too_long',
    ]);
  });

  it('knows its own codes and nothing that every object has', () => {
    for (const code of CODES) expect(isRefusalCode(code)).toBe(true);
    for (const text of ['toString', '__proto__', 'constructor', '', 'Own_account']) {
      expect(isRefusalCode(text)).toBe(false);
    }
  });
});

describe('an outcome', () => {
  it('is a value or a refusal, whose detail is absent rather than undefined', () => {
    expect(accept(1)).toEqual({ ok: true, value: 1 });
    expect(refuse('own_account', 'why').refusal).toEqual({ code: 'own_account', detail: 'why' });
    expect(Object.keys(refuse('own_account').refusal)).toEqual(['code']);
  });

  it('is not how bugs are told: those throw', () => {
    expect(() => assert(false, 'two and two')).toThrow('two and two');
    expect(() => assert(true, 'two and two')).not.toThrow();
  });
});
