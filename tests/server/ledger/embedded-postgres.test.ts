import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findBinaries, locateNativeFolder } from '#ledger/postgres-binaries.ts';
import { isAlive } from '#ledger/postgres-process.ts';
import { chooseUser, spawnIdentity } from '#ledger/postgres-user.ts';
import {
  inRoom,
  lieReady,
  pidOf,
  query,
  start,
  startElsewhere,
  useDatabaseRoom,
  waitUntil,
} from '../../support/database-room.ts';

useDatabaseRoom();

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
  await lieReady();
  const { child, first } = await startElsewhere();
  expect(first).toMatchObject({ up: true, adopted: false });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const pid = await pidOf(inRoom('data/postgres/cluster'));
  expect(isAlive(pid)).toBe(true);
  const server = await start();
  expect(server.adopted).toBe(true);
  expect(await pidOf(server.clusterFolder)).toBe(pid);
  await server.stop();
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
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
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  expect(await readdir(inRoom('data/postgres'))).not.toContainEqual(
    expect.stringContaining('draft'),
  );
});

test('a server that dies is started again, and nothing committed is lost', async () => {
  await lieReady();
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
  await lieReady();
  const first = await start();
  await first.stop();
  const marks = [process.pid, 2 ** 22 - 3];
  const owner = await stat(first.clusterFolder);
  for (const pid of marks) {
    const socket = inRoom('data/postgres/socket');
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

test('a number that means another process here is left alone by whoever stops last', async () => {
  await lieReady();
  const elsewhere = await startElsewhere();
  const cluster = inRoom('data/postgres/cluster');
  const pid = await pidOf(cluster);
  // As a server in another container on the same folder looks from here.
  const bystander = spawn('sleep', ['600'], { stdio: 'ignore' });
  const mark = join(cluster, 'postmaster.pid');
  const text = await readFile(mark, 'utf8');
  await writeFile(mark, text.replace(/^\d+/, String(bystander.pid)));
  const adopter = await start();
  expect(adopter.adopted).toBe(true);
  elsewhere.child.kill('SIGKILL');
  await once(elsewhere.child, 'exit');
  await adopter.stop();
  expect(isAlive(Number(bystander.pid))).toBe(true);
  await writeFile(mark, text);
  bystander.kill();
  process.kill(pid, 'SIGQUIT');
  await waitUntil(() => !isAlive(pid));
});

/** PostgreSQL started on our folder by somebody else, with settings of their own. */
async function startForeign(cluster: string, settings: Record<string, string>): Promise<void> {
  const user = await chooseUser(cluster);
  const binaries = await findBinaries({
    native: locateNativeFolder(),
    user,
    linkFolder: inRoom('links'),
    copiesFolder: inRoom('spare'),
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
  await lieReady();
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
  await lieReady();
  const first = await start();
  await first.stop();
  await writeFile(join(first.clusterFolder, 'PG_VERSION'), '17\n');
  await expect(start()).rejects.toThrow('was made by PostgreSQL 17');
});

test('binaries that do not run are refused in words, with the way out', async () => {
  const native = inRoom('native');
  await mkdir(join(native, 'bin'), { recursive: true });
  for (const name of ['postgres', 'initdb']) {
    await writeFile(join(native, 'bin', name), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
  }
  await expect(start({ nativeFolder: native })).rejects.toThrow('Set DATABASE_URL');
});

test('a data folder with a path too long for a socket gets its socket elsewhere, and is adopted there', async () => {
  const dataDir = inRoom('a-long-name-'.repeat(8), 'data');
  const server = await start({ dataDir });
  expect(Buffer.byteLength(String(server.connection.host))).toBeLessThan(90);
  const second = await start({ dataDir });
  expect(second.adopted).toBe(true);
  expect(second.connection).toEqual(server.connection);
  await Promise.all([server.stop(), second.stop()]);
  await rm(String(server.connection.host), { recursive: true });
});
