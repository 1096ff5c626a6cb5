// The guided run: inputs that reach what none before them reached are kept, and changed again.
import type { Bytes } from '#protocol/bytes.ts';
import { createSeeded, type Seeded } from '../simulation/seeded.ts';
import { blockCounts } from './block-counts.ts';
import type { Decoder } from './decoder.ts';
import { faultOf, memoryFault } from './judge.ts';
import { mutate } from './mutate.ts';

export type Fault = { readonly input: Bytes; readonly what: string };

export type GuidedOptions = {
  readonly seed: number;
  readonly executionsMax: number;
  /** Inputs found before. */
  readonly corpus?: readonly Bytes[];
  /** Asked now and then: whether to end early. */
  readonly isOver?: () => boolean;
  readonly faultsMax?: number;
};

export type GuidedRun = {
  readonly executions: number;
  readonly ranMs: number;
  /** Different blocks of the code under test that ran. */
  readonly blocks: number;
  readonly faults: readonly Fault[];
  /** What reached blocks that no sample and nothing of the corpus did, each made shorter where it could be. */
  readonly found: readonly Bytes[];
  /** Most blocks that one input ran. */
  readonly workMax: number;
};

/** How often a block ran, roughly: once, twice, a few times, often. */
const roughly = (times: number) => 1 << Math.min(7, 31 - Math.clz32(times));

const BATCH = 64;

/** What was reached so far; a bit for each rough count of each block. */
function createReach() {
  const seen = new Map<number, number>();
  return {
    blocks: () => seen.size,
    /** Whether the last input reached a new block, or an old one a new number of times. */
    add(): { readonly block: boolean; readonly times: boolean } {
      let [block, times] = [false, false];
      blockCounts.each((number, count) => {
        const before = seen.get(number) ?? 0;
        if ((before & roughly(count)) !== 0) return;
        if (before === 0) block = true;
        times = true;
        seen.set(number, before | roughly(count));
      });
      return { block, times };
    },
  };
}

/** Which blocks the last input ran. */
function blocksRun(): Set<number> {
  const run = new Set<number>();
  blockCounts.each((block) => run.add(block));
  return run;
}

/** Leaves out what the input does not need to reach the same blocks. */
async function shorter(decoder: Decoder, input: Bytes): Promise<Bytes> {
  await faultOf(decoder, input);
  const needed = blocksRun();
  let kept = input;
  for (let size = kept.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= kept.length; ) {
      const without = Uint8Array.from([...kept.subarray(0, at), ...kept.subarray(at + size)]);
      const fault = await faultOf(decoder, without);
      const run = blocksRun();
      if (fault === undefined && [...needed].every((block) => run.has(block))) kept = without;
      else at += size;
    }
  }
  return kept;
}

/** The newest are changed most: they stand where nothing was before. */
function pickInput(queue: readonly Bytes[], chance: Seeded): Bytes {
  const newest = queue.slice(-8);
  return chance.pick(chance.chance(0.4) ? newest : queue);
}

export async function runGuided(decoder: Decoder, options: GuidedOptions): Promise<GuidedRun> {
  const { seed, executionsMax, corpus = [], isOver = () => false, faultsMax = 1 } = options;
  const chance = createSeeded(seed);
  const startedMs = Date.now();
  const reach = createReach();
  const faults: Fault[] = [];
  const found: Bytes[] = [];
  const queue: Bytes[] = [];
  let [executions, workMax] = [0, 0];

  async function take(input: Bytes): Promise<{ readonly block: boolean; readonly times: boolean }> {
    const what = await faultOf(decoder, input);
    executions++;
    workMax = Math.max(workMax, blockCounts.work());
    if (what !== undefined && faults.length < faultsMax) faults.push({ input, what });
    return reach.add();
  }

  for (const input of [...decoder.samples, ...corpus]) {
    await take(input);
    queue.push(input);
  }
  if (queue.length === 0) queue.push(new Uint8Array(1));
  while (executions < executionsMax && faults.length < faultsMax && !isOver()) {
    let last: Bytes = new Uint8Array(0);
    const what = await memoryFault(async () => {
      for (let i = 0; i < BATCH && faults.length < faultsMax; i++) {
        last = mutate(decoder.form, pickInput(queue, chance), chance, chance.pick(queue));
        const news = await take(last);
        if (news.times) queue.push(last);
        if (news.block && faults.length === 0) found.push(last);
      }
    });
    if (what !== undefined) faults.push({ input: last, what: `${what}, or one shortly before it` });
  }
  const ranMs = Date.now() - startedMs;
  const short = [];
  for (const input of found) short.push(await shorter(decoder, input));
  return { executions, ranMs, blocks: reach.blocks(), faults, found: short, workMax };
}

/** The few of these inputs that reach every block which any of them does and no sample did, shortest first. */
export async function fewest(decoder: Decoder, inputs: readonly Bytes[]): Promise<Bytes[]> {
  const reach = createReach();
  for (const sample of decoder.samples) {
    await faultOf(decoder, sample);
    reach.add();
  }
  const kept = [];
  for (const input of inputs.toSorted((a, b) => a.length - b.length)) {
    await faultOf(decoder, input);
    if (reach.add().block) kept.push(input);
  }
  return kept;
}
