// What instrumented code counts while one input is decoded: which blocks ran, how often, and how many in all.

/** An input made the decoder run on: that is a fault of the decoder, found without a clock. */
export class RunsOn extends Error {
  override readonly name = 'RunsOn';
}

const BLOCKS_MAX = 1 << 15;

export type BlockCounts = {
  /** Called by the code under test. */
  readonly hit: (block: number) => void;
  /** Begins an input that may run so many blocks. */
  readonly begin: (workMax: number) => void;
  /** So many blocks were run since. */
  readonly work: () => number;
  /** Visits the blocks that were run since, in the order in which each was first run. */
  readonly each: (visit: (block: number, times: number) => void) => void;
};

function createBlockCounts(): BlockCounts {
  const times = new Uint32Array(BLOCKS_MAX);
  const touched = new Uint16Array(BLOCKS_MAX);
  let touchedCount = 0;
  let work = 0;
  let limit = Number.POSITIVE_INFINITY;
  return {
    hit(block) {
      const before = times[block] ?? 0;
      if (before === 0) touched[touchedCount++] = block;
      times[block] = before + 1;
      // A decoder that catches it is told again by its next block.
      if (++work > limit) throw new RunsOn(`more than ${limit} blocks`);
    },
    begin(workMax) {
      for (let i = 0; i < touchedCount; i++) times[touched[i] ?? 0] = 0;
      touchedCount = 0;
      work = 0;
      limit = workMax;
    },
    work: () => work,
    each(visit) {
      for (let i = 0; i < touchedCount; i++) {
        const block = touched[i] ?? 0;
        visit(block, times[block] ?? 0);
      }
    },
  };
}

declare global {
  var counterfoilBlocks: BlockCounts | undefined;
}

/** One for the process, since code under test may be loaded more than once. */
globalThis.counterfoilBlocks ??= createBlockCounts();
export const blockCounts: BlockCounts = globalThis.counterfoilBlocks;
