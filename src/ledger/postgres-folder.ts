/** Owns where the embedded database keeps its files: which folder, made once, by whom and how closed. */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './postgres-binaries.ts';
import { isAlive } from './postgres-process.ts';
import { canEnter, chooseUser, type SystemUser, spawnIdentity } from './postgres-user.ts';

const run = promisify(execFile);

export const DATABASE_USER = 'counterfoil';
export const POSTGRES_MAJOR = '18';
// sun_path holds 104 bytes on macOS, 108 on Linux; PostgreSQL adds `/.s.PGSQL.5432.lock`.
const SOCKET_FOLDER_LENGTH_MAX = 80;

/** `home` holds everything of ours around the cluster, which PostgreSQL alone writes. */
export type PostgresFolder = {
  readonly home: string;
  readonly cluster: string;
  readonly socketFolder: string;
  readonly hbaFile: string;
  readonly identFile: string;
  readonly logFile: string;
  readonly user: SystemUser;
};

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}

/** All or nothing, and never through a symlink that somebody else has put there. */
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { flag: 'wx', mode, flush: true });
  await chmod(draft, mode);
  await rename(draft, path);
}

async function writePointer(pointer: string, home: string): Promise<boolean> {
  const draft = `${pointer}.${randomUUID()}`;
  await writeFile(draft, `${home}\n`, { flag: 'wx', flush: true });
  try {
    // Unlike rename, link refuses when another process has pointed elsewhere a moment ago.
    await link(draft, pointer);
    return true;
  } catch {
    return false;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Started as root from a folder that no other user can enter (a checkout in /root), the cluster
 * lives in the spare folder, and a file in the data folder says where.
 */
async function chooseHome(dataDir: string, spareFolder: string): Promise<string> {
  const pointer = join(dataDir, 'postgres.location');
  const home = join(dataDir, 'postgres');
  const pointed = (await readFile(pointer, 'utf8').catch(() => '')).trim();
  if (pointed) return pointed;
  const user = await chooseUser(join(home, 'cluster'));
  if (await canEnter(dataDir, user)) return home;
  const advice = `Open the way with chmod o+x on the folders above it, or choose another data folder.`;
  if (await exists(join(home, 'cluster'))) {
    throw new Error(`User ${user.name} can no longer enter ${dataDir}. ${advice}`);
  }
  await mkdir(spareFolder, { recursive: true, mode: 0o755 });
  if (!(await canEnter(spareFolder, user))) {
    throw new Error(`PostgreSQL runs as user ${user.name}, who cannot enter ${dataDir}. ${advice}`);
  }
  const spare = await mkdtemp(join(spareFolder, `${basename(dataDir)}-`));
  if (await writePointer(pointer, spare)) return spare;
  await rm(spare, { recursive: true });
  return (await readFile(pointer, 'utf8')).trim();
}

async function makePrivateFolder(path: string, user: SystemUser): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const found = await lstat(path);
  if (!found.isDirectory()) throw new Error(`${path} is not a folder`);
  if (found.uid !== user.uid) {
    // Ours when we are root and have just made it. Who else owns it may swap it under our hands.
    if (found.uid !== process.getuid?.()) throw new Error(`${path} belongs to another user`);
    await chown(path, user.uid, user.gid);
  }
  await chmod(path, 0o700);
}

/** In the home when its path is short enough for a socket; else in the temporary folder, same name each time. */
async function makeSocketFolder(home: string, user: SystemUser): Promise<string> {
  const near = join(home, 'socket');
  if (Buffer.byteLength(near) <= SOCKET_FOLDER_LENGTH_MAX) {
    await makePrivateFolder(near, user);
    return near;
  }
  const name = `counterfoil-${user.uid}-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`;
  const roots = [tmpdir(), '/tmp'].filter(
    (root) => Buffer.byteLength(join(root, name)) <= SOCKET_FOLDER_LENGTH_MAX,
  );
  for (const root of roots) {
    try {
      await makePrivateFolder(join(root, name), user);
      return join(root, name);
    } catch {
      // Taken by somebody else: try the next place.
    }
  }
  const own = await mkdtemp(join('/tmp', 'counterfoil-'));
  await makePrivateFolder(own, user);
  return own;
}

/**
 * Nobody but the owner and root can reach the socket's folder, and even there the kernel is asked
 * who connects (`peer`): no password that could leak, no `trust`.
 */
async function writeAccessFiles(folder: PostgresFolder): Promise<void> {
  const names = folder.user.name === 'root' ? ['root'] : ['root', folder.user.name];
  const map = names.map((name) => `counterfoil "${name}" ${DATABASE_USER}\n`).join('');
  await replaceFile(folder.hbaFile, `local all ${DATABASE_USER} peer map=counterfoil\n`, 0o644);
  await replaceFile(folder.identFile, map, 0o644);
}

/** Finds or makes the folders; the cluster itself may still be missing. */
export async function prepareFolder(dataDir: string, spareFolder: string): Promise<PostgresFolder> {
  const asRoot = process.getuid?.() === 0;
  await mkdir(dataDir, { recursive: true, mode: asRoot ? 0o711 : 0o700 });
  const home = await chooseHome(dataDir, spareFolder);
  await mkdir(home, { recursive: true });
  const cluster = join(home, 'cluster');
  const user = await chooseUser(cluster);
  const own = (await stat(home)).uid === (process.getuid?.() ?? 0);
  if (own) await chmod(home, user.self ? 0o700 : 0o711);
  const folder = {
    home,
    cluster,
    user,
    socketFolder: await makeSocketFolder(home, user),
    hbaFile: join(home, 'hba.conf'),
    identFile: join(home, 'ident.conf'),
    logFile: join(home, 'postgres.log'),
  };
  await writeAccessFiles(folder);
  return folder;
}

/** Drafts of starts that were killed while they made a cluster. */
async function removeDrafts(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const pid = /^cluster\.draft-(\d+)-/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await rm(join(home, name), { recursive: true, force: true });
  }
}

/**
 * Makes the cluster when there is none: built and synced beside its place, then renamed into it, so
 * that a crash leaves no half of it and of two processes one wins.
 */
export async function createClusterOnce(
  folder: PostgresFolder,
  binaries: Binaries,
): Promise<boolean> {
  const { cluster, home, user } = folder;
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => '');
  if (version.trim() === POSTGRES_MAJOR) return false;
  if (version) {
    throw new Error(
      `${cluster} was made by PostgreSQL ${version.trim()}; this release brings ${POSTGRES_MAJOR}. Export it with the release that made it, then import it here.`,
    );
  }
  await removeDrafts(home);
  const draft = join(home, `cluster.draft-${process.pid}-${randomUUID()}`);
  await makePrivateFolder(draft, user);
  const options = ['--username', DATABASE_USER, '--auth', 'peer', '--no-locale', '-E', 'UTF8'];
  try {
    await run(binaries.initdb, ['-D', draft, ...options, '--no-instructions'], {
      env: binaries.environment,
      cwd: '/',
      ...spawnIdentity(user),
    });
    await rename(draft, cluster);
    await syncFolder(home);
    return true;
  } catch (cause) {
    if (await exists(join(cluster, 'PG_VERSION'))) return false;
    const words = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : '';
    throw new Error(
      `No database could be made in ${cluster} as user ${user.name}: ${words.trim() || String(cause)}`,
      { cause },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
