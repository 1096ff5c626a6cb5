// A simulator that finds nothing proves nothing: here it runs code that is known to be wrong, one bug at a
// time. `PLANTED_SEEDS=n` gives each bug that many worlds, `PLANTED=text` hunts those that are called so.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';
import { SEEDS } from '../seeds.ts';
import { type Hunted, huntAll, seedsThatNoticed, tableOf } from './hunts.ts';
import { edited } from './plant.ts';
import type { PlantedBug } from './planted-bug.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';

const { PLANTED_SEEDS = '8', PLANTED = '' } = process.env;
const seeds = Array.from({ length: Number(PLANTED_SEEDS) }, (_, i) => i + 1);
const bugs = PLANTED_BUGS.filter(({ name }) => name.includes(PLANTED));
/** Of the other core the rest of the simulation makes use. */
const THREADS = 2;
/** All of these worlds run elsewhere with the code as it is; a few show that planting alone breaks nothing. */
const CONTROLS = 3;
const ALL_MS_MAX = 600_000;

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What only the harness may know. */
const NO_BUG: PlantedBug = { name: 'no bug at all', rule: 'none', edits: [] };

let cluster: TestCluster;
let hunted: readonly Hunted[] = [];

const resultOf = (bug: PlantedBug) => hunted.find((each) => each.bug === bug)?.result;

describe('every planted bug fits the code as it is', () => {
  test.each(PLANTED_BUGS)('$name', ({ edits }) => {
    expect(edits.length).toBeGreaterThan(0);
    for (const file of new Set(edits.map((edit) => edit.file))) {
      const text = fs.readFileSync(path.join(root, file), 'utf8');
      const here = edits.filter((edit) => edit.file === file);
      expect(edited(text, here)).not.toBe(text);
    }
  });

  test('no two are called the same', () => {
    expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length);
  });
});

describe(`the simulator notices, within ${seeds.length} seeds,`, () => {
  beforeAll(async () => {
    cluster = await startTestCluster();
    const options = { cluster, seeds, threads: THREADS };
    const caught = await huntAll(bugs, options);
    const some = seedsThatNoticed(caught).slice(0, CONTROLS);
    const control = await huntAll([NO_BUG], { ...options, seeds: some });
    hunted = [...caught, ...control];
    process.stdout.write(`\n${tableOf(hunted)}\n`);
  }, ALL_MS_MAX);

  afterAll(async () => {
    await cluster?.stop();
  });

  test.each(bugs)('$rule: $name', (bug) => {
    expect(resultOf(bug)).toMatchObject({ kind: 'caught' });
  });

  test('and nothing in such worlds where no bug is planted', () => {
    expect(resultOf(NO_BUG)).toEqual({ kind: 'survived' });
  });

  test('in worlds that the check runs without a bug, too', () => {
    expect(Math.max(...seedsThatNoticed(hunted))).toBeLessThanOrEqual(SEEDS);
  });
});
