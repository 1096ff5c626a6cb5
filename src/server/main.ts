/** Starts the payment server: in this process alone, or in several that share its port and its database. */
import cluster from 'node:cluster';
import { environmentWith } from './command-arguments.ts';
import { StartRefused } from './free-port.ts';
import { type Config, readConfig } from './settings.ts';

function readConfigOrLeave(): Config {
  const environment = environmentWith(process.argv.slice(2), process.env);
  const config = environment.ok ? readConfig(environment.value) : environment;
  if (config.ok) {
    const isTerminal = process.stderr.isTTY && !process.env.LOG_LEVEL;
    return isTerminal ? { ...config.value, logLevel: 'warn' } : config.value;
  }
  process.stderr.write(
    `Counterfoil cannot start with these settings:\n${config.refusal.detail}\nnpm run config lists them all.\n`,
  );
  process.exit(2);
}

/** Each way of serving loads what it needs, and a start no more than that. */
async function serve(config: Config): Promise<void> {
  // Whoever reads our words may leave; payments go on.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  if (cluster.worker) {
    const { serveWorker } = await import('./serve-worker.ts');
    return serveWorker(config, cluster.worker);
  }
  if (config.processes > 1) return (await import('./serve-many.ts')).serveMany(config);
  return (await import('./serve-one.ts')).serveOne(config);
}

function saidOfFault(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

serve(readConfigOrLeave()).catch((error: unknown) => {
  const words = error instanceof StartRefused ? error.message : saidOfFault(error);
  process.stderr.write(`Counterfoil cannot start. ${words}\n`);
  process.exit(1);
});
