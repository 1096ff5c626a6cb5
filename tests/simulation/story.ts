// A run that broke, told so that a person can follow it: shrunk first, then in words.
import type { TestCluster } from '../support/test-database.ts';
import { Broken } from './broken.ts';
import { shrink } from './shrink.ts';
import { type BrokenRun, HEALING, type SimulateOptions, simulate } from './world.ts';

export type Story = {
  readonly seed: number;
  readonly invariant: string;
  readonly text: string;
};

const invariantOf = (error: unknown): string =>
  error instanceof Broken ? error.invariant : error instanceof Error ? error.name : 'thrown';

type Meddling = Pick<SimulateOptions, 'meddle' | 'onlyUnderFire'>;

/** The run with these steps alone; undefined when nothing breaks. */
async function runOf(
  cluster: TestCluster,
  seed: number,
  meddling: Meddling,
  kept?: ReadonlySet<number>,
): Promise<BrokenRun | undefined> {
  let broken: BrokenRun | undefined;
  try {
    await simulate(cluster, seed, {
      ...meddling,
      ...(kept && { leftOut: (step) => !kept.has(step) }),
      onBreak(run) {
        broken = run;
      },
    });
  } catch (error) {
    // It could not even begin.
    if (!broken) throw error;
  }
  return broken;
}

function timeOf(atMs: number, sinceMs: number): string {
  const day = Math.floor(atMs / 86_400_000) - Math.floor(sinceMs / 86_400_000);
  const time = new Date(atMs).toISOString().slice(11, 19);
  return day === 0 ? time : `${time} (+${day} d)`;
}

function tell(seed: number, run: BrokenRun, all: number, kept: number): string {
  const sinceMs = run.events[0]?.atMs ?? 0;
  const lines = run.events.map(({ step, atMs, text }) => {
    const where = step === HEALING ? 'heal' : String(step);
    return `${where.padStart(5)}  ${timeOf(atMs, sinceMs)}  ${text}`;
  });
  return [
    `SEED ${seed} breaks ${run.what}`,
    `${kept} of ${all} steps are enough:`,
    ...lines,
    `Again: npm run simulate -- --seed ${seed}`,
  ].join('\n');
}

/** Until so much time has passed. */
export function forMs(budgetMs: number): () => boolean {
  const endMs = performance.now() + budgetMs;
  return () => performance.now() < endMs;
}

/** Runs the seed again, with ever fewer steps for as long as that may go on, and tells the shortest run that breaks the same rule. */
export async function tellStory(
  cluster: TestCluster,
  seed: number,
  mayGoOn: () => boolean,
  meddling: Meddling = {},
): Promise<Story | undefined> {
  const whole = await runOf(cluster, seed, meddling);
  if (!whole) return undefined;
  const invariant = invariantOf(whole.error);
  const steps = Array.from({ length: Math.min(whole.steps, HEALING - 1) }, (_, i) => i + 1);
  let shortest = whole;
  const kept = await shrink({
    steps,
    mayGoOn,
    async breaks(some) {
      const onlyUnderFire = whole.steps !== HEALING;
      const run = await runOf(cluster, seed, { ...meddling, onlyUnderFire }, new Set(some));
      if (!run || invariantOf(run.error) !== invariant) return false;
      shortest = run;
      return true;
    },
  });
  return { seed, invariant, text: tell(seed, shortest, steps.length, kept.length) };
}
