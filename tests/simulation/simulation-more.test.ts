// Production wallet, storage and settlement in a world that breaks: the other half of the check's seeds.
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../support/test-database.ts';
import { expectMet, runSeed, seedsOf } from './seeds.ts';
import type { RunSummary } from './world.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});

afterAll(async () => {
  await cluster?.stop();
});

const runs: RunSummary[] = [];

describe('whatever happens, no payment is lost and none is made twice', () => {
  test.each(seedsOf(1))('SEED=%i', async (seed) => {
    runs.push(await runSeed(cluster, seed));
  });

  test('the runs met what they are there to meet', () => expectMet(runs));
});
