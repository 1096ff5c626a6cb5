// A run that breaks is told with the few steps that it takes, and no others.
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../support/test-database.ts';
import { shrink } from './shrink.ts';
import { tellStory } from './story.ts';
import type { World } from './world.ts';

const STEPS = Array.from({ length: 300 }, (_, place) => place + 1);

test('of three hundred steps the three that break it together are found', async () => {
  let tries = 0;
  const kept = await shrink({
    steps: STEPS,
    mayGoOn: () => true,
    async breaks(some) {
      tries++;
      return [17, 18, 251].every((step) => some.includes(step));
    },
  });
  expect(kept).toEqual([17, 18, 251]);
  expect(tries).toBeLessThan(100);
});

test('what needs every step keeps every step, and time that is up ends the search', async () => {
  const few = STEPS.slice(0, 6);
  const breaks = async (some: readonly number[]) => some.length === few.length;
  expect(await shrink({ steps: few, breaks, mayGoOn: () => true })).toEqual(few);
  const none = await shrink({ steps: STEPS, breaks: async () => true, mayGoOn: () => false });
  expect(none).toEqual(STEPS);
});

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});

afterAll(async () => {
  await cluster?.stop();
});

/** From that step on, whoever was told of a promise has a phone that lost it. */
const forgetAt =
  (forgotten: number) =>
  ({ phones }: World, step: number): void => {
    if (step !== forgotten) return;
    for (const { told, disk } of phones) if (told.size > 0) disk.wipe();
  };

test('a story names the seed and the rule, and tells what people saw in the few steps it takes', async () => {
  let tries = 0;
  const story = await tellStory(cluster, 3, () => ++tries <= 25, { meddle: forgetAt(40) });
  expect(story?.invariant).toBe('I3');
  expect(story?.text).toMatch(/^SEED 3 breaks I3: .* was told promised of #1, and it is gone/);
  expect(story?.text).toMatch(/is told: #1 promised, \d+\.\d\d to /);
  expect(story?.text).toContain('npm run simulate -- --seed 3');
  const [, kept] = /(\d+) of 40 steps are enough/.exec(story?.text ?? '') ?? [];
  expect(Number(kept)).toBeLessThan(15);
});

test('nothing is told of a seed that breaks no rule', async () => {
  expect(await tellStory(cluster, 3, () => false)).toBeUndefined();
});
