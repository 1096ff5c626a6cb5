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

const runs: RunSummary[] = [];

/** Each has broken something once. */
const PINNED = [
  // A statement that was asked for before a restore left a gap in the one that another tab began after it.
  1000,
];

describe('whatever happens, no payment is lost and none is made twice', () => {
  test.each(seedsOf(0))('SEED=%i', async (seed) => {
    runs.push(await runSeed(cluster, seed));
  });

  test.each(PINNED)('SEED=%i, which broke something once', async (seed) => {
    await runSeed(cluster, seed);
  });

  test('the same seed is the same run', async () => {
    const [first] = runs;
    const again = await simulate(cluster, 1);
    expect(again.trace).toEqual(first?.trace);
    expect(again.faults).toEqual(first?.faults);
    expect(again.states).toEqual(first?.states);
  });

  test('the runs met what they are there to meet', () => expectMet(runs));
});
