// The guided run, short and with one seed: what was once kept is taken as it should be, and little changes of it.
import path from 'node:path';
import { runnerImport } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { instrument } from '../../fuzz/instrument.ts';
import { plantedFaults } from '../../fuzz/planted-faults.ts';

type UnderTest = typeof import('../../fuzz/under-test.ts');

const folder = path.join(import.meta.dirname, '../../fuzz');
let loaded: UnderTest;

beforeAll(async () => {
  const plugins = [instrument(/\/src\/|\/planted-faults\.ts$/)];
  const file = path.join(folder, 'under-test.ts');
  ({ module: loaded } = await runnerImport<UnderTest>(file, { configFile: false, plugins }));
});

describe('finds a fault behind four bytes that must be right', () => {
  it.each([0, 1, 2, 3, 4])('planted fault %i', async (index) => {
    const planted = loaded.plantedFaults[index];
    if (!planted) throw new RangeError('there is no such fault');
    const { faults } = await loaded.runGuided(planted, { seed: 1, executionsMax: 60_000 });
    expect(faults.map(({ what }) => what)).toEqual([expect.stringMatching(planted.says)]);
  });

  it('which is not found where nothing says what was reached', async () => {
    const [planted] = plantedFaults;
    if (!planted) throw new RangeError('there is no such fault');
    const { faults } = await loaded.runGuided(planted, { seed: 1, executionsMax: 60_000 });
    expect(faults).toEqual([]);
  });
});

describe('finds no fault of', () => {
  it('any decoder, in what was kept and in what is near it', async () => {
    const corpus = loaded.openCorpus(folder);
    const found: unknown[] = [];
    for (const decoder of loaded.decoders) {
      const kept = [...corpus.read('corpus', decoder.name), ...corpus.read('faults', decoder.name)];
      const executionsMax = decoder.samples.length + kept.length + 320;
      const run = await loaded.runGuided(decoder, { seed: 5, executionsMax, corpus: kept });
      expect(run.blocks, decoder.name).toBeGreaterThan(0);
      found.push(...run.faults.map(({ input, what }) => [decoder.name, what, toHex(input)]));
    }
    expect(found).toEqual([]);
  });
});

const toHex = (input: Uint8Array) => Buffer.from(input).toString('hex');
