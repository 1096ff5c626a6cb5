/** Owns PostgreSQL servers as people run them: no supervisor of ours, found by an address and a password. */
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Binaries, findBinaries, locateNativeFolder } from '#ledger/postgres-binaries.ts';
import { chooseUser, type SystemUser, spawnIdentity } from '#ledger/postgres-user.ts';

const run = promisify(execFile);
const USER = 'owner';
const STARTS_MAX = 3;
const START_TIMEOUT_MS = 60_000;

export type PlainPostgres = {
  /** As DATABASE_URL has it. */
  readonly url: string;
  /** The same without network and password, for those who can enter its folder: its user and root. */
  readonly socketUrl: string;
  stop(): Promise<void>;
};

export async function npmBinaries(): Promise<Binaries> {
  const user = await chooseUser(join(tmpdir(), 'none'));
  const copiesFolder = join(tmpdir(), 'counterfoil-tests-spare');
  const linkFolder = join(tmpdir(), 'counterfoil-tests-libraries');
  return findBinaries({ native: locateNativeFolder(), user, linkFolder, copiesFolder });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

type Place = { readonly folder: string; readonly user: SystemUser; readonly password: string };

async function makeCluster(binaries: Binaries): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'cf-plain-'));
  // As root another user than us runs it: nobody else owns the temporary folder's contents.
  const user = await chooseUser(join(folder, 'none'));
  const password = randomUUID();
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (!user.self) {
    await chown(folder, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  await chmod(folder, 0o700);
  const access = ['--auth-host', 'scram-sha-256', '--auth-local', 'trust'];
  const options = ['--username', USER, ...access, '--pwfile', passwordFile];
  await run(
    binaries.initdb,
    ['-D', join(folder, 'cluster'), ...options, '-E', 'UTF8', '--no-locale', '--no-sync'],
    { env: binaries.environment, cwd: '/', ...spawnIdentity(user) },
  );
  return { folder, user, password };
}

async function launch(
  binaries: Binaries,
  { folder, user, password }: Place,
  settings: Readonly<Record<string, string>>,
): Promise<PlainPostgres | undefined> {
  const port = await freePort();
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    // What is asked here is what statements mean. Power cuts have tests of their own.
    fsync: 'off',
    max_connections: '200',
    ...settings,
  };
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(binaries.postgres, ['-D', join(folder, 'cluster'), ...options], {
    cwd: '/',
    env: binaries.environment,
    stdio: 'ignore',
    ...spawnIdentity(user),
  });
  const exited = new Promise<void>((resolve) => {
    child.on('exit', () => resolve());
    child.on('error', () => resolve());
  });
  const url = `postgresql://${USER}:${password}@127.0.0.1:${port}/postgres`;
  const socketUrl = `postgresql://${USER}@localhost:${port}/postgres?host=${folder}`;
  const stop = async () => {
    child.kill('SIGINT');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadlineMs) {
    if (await answers(url)) return { url, socketUrl, stop };
    await delay(20);
  }
  child.kill('SIGQUIT');
  await exited;
  return undefined;
}

/** A new server with nothing in it, which `stop` takes away again. */
export async function startPlainPostgres(
  binaries: Binaries,
  settings: Readonly<Record<string, string>> = {},
): Promise<PlainPostgres> {
  const place = await makeCluster(binaries);
  // Somebody else may take the free port a moment before we do.
  for (let start = 1; start <= STARTS_MAX; start++) {
    const server = await launch(binaries, place, settings);
    if (server) return server;
  }
  await rm(place.folder, { recursive: true, force: true });
  throw new Error(`${binaries.postgres} does not start as an ordinary server`);
}
