// Production wallet, storage and settlement in a world that breaks: half of the check's seeds.
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../support/test-database.ts';
import { expectMet, runSeed, seedsOf } from './seeds.ts';
import { type RunSummary, simulate } from './world.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});

afterAll(async () => {
  await cluster?.stop();
});

const runs = new Map<number, RunSummary>();

/** Each has broken something once. */
const PINNED = [
  // A statement that was asked for before a restore left a gap in the one that another tab began after it.
  1000,
];

/** Where two runs have differed once, and one in which somebody lies. */
const REPLAYED = [5, 7, 17];

describe('whatever happens, no payment is lost and none is made twice', () => {
  test.each(seedsOf(0))('SEED=%i', async (seed) => {
    runs.set(seed, await runSeed(cluster, seed));
  });

  test.each(PINNED)('SEED=%i, which broke something once', async (seed) => {
    await runSeed(cluster, seed);
  });

  test.each(REPLAYED)('SEED=%i is the same run again, whatever ran before it', async (seed) => {
    const first = runs.get(seed) ?? (await simulate(cluster, seed));
    expect(await simulate(cluster, seed)).toEqual(first);
  });

  test('the runs met what they are there to meet', () => expectMet([...runs.values()]));
});
