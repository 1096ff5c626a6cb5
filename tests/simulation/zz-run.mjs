// Runs the simulator for as long as wanted: `npm run simulate -- --help`. Ends with 1 when anything broke.
// Started again by itself for each core, as what runs the seeds that it is told.
import 'fake-indexeddb/auto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const self = fileURLToPath(import.meta.url);
const isCrew = process.send !== undefined;
const entry = path.join(path.dirname(self), isCrew ? 'crew.ts' : 'zz-hunt.ts');
// It stays open, since the server loads some of itself when it is first needed.
const vite = await createServer({
  configFile: false,
  root: path.join(path.dirname(self), '../..'),
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const module = await vite.ssrLoadModule(entry);
if (isCrew) {
  await module.serve();
} else {
  process.exitCode = await module.runSimulations(process.argv.slice(2), self);
}
process.exit();
