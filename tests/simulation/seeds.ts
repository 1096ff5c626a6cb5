// The seeds that the check runs, shared between files so that the test runner's workers share them, too.
import { expect } from 'vitest';
import type { TestCluster } from '../support/test-database.ts';
import { DEEDS } from './dishonest.ts';
import { forMs, tellStory } from './story.ts';
import { type RunSummary, simulate } from './world.ts';

export const SEEDS = 104;
const PARTS = 2;
const STORY_MS = 60_000;
/** Fewer, and the world is asleep. */
const UPLOADS_A_RUN = 20;

/** What became of payments, and what payees without a network were told and got. */
const ENDS_TO_MEET = [
  'accepted',
  'cancelled',
  'payment_expired',
  'request_already_paid',
  'guaranteed accepted',
  'not_guaranteed accepted',
  // Beyond what the operator guarantees for who lies.
  'guaranteed refused',
] as const;

const FAULTS_TO_MEET = [
  'answer bent',
  'answer cut',
  'answer lost',
  'answer of another',
  'busy',
  'clock set',
  'connection cut',
  'counterfoil bent',
  'delivered late',
  'delivered twice',
  'disk aborted',
  'disk failed',
  'disk full',
  'disk lost',
  'disk stuck',
  'disk torn',
  'disk unopened',
  'lost on the way',
  'page killed',
  'passkey revoked',
  'phone reported lost',
  'phone wiped',
  'portal',
  'profile copied',
  'request bent',
  'server connection ends',
  'server process ends',
  'server restored',
  'weeks without anybody',
  'worker killed',
  ...Object.keys(DEEDS).map((deed) => `dishonest: ${deed}`),
];

/** Of the first part, number 0, or another. */
export const seedsOf = (part: number): readonly number[] =>
  Array.from({ length: SEEDS / PARTS }, (_, place) => 1 + place * PARTS + part);

/** A seed that breaks is told as a story. */
export async function runSeed(cluster: TestCluster, seed: number): Promise<RunSummary> {
  try {
    return await simulate(cluster, seed);
  } catch (cause) {
    const story = await tellStory(cluster, seed, forMs(STORY_MS));
    throw story ? new Error(story.text, { cause }) : cause;
  }
}

const namesIn = (counts: readonly Readonly<Record<string, number>>[]) => [
  ...new Set(counts.flatMap(Object.keys)),
];

/** The runs met what they are there to meet: a fault that is never injected tests nothing. */
export function expectMet(runs: readonly RunSummary[]): void {
  expect(namesIn(runs.map(({ states }) => states))).toEqual(
    expect.arrayContaining([...ENDS_TO_MEET]),
  );
  expect(namesIn(runs.map(({ faults }) => faults))).toEqual(
    expect.arrayContaining([...FAULTS_TO_MEET]),
  );
  const uploads = runs.reduce((sum, run) => sum + run.uploads, 0);
  expect(uploads).toBeGreaterThan(UPLOADS_A_RUN * runs.length);
}
