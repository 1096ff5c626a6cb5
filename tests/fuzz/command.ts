// Fuzzing by hand: each decoder for its share of the time, what is found written down.
import { parseArgs } from 'node:util';
import { type Corpus, openCorpus } from './corpus.ts';
import type { Decoder } from './decoder.ts';
import { decoders } from './decoders.ts';
import { fewest, runGuided } from './guided.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

async function fuzzOne(decoder: Decoder, corpus: Corpus, seconds: number, seed: number) {
  const startedMs = Date.now();
  const before = corpus.read('corpus', decoder.name);
  const faulty = corpus.read('faults', decoder.name);
  const run = await runGuided(decoder, {
    seed,
    executionsMax: Number.POSITIVE_INFINITY,
    corpus: [...before, ...faulty],
    isOver: () => Date.now() - startedMs > seconds * 1000,
  });
  const perSecond = Math.round((run.executions * 1000) / run.ranMs);
  const kept = await fewest(decoder, [...before, ...run.found]);
  corpus.write('corpus', decoder.name, kept);
  say(
    `${decoder.name.padEnd(24)} ${String(run.executions).padStart(9)} inputs ${String(perSecond).padStart(7)}/s ` +
      `${String(run.blocks).padStart(5)} blocks ${String(run.workMax).padStart(8)} work ${String(run.found.length).padStart(3)} new, ${kept.length} kept`,
  );
  corpus.write('faults', decoder.name, [...faulty, ...run.faults.map(({ input }) => input)]);
  for (const { input, what } of run.faults) {
    say(`FAULT of ${decoder.name}: ${what}\n  ${Buffer.from(input).toString('hex')}`);
  }
  return run.faults.length === 0;
}

export async function fuzz(asked: {
  readonly args: readonly string[];
  readonly here: string;
}): Promise<number> {
  const { values } = parseArgs({
    args: [...asked.args],
    options: {
      seconds: { type: 'string', default: '60' },
      decoder: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    },
  });
  const chosen = decoders.filter(
    ({ name }) => values.decoder === undefined || name === values.decoder,
  );
  if (chosen.length === 0) {
    say(`There is no such decoder. There are: ${decoders.map(({ name }) => name).join(', ')}`);
    return 1;
  }
  const corpus = openCorpus(asked.here);
  const seconds = Number(values.seconds) / chosen.length;
  say(`Seed ${values.seed}; ${seconds.toFixed(1)} s for each of ${chosen.length} decoders.`);
  let sound = true;
  for (const decoder of chosen) {
    sound = (await fuzzOne(decoder, corpus, seconds, Number(values.seed))) && sound;
  }
  return sound ? 0 : 1;
}
