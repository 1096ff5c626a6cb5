/** A program of its own that keeps an embedded database, so that tests can kill it or run it as somebody else. */
import { createInterface } from 'node:readline';
import { startEmbeddedPostgres } from '#ledger/embedded-postgres.ts';

const [dataDir = '', nativeFolder = '', spareFolder = ''] = process.argv.slice(2);
const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

try {
  const server = await startEmbeddedPostgres({
    dataDir,
    log: { info: () => undefined, warn: (warning) => say({ warning }) },
    ...(nativeFolder && { nativeFolder }),
    ...(spareFolder && { spareFolder }),
  });
  say({ up: true, adopted: server.adopted, connection: server.connection });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== 'stop') continue;
    await server.stop();
    say({ down: true });
    process.exit(0);
  }
} catch (error) {
  say({ refused: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
