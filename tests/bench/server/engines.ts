/** Owns the database servers that are measured: ours, and a PostgreSQL that somebody else would run. */
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '#ledger/embedded-postgres.ts';
import { findBinaries, locateNativeFolder } from '#ledger/postgres-binaries.ts';
import { chooseUser, spawnIdentity } from '#ledger/postgres-user.ts';

export type EngineName = 'embedded' | 'postgresql';

export type Engine = {
  readonly name: EngineName;
  /** For people: which release. */
  readonly said: string;
  readonly connection: pg.PoolConfig;
  /** What tells a server to use it. */
  readonly environment: Readonly<Record<string, string>>;
  postmaster(): number;
  /** A folder on the disk that it writes to. */
  readonly folder: string;
  stop(): Promise<void>;
};

const run = promisify(execFile);
const SILENT = { info: () => undefined, warn: () => undefined };
const START_TIMEOUT_MS = 30_000;

const postmasterOf = (cluster: string) =>
  Number(fs.readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);

async function versionOf(connection: pg.PoolConfig): Promise<string> {
  const client = new pg.Client(connection);
  await client.connect();
  const { rows } = await client.query<{ version: string; fsync: string }>(
    "SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync",
  );
  await client.end();
  if (rows[0]?.fsync !== 'on') throw new Error('this database is not durable');
  return `PostgreSQL ${rows[0].version}`;
}

export async function startEmbedded(cacheDir: string): Promise<Engine> {
  // Of its own for each run, since two at once would empty each other's ledger.
  const dataDir = fs.mkdtempSync(path.join(cacheDir, 'embedded-'));
  fs.chmodSync(dataDir, 0o711);
  const remove = () => fs.rmSync(dataDir, { recursive: true, force: true });
  process.on('exit', remove);
  const server = await startEmbeddedPostgres({ dataDir, log: SILENT });
  return {
    name: 'embedded',
    said: `embedded ${await versionOf(server.connection)}`,
    connection: server.connection,
    environment: { DATA_DIR: dataDir },
    postmaster: () => postmasterOf(server.clusterFolder),
    folder: cacheDir,
    stop: () => server.stop(),
  };
}

type Programs = { postgres: string; initdb: string; environment: Readonly<Record<string, string>> };

/** Debian's when it is installed, since that is what people run; else npm's under default settings. */
async function findPrograms(cacheDir: string, home: string): Promise<Programs> {
  const root = '/usr/lib/postgresql';
  const [newest] = (fs.existsSync(root) ? fs.readdirSync(root) : [])
    .filter((name) => fs.existsSync(path.join(root, name, 'bin/initdb')))
    .sort((a, b) => Number(b) - Number(a));
  if (newest === undefined) {
    return findBinaries({
      native: locateNativeFolder(),
      user: await chooseUser(home),
      linkFolder: path.join(cacheDir, 'libraries'),
      copiesFolder: cacheDir,
    });
  }
  const bin = path.join(root, newest, 'bin');
  return {
    postgres: path.join(bin, 'postgres'),
    initdb: path.join(bin, 'initdb'),
    environment: { LC_ALL: 'C', PATH: process.env.PATH ?? '' },
  };
}

/** All settings are PostgreSQL's own: who runs a real one may tune it better. */
export async function startPostgresql(cacheDir: string): Promise<Engine> {
  const home = fs.mkdtempSync(path.join(cacheDir, 'server-'));
  const user = await chooseUser(path.join(home, 'none'));
  if (!user.self) fs.chownSync(home, user.uid, user.gid);
  const { postgres, initdb, environment } = await findPrograms(cacheDir, home);
  const cluster = path.join(home, 'cluster');
  const identity = { cwd: '/', env: { ...environment }, ...spawnIdentity(user) };
  const options = ['-U', 'counterfoil', '-A', 'trust', '--no-locale', '-E', 'UTF8'];
  await run(initdb, ['-D', cluster, ...options], identity);
  const log = fs.openSync(path.join(home, 'log'), 'a');
  const child = spawn(postgres, ['-D', cluster, '-k', home, '-c', 'listen_addresses='], {
    ...identity,
    stdio: ['ignore', log, log],
  });
  const leave = () => child.kill('SIGINT');
  process.on('exit', leave);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const connection = { host: home, user: 'counterfoil', database: 'counterfoil' };
  const stop = async () => {
    child.kill('SIGINT');
    await exited;
    process.off('exit', leave);
    fs.closeSync(log);
    fs.rmSync(home, { recursive: true, force: true });
  };
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const admin = new pg.Client({ ...connection, database: 'postgres' });
    try {
      await admin.connect();
      await admin.query('CREATE DATABASE counterfoil');
      await admin.end();
      break;
    } catch (cause) {
      await admin.end().catch(() => undefined);
      if (child.exitCode !== null || Date.now() > deadlineMs) {
        await stop();
        throw new Error('PostgreSQL did not start', { cause });
      }
      await sleep(50);
    }
  }
  const address = `postgresql://counterfoil@localhost/counterfoil?host=${encodeURIComponent(home)}`;
  return {
    name: 'postgresql',
    said: `${await versionOf(connection)} (${path.dirname(postgres)})`,
    connection,
    environment: { DATABASE_URL: address, SANDBOX: 'true' },
    postmaster: () => child.pid ?? 0,
    folder: cacheDir,
    stop,
  };
}
