/** Owns what one process serves: services and HTTP over a database that is open and up to date. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from '#ledger/database.ts';
import { createApp } from './app.ts';
import { StartRefused, saidOfListening } from './free-port.ts';
import type { LineLog } from './log-lines.ts';
import { gaugeProcess } from './metrics/process-gauges.ts';
import { createRegistry, type Family } from './metrics/registry.ts';
import { gaugeServices } from './metrics/service-gauges.ts';
import { countSettlement } from './metrics/settlement-counts.ts';
import { NO_METER } from './payments/settlement-meter.ts';
import { systemClock, systemRandom } from './ports.ts';
import { createServices } from './services.ts';
import type { Config } from './settings.ts';

/** Where the build puts things, as seen from the built server. */
const BUILT = path.dirname(fileURLToPath(import.meta.url));
const BUILT_WALLET = path.join(BUILT, '../public');
const VERIFY_THREAD = path.join(BUILT, 'verify-thread.js');

export type Front = {
  /** Throws `StartRefused`. */
  listen(): Promise<void>;
  /** What is counted in this process; nothing when nobody may ask. */
  metrics(): Family[];
  /** Lets requests end, for as long as the settings say. The database stays open. */
  stop(): Promise<void>;
};

export type FrontParts = {
  readonly config: Config;
  readonly database: Database;
  readonly log: LineLog;
};

export async function openFront({ config, database, log }: FrontParts): Promise<Front> {
  const registry = config.metricsPort === undefined ? undefined : createRegistry();
  const services = createServices({
    config,
    database,
    clock: systemClock,
    random: systemRandom,
    verifyThread: VERIFY_THREAD,
    onFault: (what, cause) => log.error(what, cause),
    meter: registry ? countSettlement(registry) : NO_METER,
  });
  if (registry) {
    gaugeServices(registry, services);
    gaugeProcess(registry);
  }
  const publicDir = config.publicDir === undefined ? BUILT_WALLET : path.resolve(config.publicDir);
  const app = await createApp({ ...services, publicDir, logTo: process.stderr, registry });
  const { host, port } = config;
  return {
    async listen() {
      try {
        await app.listen({ host, port });
      } catch (cause) {
        const words = saidOfListening(cause as NodeJS.ErrnoException, host, port);
        throw new StartRefused(words, { cause });
      }
    },
    metrics: () => registry?.collect() ?? [],
    async stop() {
      const late = setTimeout(() => app.server.closeAllConnections(), config.shutdownTimeoutMs);
      await app.close();
      clearTimeout(late);
      await services.stop();
    },
  };
}
