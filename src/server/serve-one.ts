/** Owns a server of one process: database and front together, from start to stop. */
import { assertPortFree } from './free-port.ts';
import { greeting } from './greeting.ts';
import { createLineLog } from './log-lines.ts';
import { type MetricsServer, startMetricsServer } from './metrics/metrics-server.ts';
import { createServerFigures } from './metrics/server-figures.ts';
import { prepareDatabase } from './prepare-database.ts';
import { type Config, warningsOf } from './settings.ts';
import { once, stopOnSignal } from './stop-on-signal.ts';

export async function serveOne(config: Config): Promise<void> {
  const log = createLineLog(config.logLevel, process.stderr);
  for (const warning of warningsOf(config)) log.warn(warning);
  await assertPortFree(config.host, config.port);
  // Most of a start is loading modules, which can be done while the database comes up.
  const load = () => import('./front.ts');
  const { database, where, stop: stopDatabase } = await prepareDatabase(config, log, load);
  const { openFront } = await load();
  const front = await openFront({ config, database, log });
  let metrics: MetricsServer | undefined;
  const stop = once(async () => {
    await front.stop();
    await metrics?.stop();
    await stopDatabase();
  });
  stopOnSignal(stop, log);
  try {
    await front.listen();
    metrics = await startMetricsServer({
      host: config.metricsHost,
      port: config.metricsPort,
      log,
      collect: createServerFigures({
        database,
        log,
        askProcesses: async () => [{ labels: { process: '1' }, families: front.metrics() }],
        replaced: () => 0,
      }),
    });
  } catch (error) {
    await stop();
    throw error;
  }
  process.stdout.write(greeting(config, where));
}
