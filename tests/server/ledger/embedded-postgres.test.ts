import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '#ledger/embedded-postgres.ts';
import { findBinaries, locateNativeFolder } from '#ledger/postgres-binaries.ts';
import { chooseUser, spawnIdentity } from '#ledger/postgres-user.ts';
import { SILENT_LOG } from '../../support/test-database.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
if (!isRoot) {
  console.warn('SKIPPED: what the embedded database does when started as root (this is not root)');
}

let room: string;
let bundleFolder: string;
const running: EmbeddedPostgres[] = [];
const children: ReturnType<typeof spawn>[] = [];

beforeAll(async () => {
  bundleFolder = await mkdtemp(join(tmpdir(), 'cf-bundle-'));
  await chmod(bundleFolder, 0o755);
  await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: {
      ssr: join(import.meta.dirname, '../../support/database-process.ts'),
      outDir: bundleFolder,
      rolldownOptions: { output: { entryFileNames: 'database-process.mjs' } },
    },
  });
});
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'cf-room-'));
  await chmod(room, 0o755);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of running.splice(0)) await server.stop();
  await killWhoever(join(room, 'data/postgres/cluster'));
  await rm(room, { recursive: true, force: true });
});
afterAll(() => rm(bundleFolder, { recursive: true, force: true }));

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    dataDir: join(room, 'data'),
    spareFolder: join(room, 'spare'),
    log: SILENT_LOG,
    ...options,
  });
  running.push(server);
  return server;
}

type Said = { up?: boolean; adopted?: boolean; down?: boolean; refused?: string };

