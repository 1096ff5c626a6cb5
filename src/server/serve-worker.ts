/** Owns one of several processes: it serves on the shared port with what the first process tells it. */
import type { Worker } from 'node:cluster';
import type { PoolConfig } from 'pg';
import { openDatabase } from '#ledger/database.ts';
import { type Front, openFront } from './front.ts';
import { createLineLog } from './log-lines.ts';
import type { ToPrimary, ToWorker } from './process-messages.ts';
import type { Config } from './settings.ts';
import { shareOfProcess } from './share-of-process.ts';
import { leaveAfter } from './stop-on-signal.ts';

function tell(message: ToPrimary): Promise<void> {
  return new Promise((resolve) => {
    if (process.send && process.connected) process.send(message, () => resolve());
    else resolve();
  });
}

export async function serveWorker(whole: Config, self: Worker): Promise<void> {
  const config = shareOfProcess(whole);
  const log = createLineLog(config.logLevel, process.stderr);
  let front: Front | undefined;
  let isStopping = false;

  function stopAndLeave(): void {
    if (isStopping) return;
    isStopping = true;
    leaveAfter(async () => front?.stop(), log);
  }

  // Ctrl+C reaches every process of a terminal; the first one says when to stop.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', stopAndLeave);
  self.on('disconnect', () => {
    // Node would end a worker whose first process is gone at once; what has begun is ended first.
    self.exitedAfterDisconnect = true;
    stopAndLeave();
  });

  async function begin(connection: PoolConfig): Promise<void> {
    const database = openDatabase({ ...connection, max: config.databaseConnectionsMax }, { log });
    const opened = await openFront({ config, database, log });
    front = {
      ...opened,
      async stop() {
        await opened.stop();
        await database.close();
      },
    };
    if (isStopping) return;
    await front.listen();
    await tell({ kind: 'ready' });
  }

  process.on('message', (message: ToWorker) => {
    if (message.kind === 'stop') stopAndLeave();
    if (message.kind === 'metrics' && front) {
      void tell({ kind: 'metrics', ask: message.ask, families: front.metrics() });
    }
    if (message.kind !== 'begin') return;
    begin(message.connection).catch(async (error: unknown) => {
      log.error('a worker cannot start', error);
      const words = error instanceof Error ? error.message : String(error);
      await tell({ kind: 'cannot', words });
      process.exit(1);
    });
  });
  await tell({ kind: 'awake' });
}
