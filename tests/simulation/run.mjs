// Runs the simulator for as long as wanted: `npm run simulate -- --help`. Ends with 1 when anything broke.
// Started again by itself for each core, as what runs the seeds that it is told.
import 'fake-indexeddb/auto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const self = fileURLToPath(import.meta.url);
const isCrew = process.send !== undefined;
const entry = path.join(path.dirname(self), isCrew ? 'crew.ts' : 'command-line.ts');
const { module } = await runnerImport(entry, { configFile: false });
if (isCrew) {
  await module.serve();
} else {
  process.exitCode = await module.runSimulations(process.argv.slice(2), self);
}
process.exit();
