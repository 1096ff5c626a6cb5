/** Owns a disk whose power can be cut: an ext4 image on a loop device. Needs root, and a kernel that lets it mount. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive } from '#ledger/postgres-process.ts';
import { endProcessesOn } from './processes-on.ts';

const run = promisify(execFile);

const NAME = 'cf-disk-';
/** Sparse: only what is written takes room. */
const SIZE = '600M';
/** It lies in memory, so that a sync of the mounted disk does not wait for the disk beneath. */
const ROOM = 'size=640M,mode=755';
const UMOUNT_TIMEOUT_MS = 20_000;

/**
 * EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: from here on nothing reaches the disk, and what
 * had not been synced never did. Node has no ioctl; perl is on every Debian.
 */
const CUT = [
  'open(my $disk, "<", shift) or die "open: $!";',
  'my $flag = pack("L", 2);',
  'ioctl($disk, 0x8004587d, $flag) or die "ioctl: $!";',
].join(' ');

export type Disk = {
  /** Where it is mounted; anybody may enter. */
  readonly folder: string;
  /** What was not synced is lost, and nothing is written any more. */
  cut(): Promise<void>;
  /** Ends whoever still works on it, and puts it in again. */
  replug(): Promise<void>;
  dispose(): Promise<void>;
};

const isMounted = (folder: string) => readFileSync('/proc/mounts', 'utf8').includes(` ${folder} `);

async function unmount(folder: string): Promise<void> {
  const endMs = Date.now() + UMOUNT_TIMEOUT_MS;
  while (isMounted(folder)) {
    await endProcessesOn(folder);
    // The kernel may still be closing the files of who was just killed.
    const done = await run('umount', [folder]).catch((error: unknown) => error);
    if (done instanceof Error && Date.now() > endMs) throw done;
    if (done instanceof Error) await delay(20);
  }
}

async function remove(room: string): Promise<void> {
  await unmount(join(room, 'memory/mounted'));
  await unmount(join(room, 'memory'));
  rmSync(room, { recursive: true, force: true });
}

/** Of test runs that were killed before they could tidy up. */
async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(NAME) ? Number(name.slice(NAME.length).split('-')[0]) : 0;
    if (pid > 0 && !isAlive(pid)) await remove(join(tmpdir(), name));
  }
}

/** Why there can be no such disk here; an empty text when there can. */
export async function whyNoDisk(): Promise<string> {
  if (process.platform !== 'linux') return `no loop devices on ${process.platform}`;
  if (process.getuid?.() !== 0) return 'only root may mount';
  try {
    execFileSync('perl', ['-e', '1'], { stdio: 'pipe' });
    const disk = await insertDisk();
    await disk.cut().finally(() => disk.dispose());
    return '';
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    return (words.trim() || String(error)).split('\n')[0] ?? '';
  }
}

export async function insertDisk(): Promise<Disk> {
  await removeAbandoned();
  const room = mkdtempSync(join(tmpdir(), `${NAME}${process.pid}-`));
  chmodSync(room, 0o755);
  const memory = join(room, 'memory');
  const image = join(memory, 'image');
  const folder = join(memory, 'mounted');
  const mount = async () => {
    await run('mount', ['-t', 'ext4', '-o', 'loop', image, folder]);
    chmodSync(folder, 0o755);
  };
  try {
    mkdirSync(memory);
    await run('mount', ['-t', 'tmpfs', '-o', ROOM, 'tmpfs', memory]);
    mkdirSync(folder);
    await run('truncate', ['-s', SIZE, image]);
    await run('mkfs.ext4', ['-q', '-F', image]);
    await mount();
  } catch (error) {
    await remove(room);
    throw error;
  }
  return {
    folder,
    cut: async () => {
      await run('perl', ['-e', CUT, folder]);
    },
    replug: async () => {
      await unmount(folder);
      await mount();
    },
    dispose: () => remove(room),
  };
}
