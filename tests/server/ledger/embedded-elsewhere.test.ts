import { execFileSync } from 'node:child_process';
import { chmod, chown, cp, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { locateNativeFolder } from '#ledger/postgres-binaries.ts';
import { prepareFolder } from '#ledger/postgres-folder.ts';
import { chooseUser } from '#ledger/postgres-user.ts';
import {
  inRoom,
  lieReady,
  pidOf,
  query,
  start,
  startElsewhere,
  useDatabaseRoom,
} from '../../support/database-room.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
const STRANGER = 54321;
if (!isRoot) {
  console.warn('SKIPPED: what the embedded database does when started as root (this is not root)');
}

useDatabaseRoom();

/** The package as npm leaves it when the script that makes its links was not allowed to run. */
async function copyWithoutLinks(): Promise<{ native: string; link: string }> {
  const native = inRoom('package', 'native');
  await cp(locateNativeFolder(), native, {
    recursive: true,
    filter: (path) => !path.endsWith('.a'),
  });
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8');
  const targets = (JSON.parse(text) as { target: string }[]).map(({ target }) => target);
  for (const target of targets) await rm(inRoom('package', target), { force: true });
  return { native, link: basename(String(targets[0])) };
}

test('missing library links are made in place where that can be written', async () => {
  await lieReady();
  const { native, link } = await copyWithoutLinks();
  const server = await start({ nativeFolder: native });
  expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(await readdir(join(native, 'lib'))).toContain(link);
});

test.runIf(isRoot)(
  'missing library links are made beside the data where node_modules is read-only',
  async () => {
    const { native, link } = await copyWithoutLinks();
    await mkdir(inRoom('data'));
    execFileSync('chown', [String(NOBODY), inRoom('data')]);
    const { first, child, next } = await startElsewhere({ uid: NOBODY, native });
    expect(first).toMatchObject({ up: true });
    expect(await readdir(join(native, 'lib'))).not.toContain(link);
    expect(await readdir(inRoom('data/postgres/libraries'))).toContain(link);
    child.stdin?.write('stop\n');
    expect(await next()).toEqual({ down: true });
  },
);

test.runIf(isRoot)(
  'started as root it runs as somebody unprivileged, whom others cannot reach',
  async () => {
    await lieReady();
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
    await mkdir(inRoom('closed'), { mode: 0o700 });
    const dataDir = inRoom('closed', 'data');
    const first = await start({ dataDir });
    expect(first.clusterFolder.startsWith(inRoom('spare'))).toBe(true);
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
    await lieReady();
    await mkdir(inRoom('package'), { mode: 0o700 });
    const { native } = await copyWithoutLinks();
    await chmod(inRoom('package'), 0o700);
    const server = await start({ nativeFolder: native });
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await readdir(inRoom('spare'))).toHaveLength(1);
  },
);

test.runIf(isRoot)(
  'a folder that another user’s database lives in is refused to everybody but root',
  async () => {
    await lieReady();
    const server = await start();
    await server.stop();
    const { first } = await startElsewhere({ uid: 54_321 });
    expect(first.refused).toMatch(/permission denied|belongs to another user/);
  },
);

test.runIf(isRoot)(
  'a folder that somebody else has put in the socket’s place is not used',
  async () => {
    const dataDir = inRoom('a-long-name-'.repeat(8), 'data');
    const usual = await prepareFolder(dataDir, inRoom('spare'));
    await rm(usual.socketFolder, { recursive: true });
    await mkdir(usual.socketFolder);
    await chown(usual.socketFolder, STRANGER, STRANGER);
    const folder = await prepareFolder(dataDir, inRoom('spare'));
    expect(folder.socketFolder).not.toBe(usual.socketFolder);
    expect((await stat(usual.socketFolder)).uid).toBe(STRANGER);
    await rm(usual.socketFolder, { recursive: true });
    await rm(folder.socketFolder, { recursive: true });
  },
);
