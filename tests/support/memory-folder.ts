/**
 * Owns where a test run keeps what nobody needs after it: in memory, where there is room. Tests make and
 * remove databases of hundreds of files by the hundred, and a disk's file system works on that longer
 * than the tests do.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const SHARED_MEMORY = '/dev/shm';
const NAME = 'cf-tests-';
const GIB = 2 ** 30;
const ROOM_MIN = 4 * GIB;
const MEMORY_MIN = 8 * GIB;

/** Of a folder that is a file system of its own, and from which programs may be started. */
function isUsable(): boolean {
  const mounts = fs.existsSync('/proc/mounts') ? fs.readFileSync('/proc/mounts', 'utf8') : '';
  const mount = mounts.split('\n').find((line) => line.split(' ')[1] === SHARED_MEMORY);
  if (mount === undefined || /\bnoexec\b/.test(mount)) return false;
  const { bavail, bsize } = fs.statfsSync(SHARED_MEMORY);
  // A container may have less than the machine; none said is 0.
  const memory = Math.min(os.freemem(), process.constrainedMemory() || Infinity);
  return bavail * bsize >= ROOM_MIN && memory >= MEMORY_MIN;
}

function isAlive(pid: number): boolean {
  return fs.existsSync(`/proc/${pid}`);
}

/** Of test runs that were killed before they could tidy up. */
function removeAbandoned(): void {
  for (const name of fs.readdirSync(SHARED_MEMORY)) {
    if (!name.startsWith(NAME) || isAlive(Number(name.slice(NAME.length)))) continue;
    fs.rmSync(path.join(SHARED_MEMORY, name), { recursive: true, force: true });
  }
}

/** Makes it the temporary folder of this process and of all that it starts; whoever chose another keeps it. */
export function keepTemporaryFilesInMemory(): void {
  if (process.env.TMPDIR !== undefined || !isUsable()) return;
  removeAbandoned();
  const folder = path.join(SHARED_MEMORY, `${NAME}${process.pid}`);
  // Databases run as another user, who has to come in.
  fs.mkdirSync(folder, { recursive: true });
  fs.chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
}
