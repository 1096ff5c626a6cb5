// Production wallet, storage and settlement in a world that breaks. `SEED=n` repeats one run,
// `SEEDS=n` makes that many.
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../support/test-database.ts';
import { type RunSummary, simulate } from './world.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});

afterAll(async () => {
  await cluster?.stop();
});

const { SEED, SEEDS = '24' } = process.env;
const seeds = SEED ? [Number(SEED)] : Array.from({ length: Number(SEEDS) }, (_, i) => i + 1);
const runs: RunSummary[] = [];

/** What became of payments, and what payees without a network were told and got. */
const TO_MEET = [
  'accepted',
  'cancelled',
  'payment_expired',
  'request_already_paid',
  'guaranteed accepted',
  'not_guaranteed accepted',
] as const;

describe('whatever happens, no payment is lost and none is made twice', () => {
  test.each(seeds)('SEED=%i', async (seed) => {
    runs.push(await simulate(cluster, seed));
  });

  test.skipIf(SEED !== undefined)('the same seed is the same run', async () => {
    const [first] = runs;
    expect((await simulate(cluster, seeds[0] ?? 1)).trace).toEqual(first?.trace);
  });

  test.skipIf(SEED !== undefined)('the runs met what they are there to meet', () => {
    const met = new Set(runs.flatMap(({ states }) => Object.keys(states)));
    expect([...met]).toEqual(expect.arrayContaining([...TO_MEET]));
    const uploads = runs.reduce((sum, run) => sum + run.uploads, 0);
    expect(uploads).toBeGreaterThan(8 * runs.length);
  });
});
