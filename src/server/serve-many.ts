/** Owns a server of several processes: this one keeps the database and the workers, and serves nobody itself. */
import { createCrew } from './crew.ts';
import { assertPortFree } from './free-port.ts';
import { greeting } from './greeting.ts';
import { createLineLog } from './log-lines.ts';
import { askWorkers } from './metrics/ask-workers.ts';
import { type MetricsServer, startMetricsServer } from './metrics/metrics-server.ts';
import { createServerFigures } from './metrics/server-figures.ts';
import { prepareDatabase } from './prepare-database.ts';
import { type Config, warningsOf } from './settings.ts';
import { FIRST_PROCESS_CONNECTIONS_MAX } from './share-of-process.ts';
import { once, stopOnSignal } from './stop-on-signal.ts';

export async function serveMany(config: Config): Promise<void> {
  const log = createLineLog(config.logLevel, process.stderr);
  for (const warning of warningsOf(config)) log.warn(warning);
  await assertPortFree(config.host, config.port);
  const own = { ...config, databaseConnectionsMax: FIRST_PROCESS_CONNECTIONS_MAX };
  const { database, connection, where, stop: stopDatabase } = await prepareDatabase(own, log);
  const crew = createCrew({
    size: config.processes,
    begin: { kind: 'begin', connection },
    stopTimeoutMs: config.shutdownTimeoutMs,
    log,
  });
  let metrics: MetricsServer | undefined;
  const stop = once(async () => {
    await crew.stop();
    await metrics?.stop();
    await stopDatabase();
  });
  stopOnSignal(stop, log);
  try {
    await crew.start();
    metrics = await startMetricsServer({
      host: config.metricsHost,
      port: config.metricsPort,
      log,
      collect: createServerFigures({
        database,
        log,
        askProcesses: () => askWorkers(crew.members()),
        replaced: crew.replaced,
      }),
    });
  } catch (error) {
    await stop();
    throw error;
  }
  process.stdout.write(greeting(config, where));
}
