// Builds and runs settlement-cost.ts; node options such as --cpu-prof come before `--`.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const outDir = path.join(here, '../../../node_modules/.cache/settlement-cost');
await build({
  configFile: false,
  logLevel: 'error',
  build: {
    ssr: path.join(here, 'settlement-cost.ts'),
    outDir,
    minify: false,
    rollupOptions: { output: { entryFileNames: 'settlement-cost.js' } },
  },
});
const at = process.argv.indexOf('--');
const nodeOptions = at < 0 ? [] : process.argv.slice(2, at);
const rest = process.argv.slice(at < 0 ? 2 : at + 1);
spawnSync(
  'node',
  ['--expose-gc', ...nodeOptions, path.join(outDir, 'settlement-cost.js'), ...rest],
  { stdio: 'inherit' },
);
