/** Owns the PostgreSQL server as a process: reading its pid file, launching it, telling it to stop. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { constants, readFileSync } from 'node:fs';
import { link, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Binaries } from './postgres-binaries.ts';
import type { PostgresFolder } from './postgres-folder.ts';
import { spawnIdentity } from './postgres-user.ts';

const run = promisify(execFile);
const LOG_BYTES_MAX = 8 * 1024 * 1024;

/** A zombie answers signals but holds nothing any more; nobody may ever collect it in a container. */
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, ''));
  } catch {
    return false;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EPERM') return false;
  }
  return !isZombie(pid);
}

/** The words that the process was started with; undefined when this system does not tell. */
async function commandOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') {
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    }
    return (await run('ps', ['-o', 'command=', '-p', String(pid)])).stdout.trim();
  } catch {
    return undefined;
  }
}

/** What PostgreSQL writes into postmaster.pid (its miscadmin.h, LOCK_FILE_LINE_*). */
export type PidFile = {
  readonly text: string;
  readonly pid: number;
  readonly socketFolder: string;
  readonly status: string;
};

const pidFilePath = (cluster: string) => join(cluster, 'postmaster.pid');

export async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  const text = await readFile(pidFilePath(cluster), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  return {
    text,
    pid: Math.abs(Number(lines[0])) || 0,
    socketFolder: (lines[4] ?? '').trim(),
    status: (lines[7] ?? '').trim(),
  };
}

export type Holder = 'gone' | 'postgres' | 'other' | 'unknown';

/** Who has the process number in the pid file today: numbers are used again after a reboot. */
export async function holderOf(pidFile: PidFile, cluster: string): Promise<Holder> {
  if (pidFile.pid === 0 || !isAlive(pidFile.pid)) return 'gone';
  const command = await commandOf(pidFile.pid);
  if (!command) return isAlive(pidFile.pid) ? 'unknown' : 'gone';
  if (!/\bpostgres\b/.test(command)) return 'other';
  const real = await realpath(cluster);
  return command.includes(cluster) || command.includes(real) ? 'postgres' : 'unknown';
}

/**
 * Takes a stale file away, unless another start has replaced it since it was read: then it is put
 * back. PostgreSQL's own check of its shared memory stands behind this.
 */
async function discardIfUnchanged(path: string, text: string): Promise<void> {
  const aside = `${path}.stale-${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, 'utf8')) !== text) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

/** PostgreSQL would take an unrelated process with the old number for a running server. */
export async function discardStalePidFile(folder: PostgresFolder, pidFile: PidFile): Promise<void> {
  await discardIfUnchanged(pidFilePath(folder.cluster), pidFile.text);
  const lock = join(folder.socketFolder, '.s.PGSQL.5432.lock');
  const text = await readFile(lock, 'utf8').catch(() => '');
  if (Math.abs(Number(text.split('\n')[0])) === pidFile.pid) await discardIfUnchanged(lock, text);
}

async function openLog(folder: PostgresFolder) {
  const { logFile, user } = folder;
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_BYTES_MAX) await rename(logFile, `${logFile}.1`);
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const handle = await open(logFile, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, 0o600);
  if (!user.self) await handle.chown(user.uid, user.gid);
  return handle;
}

/** The last lines of the server's own log, for the error that a person reads. */
export async function readLogTail(folder: PostgresFolder): Promise<string> {
  const text = await readFile(folder.logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-6).join('\n');
}

/**
 * Durability is spelled out, so that no file in the cluster can switch it off. No TCP. Its own
 * process group: a Ctrl-C in the terminal must reach our orderly shutdown first, not the database.
 */
export async function launch(folder: PostgresFolder, binaries: Binaries): Promise<ChildProcess> {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: folder.socketFolder,
    unix_socket_permissions: '0700',
    hba_file: folder.hbaFile,
    ident_file: folder.identFile,
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = await openLog(folder);
  try {
    const child = spawn(binaries.postgres, ['-D', folder.cluster, ...options], {
      cwd: '/',
      env: binaries.environment,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      ...spawnIdentity(folder.user),
    });
    // A failure to start arrives as an event; the exit is what the supervisor watches.
    child.on('error', () => undefined);
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

export function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already, or not ours to stop: the wait that follows tells.
  }
}

/** True once the server has left the folder. */
export async function waitUntilGone(
  pid: number,
  cluster: string,
  timeoutMs: number,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (!isAlive(pid) || (await readPidFile(cluster))?.pid !== pid) return true;
    await delay(10);
  }
  return false;
}
