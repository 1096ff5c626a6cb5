// Fuzzes our decoders: `npm run fuzz -- --seconds 60 --decoder order --seed 1`. Ends with 1 when one is at fault.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const load = (file, plugins = []) =>
  runnerImport(path.join(here, file), { configFile: false, plugins });
const { module: instrumenting } = await load('instrument.ts');
const { module: command } = await load('command.ts', [instrumenting.instrument()]);
process.exitCode = await command.fuzz({ args: process.argv.slice(2), here });
