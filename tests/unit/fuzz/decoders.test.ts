// Every decoder of ours on any bytes and on samples changed a little, without looking at what they reach.
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '#protocol/bytes.ts';
import { openCorpus } from '../../fuzz/corpus.ts';
import type { Decoder } from '../../fuzz/decoder.ts';
import { decoders } from '../../fuzz/decoders.ts';
import { faultOf } from '../../fuzz/judge.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { createSeeded } from '../../simulation/seeded.ts';

const corpus = openCorpus(path.join(import.meta.dirname, '../../fuzz'));

function anyInput({ form, samples }: Decoder): fc.Arbitrary<Bytes> {
  const sample = fc.constantFrom(...samples);
  const changed = fc
    .tuple(sample, sample, fc.nat())
    .map(([input, other, seed]) => mutate(form, input, createSeeded(seed), other));
  const anything = fc.uint8Array({ maxLength: 300 }).map((bytes) => bytes.slice());
  return fc.oneof({ weight: 3, arbitrary: changed }, { weight: 1, arbitrary: anything });
}

describe('refuses by a value, takes one writing, and costs what its input is worth', () => {
  it.each(decoders.map((decoder) => [decoder.name, decoder] as const))('%s', async (_, decoder) => {
    await fc.assert(
      fc.asyncProperty(anyInput(decoder), async (input) => {
        expect(await faultOf(decoder, input)).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });
});

describe('the list', () => {
  it('names each decoder once, with something to begin with', () => {
    const names = decoders.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(decoders.filter(({ samples }) => samples.length === 0)).toEqual([]);
  });

  it('takes at least one sample by each of them, or their insides were never looked at', async () => {
    const refusing = [];
    for (const { name, samples, decode } of decoders) {
      const answers = await Promise.all(samples.map((sample) => decode(sample)));
      if (answers.every((answer) => answer === undefined)) refusing.push(name);
    }
    expect(refusing).toEqual([]);
  });

  it('has a decoder for every file of inputs', () => {
    const names = decoders.map(({ name }) => name);
    const files = [...corpus.names('corpus'), ...corpus.names('faults')];
    expect(files.filter((name) => !names.includes(name))).toEqual([]);
    expect(files.length).toBeGreaterThan(decoders.length / 2);
  });
});
