import { expect, test } from 'vitest';
import { isMissed } from '../../bench/section.ts';
import { goalsOf } from '../../bench/server/goals.ts';
import type { Row } from '../../bench/server/measured-row.ts';

const row = (change: Partial<Row> = {}): Row => ({
  engine: 'embedded',
  processes: 1,
  accounts: 'spread',
  batch: 200,
  paymentsPerSecond: 14_000,
  ratioToVerifyLimit: 0.7,
  p50Ms: 200,
  p99Ms: 300,
  serverCpuUsPerPayment: 105,
  databaseCpuUsPerPayment: 25,
  clientCpuUsPerPayment: 2,
  serverCpuUsBesidesVerifying: 8,
  serverCpuPerVerification: 1.05,
  verifyLimitPerSecond: 20_000,
  foreignCores: 0,
  storedBefore: 0,
  once: false,
  ...change,
});

const missed = (rows: readonly Row[]) =>
  goalsOf(rows)
    .filter(isMissed)
    .map((line) => line.what);

test('a row that reaches its fraction and its cost misses nothing', () => {
  expect(missed([row()])).toEqual([]);
});

test('each batch has a fraction of its own', () => {
  const rows = [200, 20, 1].map((batch) => row({ batch, ratioToVerifyLimit: 0.5 }));
  expect(missed(rows)).toEqual([
    'embedded, batches of 200: of the verify limit',
    'embedded, batches of 20: of the verify limit',
  ]);
});

test('single payments have no goal for the server’s time', () => {
  expect(missed([row({ batch: 1, serverCpuUsBesidesVerifying: 90 })])).toEqual([]);
});

test.each([
  [1, 0.69, 1],
  [1, 0.7, 0],
  [2, 0.57, 0],
  [2, 0.55, 1],
])(
  'with %i processes one payee may reach %f of what many reach with 0.7',
  (processes, hot, count) => {
    const rows = [
      row({ processes }),
      row({ processes, accounts: 'hot', ratioToVerifyLimit: hot }),
      row({ engine: 'postgresql', processes, ratioToVerifyLimit: 0.9 }),
    ];
    expect(missed(rows)).toHaveLength(count);
  },
);

test('a large ledger is held against a small one of the same batch', () => {
  const small = row({ storedBefore: 10_000 });
  const large = row({ storedBefore: 1_000_000, databaseCpuUsPerPayment: 45 });
  expect(missed([small, large])).toHaveLength(1);
  expect(missed([small, { ...large, databaseCpuUsPerPayment: 30 }])).toEqual([]);
});
