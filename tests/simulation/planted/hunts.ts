// Hunts every planted bug, a few threads at a time, and says which were caught, when, and by what.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { TestCluster } from '../../support/test-database.ts';
import type { HuntOrder, HuntResult } from './hunt.ts';
import { plant } from './plant.ts';
import type { PlantedBug } from './planted-bug.ts';

export type Hunted = {
  readonly bug: PlantedBug;
  /** `misplanted`: the list is wrong, not the simulator. */
  readonly result: HuntResult | { readonly kind: 'misplanted'; readonly what: string };
  readonly tookMs: number;
};

export type HuntOptions = {
  readonly cluster: TestCluster;
  /** In this order, after the one that is known to, until one catches it. */
  readonly seeds: readonly number[];
  readonly threads: number;
  readonly onHunted?: (hunted: Hunted) => void;
};

/** Inside of the checkout, so that packages are found from there. */
const scripts = fileURLToPath(
  new URL('../../../node_modules/.cache/planted-bugs', import.meta.url),
);
/** A world that hangs has not told anybody what is wrong. */
const HUNT_MS_MAX = 300_000;

/** What a bundle throws that does not even run; no seed is needed to see it. */
const NO_PROGRAM = /^(SyntaxError|ReferenceError|TypeError)$/;

function runThread(file: string, order: HuntOrder): Promise<Hunted['result']> {
  const worker = new Worker(file, { workerData: order, stdout: true, stderr: true });
  const ended = new Promise<Hunted['result']>((resolve) => {
    const wrong = (what: string) => resolve({ kind: 'misplanted', what });
    const timer = setTimeout(() => wrong(`nothing after ${HUNT_MS_MAX} ms`), HUNT_MS_MAX);
    worker.once('message', (result: HuntResult) => {
      if (result.kind === 'caught' && NO_PROGRAM.test(result.by)) wrong(result.what);
      resolve(result);
    });
    worker.once('error', (error) => wrong(String(error)));
    worker.once('exit', () => {
      clearTimeout(timer);
      wrong('the thread ended without a word');
    });
  });
  return ended.finally(() => worker.terminate());
}

async function huntOne(bug: PlantedBug, order: HuntOrder): Promise<Hunted> {
  const startedMs = performance.now();
  const end = (result: Hunted['result']): Hunted => {
    return { bug, result, tookMs: performance.now() - startedMs };
  };
  const folder = fs.mkdtempSync(path.join(scripts, 'bug-'));
  try {
    const file = path.join(folder, 'hunt.mjs');
    fs.writeFileSync(file, await plant(bug));
    return end(await runThread(file, order));
  } catch (error) {
    return end({ kind: 'misplanted', what: String(error) });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function seedsFor({ seenAt }: PlantedBug, seeds: readonly number[]): number[] {
  return seenAt === undefined ? [...seeds] : [seenAt, ...seeds.filter((seed) => seed !== seenAt)];
}

export async function huntAll(
  bugs: readonly PlantedBug[],
  { cluster, seeds, threads, onHunted }: HuntOptions,
): Promise<Hunted[]> {
  const { database, connection: template } = await cluster.fresh();
  // A template must have nobody in it.
  await database.close();
  fs.mkdirSync(scripts, { recursive: true });
  const hunted: Hunted[] = [];
  const waiting = [...bugs.entries()];
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [place, bug] = next;
      const done = await huntOne(bug, { template, seeds: seedsFor(bug, seeds) });
      hunted[place] = done;
      onHunted?.(done);
    }
  }
  await Promise.all(Array.from({ length: threads }, work));
  return hunted;
}

/** The seeds that noticed something: there, a world without a bug must show nothing. */
export function seedsThatNoticed(hunted: readonly Hunted[]): number[] {
  const seeds = hunted.flatMap(({ result }) => (result.kind === 'caught' ? [result.seed] : []));
  return [...new Set(seeds)].sort((a, b) => a - b);
}

function sentenceOf({ result }: Hunted): string {
  if (result.kind === 'survived') return 'SURVIVED';
  if (result.kind === 'misplanted') return `MISPLANTED: ${result.what}`;
  return `seed ${result.seed}${result.nth > 1 ? ` (the ${result.nth}th tried)` : ''}: ${result.what}`;
}

/** One line for each: the bug, what it breaks, and what noticed it. */
export function tableOf(hunted: readonly Hunted[]): string {
  const nameWidth = Math.max(...hunted.map(({ bug }) => bug.name.length));
  const ruleWidth = Math.max(...hunted.map(({ bug }) => bug.rule.length));
  return hunted
    .map((each) => {
      const { name, rule } = each.bug;
      const said = sentenceOf(each).replaceAll(/\s+/g, ' ').slice(0, 110);
      const seconds = (each.tookMs / 1000).toFixed(1).padStart(5);
      return `${name.padEnd(nameWidth)}  ${rule.padEnd(ruleWidth)} ${seconds} s  ${said}`;
    })
    .join('\n');
}
