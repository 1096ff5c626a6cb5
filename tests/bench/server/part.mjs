// Runs one TypeScript part of the benchmark in a process of its own: `node part.mjs FILE.ts`. The part
// exports `answer(message)`; what it answers goes back to whoever sent the message.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const { module } = await runnerImport(path.join(here, process.argv[2]), { configFile: false });

process.on('message', async ({ id, message }) => {
  try {
    process.send({ id, value: await module.answer(message) });
  } catch (error) {
    process.send({ id, fault: error instanceof Error ? error.stack : String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
process.send({ ready: true });
