import { describe, expect, test } from 'vitest';
import { toBase64url } from '#protocol/bytes.ts';
import { requestDigest } from '#protocol/order.ts';
import { readPaymentRequest } from '#protocol/payment-request.ts';
import type { StatementEntry } from '#protocol/wire.ts';
import { payRequest } from '#wallet/paid-request.ts';
import { makeRequest, makeStaticRequest, REQUEST_VALIDITY_MS } from '#wallet/receive.ts';
import type { ShownRequest } from '#wallet/records.ts';
import { EUR, filled, IDENTITY, JPY, NOW_MS, PAYEE_ID, profileOf, SERVER_ID } from './samples.ts';

const PAYEE = { profile: profileOf(PAYEE_ID, 'Café do Bento & Filhos, Lda') };
let made = 0;
const world = {
  nowMs: NOW_MS,
  random: { bytes: (length: number) => filled(length, ++made), fraction: () => 0.5 },
};

function requested(change: Parameters<typeof makeRequest>[0]): ShownRequest {
  const request = makeRequest(change, PAYEE, IDENTITY, world);
  if (!request.ok) throw new Error(request.refusal.code);
  return request.value;
}

function entryFor(request: ShownRequest, change: Partial<StatementEntry> = {}): StatementEntry {
  return {
    version: 4,
    currency: request.currency,
    amountMinor: request.amountMinor ?? 1n,
    balanceMinor: 100n,
    kind: 'payment',
    counterparty: 'ANA',
    counterpartyName: 'Ana',
    postedAtMs: NOW_MS + 5_000,
    paymentId: toBase64url(filled(32, 1)),
    requestDigest: request.digest,
    ...change,
  };
}

describe('a request for one sale', () => {
  test('is a dynamic code of ours with a fresh id and an end, bound by its digest', () => {
    const request = requested({ amountMinor: 9_99n, currency: EUR, note: 'table 4' });
    const reading = readPaymentRequest(request.text);
    if (!reading.ok) throw new Error(reading.refusal.code);
    expect(reading.value).toMatchObject({
      initiation: 'dynamic',
      amountMinor: 9_99n,
      currency: EUR,
    });
    expect(reading.value.additional.purpose).toBe('TABLE 4');
    expect(reading.value.counterfoil?.payee).toEqual(PAYEE_ID);
    expect(reading.value.counterfoil?.server).toEqual(SERVER_ID);
    expect(reading.value.counterfoil?.validUntilS).toBe((NOW_MS + REQUEST_VALIDITY_MS) / 1000);
    expect(request.digest).toBe(toBase64url(requestDigest(request.text)));
    expect(request.validUntilS).toBe((NOW_MS + REQUEST_VALIDITY_MS) / 1000);
  });

  test('two for the same amount are two', () => {
    const asking = { amountMinor: 5_00n, currency: EUR };
    expect(requested(asking).digest).not.toBe(requested(asking).digest);
  });

  test('without an amount the payer chooses', () => {
    const reading = readPaymentRequest(requested({ currency: JPY }).text);
    expect(reading.ok && reading.value.amountMinor).toBe(undefined);
  });

  test('an amount of zero is refused', () => {
    const zero = makeRequest({ amountMinor: 0n, currency: EUR }, PAYEE, IDENTITY, world);
    expect(zero.ok ? 'ok' : zero.refusal.code).toBe('amount_zero');
  });

  test('a printed code has no id and no end', () => {
    const text = makeStaticRequest({ currency: EUR, tipWelcome: true }, PAYEE, IDENTITY);
    const reading = text.ok ? readPaymentRequest(text.value) : text;
    if (!reading.ok) throw new Error(reading.refusal.code);
    expect(reading.value.initiation).toBe('static');
    expect(reading.value.tipOrFee).toEqual({ kind: 'tip-prompt' });
    expect(reading.value.counterfoil?.requestId).toBeUndefined();
  });
});

describe('recognising that it was paid', () => {
  const request = requested({ amountMinor: 10_00n, currency: EUR });

  test('by its digest, once', () => {
    const paid = payRequest(request, entryFor(request));
    expect(paid?.paid).toMatchObject({ amountMinor: 10_00n, payerName: 'Ana', asAsked: true });
    expect(paid && payRequest(paid, entryFor(request, { paymentId: 'other' }))).toBeUndefined();
  });

  test.each<[string, Partial<StatementEntry>, boolean]>([
    ['a tip on top', { amountMinor: 11_00n, tipMinor: 1_00n }, true],
    ['more than asked', { amountMinor: 10_01n }, true],
    ['less than asked', { amountMinor: 9_99n }, false],
    ['enough only with the tip', { amountMinor: 10_00n, tipMinor: 1n }, false],
    ['another currency', { currency: JPY }, false],
  ])('%s: as asked? %s', (_name, change, asAsked) => {
    expect(payRequest(request, entryFor(request, change))?.paid?.asAsked).toBe(asAsked);
  });

  test.each<[string, Partial<StatementEntry>]>([
    ['another digest', { requestDigest: 'AAAAAAAAAAA' }],
    ['money that left', { amountMinor: -10_00n }],
    ['an issue', { kind: 'issue' }],
  ])('%s pays nothing', (_name, change) => {
    expect(payRequest(request, entryFor(request, change))).toBeUndefined();
  });

  test('any amount pays a request that left it open', () => {
    const open = requested({ currency: EUR });
    expect(payRequest(open, entryFor(open, { amountMinor: 1n }))?.paid?.asAsked).toBe(true);
  });
});
