// Measures everything that has a number: builds, runs each tests/bench/*.bench.ts, prints its table.
// Ends with 1 when a goal is missed. `--runs N` repeats (3); names of sections run those alone.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { ensureBuilt, readStamp } from '../../.build/ensure-built.mjs';
import { obtainChromium } from '../support/chromium.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const say = (line = '') => process.stdout.write(`${line}\n`);

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '3' } },
  allowPositionals: true,
});

const load = async (file) =>
  (await runnerImport(path.join(here, file), { configFile: false })).module;

const chromium = await obtainChromium(say);
Object.assign(process.env, chromium.env, { CHROME_PATH: chromium.path });
if (chromium.lacks.length > 0) process.env.CHROME_LACKS = chromium.lacks.join(',');
await ensureBuilt();
say(readStamp().said);

const { formatSection, isMissed } = await load('section.ts');
const benches = fs
  .readdirSync(here)
  .filter((file) => /\.bench\.(ts|mjs)$/.test(file))
  .filter((file) => positionals.length === 0 || positionals.includes(file.split('.')[0]));
const printed = [];
const missed = [];
for (const file of benches) {
  say(`\n# ${file}`);
  try {
    const { measure } = await load(file);
    const section = await measure({ runs: Number(values.runs) });
    const table = formatSection(section);
    say(`\n${table}`);
    printed.push(table);
    missed.push(...section.lines.filter(isMissed).map((line) => line.what));
  } catch (error) {
    say(error.stack);
    missed.push(`${file} did not end`);
  }
}

say(`\n# All numbers\n\n${printed.join('\n\n')}`);
for (const what of missed) say(`MISSED: ${what}`);
process.exitCode = missed.length === 0 ? 0 : 1;
