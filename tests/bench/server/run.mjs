// Measures the payment server against what the machine can do: `npm run bench:server -- --help`.
// Ends with 1 when a goal is missed.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { dist, ensureBuilt } from '../../../.build/ensure-built.mjs';

// Ended from outside, it still ends what it started: whoever hears `exit` stops its own.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

const here = path.dirname(fileURLToPath(import.meta.url));
const { module } = await runnerImport(path.join(here, 'server-bench.ts'), { configFile: false });
await ensureBuilt();
try {
  process.exitCode = await module.runBench({ args: process.argv.slice(2), here, dist });
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
}
process.exit();
