/** Owns a PostgreSQL server that tests stop, kill and start again on the same data. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { type Binaries, findBinaries, locateNativeFolder } from '#ledger/postgres-binaries.ts';
import {
  createClusterOnce,
  DATABASE_USER,
  type PostgresFolder,
  prepareFolder,
} from '#ledger/postgres-folder.ts';
import { spawnIdentity } from '#ledger/postgres-user.ts';

export type RestartablePostgres = {
  readonly connection: pg.PoolConfig & { readonly host: string; readonly database: string };
  /** For `DATABASE_URL`. */
  readonly url: string;
  start(): Promise<void>;
  /** `fast` ends sessions and writes a checkpoint; `immediate` recovers at the next start. */
  restart(mode: 'fast' | 'immediate'): Promise<void>;
  /** The postmaster, without a word; its children follow. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

const START_TRIES = 100;
const PAUSE_MS = 50;

/** Where its user may write. */
const logOf = (cluster: string) => join(cluster, 'restartable.log');

async function control(
  { cluster, user }: PostgresFolder,
  { postgres, environment }: Binaries,
  args: readonly string[],
): Promise<boolean> {
  const program = join(dirname(postgres), 'pg_ctl');
  const child = spawn(program, ['-D', cluster, '-w', '-s', '-l', logOf(cluster), ...args], {
    env: environment,
    cwd: '/',
    stdio: 'ignore',
    ...spawnIdentity(user),
  });
  const [code] = await once(child, 'exit');
  return code === 0;
}

export async function startRestartablePostgres(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RestartablePostgres> {
  const folder = await prepareFolder(dataDir, join(dataDir, 'spare'));
  const binaries = await findBinaries({
    native: locateNativeFolder(),
    user: folder.user,
    linkFolder: join(folder.home, 'libraries'),
    copiesFolder: folder.home,
  });
  await createClusterOnce(folder, binaries);
  const options = Object.entries({
    listen_addresses: '',
    unix_socket_directories: folder.socketFolder,
    hba_file: folder.hbaFile,
    ident_file: folder.identFile,
    ...settings,
  }).map(([name, value]) => `-c ${name}='${value}'`);
  const starting = ['-o', options.join(' ')];

  async function start(): Promise<void> {
    // Children of one that was killed hold its shared memory for a moment.
    for (let tried = 0; tried < START_TRIES; tried++) {
      if (await control(folder, binaries, [...starting, 'start'])) return;
      await delay(PAUSE_MS);
    }
    const log = await readFile(logOf(folder.cluster), 'utf8').catch(() => '');
    throw new Error(`PostgreSQL does not start:\n${log.slice(-2000)}`);
  }

  await start();
  const host = folder.socketFolder;
  return {
    connection: { host, user: DATABASE_USER, database: 'postgres', port: 5432 },
    url: `postgresql://${DATABASE_USER}@localhost:5432/postgres?host=${host}`,
    start,
    async restart(mode) {
      await control(folder, binaries, ['-m', mode, 'stop']);
      await start();
    },
    async kill() {
      const text = await readFile(join(folder.cluster, 'postmaster.pid'), 'utf8').catch(() => '');
      const pid = Number(text.split('\n')[0]);
      if (pid > 1) process.kill(pid, 'SIGKILL');
    },
    stop: async () => {
      await control(folder, binaries, ['-m', 'immediate', 'stop']);
    },
  };
}