/** The same in another process: for killing it, or for another user. */
async function startElsewhere(options: { uid?: number; native?: string } = {}) {
  const { uid, native = locateNativeFolder() } = options;
  const child = spawn(
    process.execPath,
    [join(bundleFolder, 'database-process.mjs'), join(room, 'data'), native, join(room, 'spare')],
    { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/', ...(uid && { uid, gid: uid }) },
  );
  children.push(child);
  let text = '';
  const next = async (): Promise<Said> => {
    while (!text.includes('\n')) text += String((await once(child.stdout!, 'data'))[0]);
    const line = text.slice(0, text.indexOf('\n'));
    text = text.slice(line.length + 1);
    return JSON.parse(line) as Said;
  };
  const first = await next();
  return { child, first, next };
}

async function query<Row extends object>(server: EmbeddedPostgres, text: string): Promise<Row[]> {
  const client = new pg.Client(server.connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

async function pidOf(cluster: string): Promise<number> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '0');
  return Number(text.split('\n')[0]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(execFileSync('cat', [`/proc/${pid}/stat`], { stdio: 'pipe' }).toString());
  } catch {
    return false;
  }
}

async function waitUntil(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await delay(10);
}

async function killWhoever(cluster: string): Promise<void> {
  const pid = await pidOf(cluster);
  if (pid > 1 && pid !== process.pid && isAlive(pid)) {
    process.kill(pid, 'SIGQUIT');
    await waitUntil(() => !isAlive(pid));
  }
}

const SETTINGS = `SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages,
  current_setting('synchronous_commit') AS commits, current_setting('listen_addresses') AS tcp,
  current_setting('data_checksums') AS checksums, current_setting('server_encoding') AS encoding,
  current_setting('lc_collate', true) AS collation`;

test('what was stored is there after stop and start', async () => {
  const first = await start();
  expect(first.adopted).toBe(false);
  await query(first, 'CREATE TABLE kept (n integer); INSERT INTO kept VALUES (42)');
  await first.stop();
  expect(await pidOf(first.clusterFolder)).toBe(0);
  const second = await start();
  expect(await query(second, 'SELECT n FROM kept')).toEqual([{ n: 42 }]);
});

test('it is durable and has no TCP port, whatever its own configuration file says', async () => {
  const first = await start();
  await first.stop();
  const file = join(first.clusterFolder, 'postgresql.auto.conf');
  await writeFile(file, "fsync = off\nsynchronous_commit = off\nlisten_addresses = '*'\n");
  const server = await start();
  expect(await query(server, SETTINGS)).toMatchObject([
    { fsync: 'on', pages: 'on', commits: 'on', tcp: '', checksums: 'on', encoding: 'UTF8' },
  ]);
});

test('a server whose process was killed lives on, is adopted, and is stopped by its adopter', async () => {
  const { child, first } = await startElsewhere();
  expect(first).toMatchObject({ up: true, adopted: false });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const pid = await pidOf(join(room, 'data/postgres/cluster'));
  expect(isAlive(pid)).toBe(true);
  const server = await start();
  expect(server.adopted).toBe(true);
  expect(await pidOf(server.clusterFolder)).toBe(pid);
  await server.stop();
  expect(isAlive(pid)).toBe(false);
});

test('processes that start at once on an empty folder share one server; the last stops it', async () => {
  const [one, two, mine] = await Promise.all([startElsewhere(), startElsewhere(), start()]);
  expect(one.first.up && two.first.up).toBe(true);
  const adopted = [one.first.adopted, two.first.adopted, mine.adopted];
  expect(adopted.filter((value) => value === false)).toHaveLength(1);
  const pid = await pidOf(mine.clusterFolder);
  await query(mine, 'CREATE TABLE shared ()');
  for (const other of [one, two]) {
    other.child.stdin?.write('stop\n');
    expect(await other.next()).toEqual({ down: true });
    expect(isAlive(pid)).toBe(true);
  }
  await query(mine, 'SELECT * FROM shared');
  await mine.stop();
  expect(isAlive(pid)).toBe(false);
  expect(await readdir(join(room, 'data/postgres'))).not.toContainEqual(
    expect.stringContaining('draft'),
  );
});

test('a server that dies is started again, and nothing committed is lost', async () => {
  const server = await start();
  await query(server, 'CREATE TABLE kept (n integer); INSERT INTO kept VALUES (1)');
  const pid = await pidOf(server.clusterFolder);
  process.kill(pid, 'SIGKILL');
  await waitUntil(async () => {
    const now = await pidOf(server.clusterFolder);
    return now !== 0 && now !== pid;
  });
  await waitUntil(() =>
    query(server, 'SELECT n FROM kept').then(
      (rows) => rows.length === 1,
      () => false,
    ),
  );
  await server.stop();
  expect(await pidOf(server.clusterFolder)).toBe(0);
});

test('the mark of a process that has long been something else does not stop a start', async () => {
  const first = await start();
  await first.stop();
  const marks = [process.pid, 2 ** 22 - 3];
  const owner = await stat(first.clusterFolder);
  for (const pid of marks) {
    const socket = join(room, 'data/postgres/socket');
    const text = `${pid}\n${first.clusterFolder}\n1700000000\n5432\n${socket}\n\n  1 1\nready   \n`;
    for (const path of [
      join(first.clusterFolder, 'postmaster.pid'),
      join(socket, '.s.PGSQL.5432.lock'),
    ]) {
      await writeFile(path, text, { mode: 0o600 });
      await chown(path, owner.uid, owner.gid);
    }
    const again = await start();
    expect(again.adopted).toBe(false);
    await again.stop();
  }
});

/** PostgreSQL started on our folder by somebody else, with settings of their own. */
async function startForeign(cluster: string, settings: Record<string, string>): Promise<void> {
  const user = await chooseUser(cluster);
  const binaries = await findBinaries({
    native: locateNativeFolder(),
    user,
    linkFolder: join(room, 'links'),
    copiesFolder: join(room, 'spare'),
  });
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  spawn(binaries.postgres, ['-D', cluster, ...options], {
    cwd: '/',
    env: binaries.environment,
    stdio: 'ignore',
    ...spawnIdentity(user),
  });
  const ready = /^ready/m;
  await waitUntil(async () =>
    ready.test(await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')),
  );
}

test.each([
  ['keeps us out', { hba: 'local all all reject\n' }, 'does not let us in'],
  ['is not durable', { fsync: 'off' }, 'was not started by us'],
  [
    'has no socket',
    { unix_socket_directories: '', listen_addresses: '127.0.0.1', port: '54329' },
    'does not answer at any socket',
  ],
])('a foreign server that %s is left alone, and the start refused', async (_, how, words) => {
  const first = await start();
  await first.stop();
  const home = dirname(first.clusterFolder);
  const { hba, ...settings } = how as Record<string, string>;
  const hbaFile = join(home, 'foreign-hba.conf');
  await writeFile(hbaFile, hba ?? (await readFile(join(home, 'hba.conf'), 'utf8')));
  await startForeign(first.clusterFolder, {
    listen_addresses: '',
    unix_socket_directories: join(home, 'socket'),
    hba_file: hbaFile,
    ident_file: join(home, 'ident.conf'),
    ...settings,
  });
  const pid = await pidOf(first.clusterFolder);
  await expect(start()).rejects.toThrow(words);
  expect(isAlive(pid)).toBe(true);
});

test('a cluster of another major version is refused and not touched', async () => {
  const first = await start();
  await first.stop();
  await writeFile(join(first.clusterFolder, 'PG_VERSION'), '17\n');
  await expect(start()).rejects.toThrow('was made by PostgreSQL 17');
});

test('binaries that do not run are refused in words, with the way out', async () => {
  const native = join(room, 'native');
  await mkdir(join(native, 'bin'), { recursive: true });
  for (const name of ['postgres', 'initdb']) {
    await writeFile(join(native, 'bin', name), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
  }
  await expect(start({ nativeFolder: native })).rejects.toThrow('Set DATABASE_URL');
});

test('a data folder with a path too long for a socket gets its socket elsewhere, and is adopted there', async () => {
  const dataDir = join(room, 'a-long-name-'.repeat(8), 'data');
  const server = await start({ dataDir });
  expect(Buffer.byteLength(String(server.connection.host))).toBeLessThan(90);
  const second = await start({ dataDir });
  expect(second.adopted).toBe(true);
  expect(second.connection).toEqual(server.connection);
  await Promise.all([server.stop(), second.stop()]);
  await rm(String(server.connection.host), { recursive: true });
});

/** The package as npm leaves it when the script that makes its links was not allowed to run. */
async function copyWithoutLinks(): Promise<string> {
  const native = join(room, 'package', 'native');
  const source = locateNativeFolder();
  await cp(source, native, {
    recursive: true,
    filter: async (path) => !(await stat(path).then(() => path)).endsWith('.a'),
  });
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    target: string;
  }[];
  for (const { target } of links) await rm(join(room, 'package', target), { force: true });
  return native;
}

test('missing library links are made in place where that can be written', async () => {
  const nativeFolder = await copyWithoutLinks();
  const server = await start({ nativeFolder });
  expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(await readdir(join(nativeFolder, 'lib'))).toContain('libicuuc.so.60');
});

test.runIf(isRoot)(
  'missing library links are made beside the data where node_modules is read-only',
  async () => {
    const native = await copyWithoutLinks();
    await mkdir(join(room, 'data'));
    execFileSync('chown', [String(NOBODY), join(room, 'data')]);
    const { first, child, next } = await startElsewhere({ uid: NOBODY, native });
    expect(first).toMatchObject({ up: true });
    expect(await readdir(join(native, 'lib'))).not.toContain('libicuuc.so.60');
    expect(await readdir(join(room, 'data/postgres/libraries'))).toContain('libicuuc.so.60');
    child.stdin?.write('stop\n');
    expect(await next()).toEqual({ down: true });
  },
);

test.runIf(isRoot)(
  'started as root it runs as somebody unprivileged, whom others cannot reach',
  async () => {
    const server = await start();
    const pid = await pidOf(server.clusterFolder);
    expect((await stat(`/proc/${pid}`)).uid).not.toBe(0);
    const socketFolder = await stat(String(server.connection.host));
    expect(socketFolder.mode & 0o777).toBe(0o700);
    const user = await chooseUser(server.clusterFolder);
    const stranger = 54_321;
    expect(user.uid).not.toBe(stranger);
    const attempt = `require('node:net').connect('${server.connection.host}/.s.PGSQL.5432')
    .on('error', (e) => console.log(e.code)).on('connect', () => console.log('connected'))`;
    const said = execFileSync(process.execPath, ['-e', attempt], {
      uid: stranger,
      gid: stranger,
      cwd: '/',
    });
    expect(said.toString().trim()).toBe('EACCES');
  },
);

test.runIf(isRoot)(
  'as root in a closed folder the cluster goes where it can live, and is found again',
  async () => {
    await mkdir(join(room, 'closed'), { mode: 0o700 });
    const dataDir = join(room, 'closed', 'data');
    const first = await start({ dataDir });
    expect(first.clusterFolder.startsWith(join(room, 'spare'))).toBe(true);
    await query(first, 'CREATE TABLE kept ()');
    await first.stop();
    const second = await start({ dataDir });
    expect(second.clusterFolder).toBe(first.clusterFolder);
    await query(second, 'SELECT * FROM kept');
  },
);

test.runIf(isRoot)(
  'as root with binaries in a closed folder they are copied to where they can run',
  async () => {
    await mkdir(join(room, 'package'), { mode: 0o700 });
    const nativeFolder = await copyWithoutLinks();
    await chmod(join(room, 'package'), 0o700);
    const server = await start({ nativeFolder });
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await readdir(join(room, 'spare'))).toHaveLength(1);
  },
);

test.runIf(isRoot)(
  'a folder that another user’s database lives in is refused to everybody but root',
  async () => {
    const server = await start();
    await server.stop();
    const { first } = await startElsewhere({ uid: 54_321 });
    expect(first.refused).toMatch(/permission denied|belongs to another user/);
  },
);
