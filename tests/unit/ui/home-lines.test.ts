/** Balances and activity show what the server said and what this phone promised, and nothing twice. */
import { describe, expect, test } from 'vitest';
import type { StatementEntry } from '#protocol/wire.ts';
import { mergeLines } from '#ui/activity-lines.ts';
import { balanceLines } from '#ui/balance-lines.ts';
import type { Payment } from '#wallet/payment.ts';
import type { HomeView } from '#wallet/records.ts';

const payment = (id: string, atMs: number, state: Payment['state'] = 'promised'): Payment => ({
  id,
  state,
  authorization: new Uint8Array(),
  device: 1,
  seq: 1,
  requestText: '',
  requestDigest: '',
  once: false,
  payer: 'M',
  payee: 'P',
  payeeName: 'Payee',
  amountMinor: 100n,
  currency: 404,
  createdAtMs: atMs,
  validUntilS: 0,
});

const entry = (
  version: number,
  atMs: number,
  extra: Partial<StatementEntry> = {},
): StatementEntry => ({
  version,
  currency: 404,
  amountMinor: 50n,
  balanceMinor: 0n,
  kind: 'payment',
  counterparty: 'C',
  counterpartyName: 'Counterparty',
  postedAtMs: atMs,
  ...extra,
});

describe('activity', () => {
  test('is newest first, both sources as one', () => {
    const lines = mergeLines([payment('a', 5)], [entry(2, 9), entry(1, 1)]);
    expect(lines.map(({ key }) => key)).toEqual(['v2', 'a', 'v1']);
  });

  test('shows a payment of this phone once, as this phone knows it', () => {
    const lines = mergeLines(
      [payment('a', 5, 'accepted')],
      [entry(3, 6, { paymentId: 'a', amountMinor: -100n })],
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ key: 'a', state: 'accepted', name: 'Payee' });
  });

  test('money in is received, money out by another phone is accepted', () => {
    const [first, second] = mergeLines([], [entry(2, 9), entry(1, 8, { amountMinor: -7n })]);
    expect(first).toMatchObject({ direction: 'in', state: 'received', amountMinor: 50n });
    expect(second).toMatchObject({ direction: 'out', state: 'accepted', amountMinor: 7n });
  });

  test('has no hole where one source was cut short', () => {
    const lines = mergeLines([payment('new', 9), payment('old', 6)], [entry(2, 8), entry(1, 2)], {
      payments: false,
      entries: true,
    });
    expect(lines.map(({ key }) => key)).toEqual(['new', 'v2', 'old']);
  });
});

describe('balances', () => {
  const home = (
    balances: readonly [number, bigint][],
    promised: readonly [number, bigint][],
  ): HomeView => ({
    wallet: {
      account: {
        profile: { account: '', name: '', city: '', country: '', category: '' },
        balances: balances.map(([currency, amountMinor]) => ({
          currency,
          amountMinor,
          heldMinor: 0n,
          owedMinor: 0n,
        })),
        version: 0,
        frozen: false,
        sandbox: false,
      },
      accountReadAtMs: 0,
      device: 1,
      credentialId: '',
      canPayOffline: 'unknown',
      lastSeq: 0,
    },
    settings: { theme: 'system' },
    recent: [],
    waiting: [],
    purses: [],
    taken: [],
    promisedMinor: new Map(promised),
    damaged: 0,
  });

  test('what is promised is no longer left', () => {
    expect(balanceLines(home([[404, 1000n]], [[404, 300n]]))).toEqual([
      { currency: 404, balanceMinor: 1000n, promisedMinor: 300n, leftMinor: 700n },
    ]);
  });

  test('what is left is never below zero', () => {
    expect(balanceLines(home([[404, 100n]], [[404, 300n]]))[0]?.leftMinor).toBe(0n);
  });

  test('a promise in a currency that the server no longer lists is still shown', () => {
    expect(balanceLines(home([[404, 1n]], [[800, 5n]])).map(({ currency }) => currency)).toEqual([
      404, 800,
    ]);
  });
});
