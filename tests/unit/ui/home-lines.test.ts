/** Balances and activity show what the server said and what this phone promised, and nothing twice. */
import { describe, expect, test } from 'vitest';
import type { StatementEntry } from '#protocol/wire.ts';
import { mergeLines } from '#ui/activity-lines.ts';
import { balanceLines } from '#ui/balance-lines.ts';
import { lineAddress } from '#ui/parts/activity-row.tsx';
import type { Payment } from '#wallet/payment.ts';
import type { HomeView } from '#wallet/records.ts';
import { takenPayment } from './sample-taken.ts';

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

  test('has no hole where the entries were read no further', () => {
    const lines = mergeLines(
      [payment('new', 9), payment('old', 6)],
      [entry(2, 8), entry(1, 7)],
      [],
      7,
    );
    expect(lines.map(({ key }) => key)).toEqual(['new', 'v2', 'v1']);
  });
});

describe('what was taken from payers', () => {
  test('stands among the rest, as what it is worth', () => {
    const taken = [
      takenPayment('sure', 7),
      takenPayment('word', 5, 'taken', { guaranteed: false }),
    ];
    const lines = mergeLines([payment('mine', 6)], [], taken);
    expect(lines.map(({ key, state }) => `${key} ${state}`)).toEqual([
      'sure guaranteed',
      'mine promised',
      'word doubted',
    ]);
  });

  test('is told once when the statement has it before the receipt', () => {
    const lines = mergeLines([], [entry(1, 9, { paymentId: 'sure' })], [takenPayment('sure', 7)]);
    expect(lines.map(({ state }) => state)).toEqual(['received']);
  });

  test('leads to its own page until it is paid', () => {
    const [coming] = mergeLines([], [], [takenPayment('sure', 7)]);
    const [paid] = mergeLines([], [entry(1, 9, { paymentId: 'sure' })]);
    expect(coming && lineAddress(coming)).toBe('/taken/sure');
    expect(paid && lineAddress(paid)).toBe('/activity/sure');
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
    coveredMinor: new Map(),
    damaged: 0,
  });

  test('what is promised is no longer left', () => {
    expect(balanceLines(home([[404, 1000n]], [[404, 300n]]))).toEqual([
      {
        currency: 404,
        balanceMinor: 1000n,
        promisedMinor: 300n,
        owedMinor: 0n,
        heldMinor: 0n,
        leftMinor: 700n,
        comingMinor: 0n,
      },
    ]);
  });

  test('what others promised is told and never part of what is left', () => {
    const taken = [takenPayment('a', 1), takenPayment('b', 2)];
    expect(balanceLines({ ...home([[404, 1000n]], []), taken })[0]).toMatchObject({
      leftMinor: 1000n,
      comingMinor: 200n,
    });
    expect(balanceLines({ ...home([], []), taken })[0]).toMatchObject({
      balanceMinor: 0n,
      leftMinor: 0n,
      comingMinor: 200n,
    });
  });

  test('what is owed to the operator cannot be spent', () => {
    const view = home([[404, 1000n]], []);
    const owing = view.wallet?.account.balances.map((line) => ({ ...line, owedMinor: 400n })) ?? [];
    const account = { ...view.wallet!.account, balances: owing };
    const lines = balanceLines({ ...view, wallet: { ...view.wallet!, account } });
    expect(lines[0]).toMatchObject({ owedMinor: 400n, leftMinor: 600n });
  });

  describe('what is set aside', () => {
    const setAside = (heldMinor: bigint, promised: bigint, coveredMinor: bigint) => {
      const view = home([[404, 1000n]], [[404, promised]]);
      const balances = view.wallet!.account.balances.map((line) => ({ ...line, heldMinor }));
      const account = { ...view.wallet!.account, balances };
      const wallet = { ...view.wallet!, account };
      return balanceLines({ ...view, wallet, coveredMinor: new Map([[404, coveredMinor]]) })[0];
    };

    test('is a part of what is left, whichever phone it is for', () => {
      expect(setAside(300n, 0n, 0n)).toMatchObject({ leftMinor: 1000n, heldMinor: 300n });
    });

    test('is less by the promises that it covers: they are no longer left', () => {
      expect(setAside(300n, 250n, 100n)).toMatchObject({ leftMinor: 750n, heldMinor: 200n });
    });

    test('is never below zero and never more than is left', () => {
      expect(setAside(300n, 400n, 400n)).toMatchObject({ leftMinor: 600n, heldMinor: 0n });
      expect(setAside(900n, 400n, 0n)).toMatchObject({ leftMinor: 600n, heldMinor: 600n });
    });
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
