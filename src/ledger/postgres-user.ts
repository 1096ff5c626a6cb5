/** Owns the question who runs PostgreSQL, which refuses to run as root, and which folders that user can enter. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';

export type SystemUser = {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** True when it is the user that this process runs as: nothing has to be handed over. */
  readonly self: boolean;
};

// An account that exists for PostgreSQL first; `nobody` exists everywhere.
const PREFERRED_NAMES = ['postgres', '_postgres', 'nobody'];

async function readAccounts(): Promise<SystemUser[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    // macOS writes nobody as -2; the file system shows the same number unsigned.
    return name && uid && gid && !name.startsWith('#')
      ? [{ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0, self: false }]
      : [];
  });
}

/**
 * The user that shall run PostgreSQL: ourselves; or, when we are root, the owner of an existing
 * cluster, else an unprivileged account of the system.
 */
export async function chooseUser(clusterFolder: string): Promise<SystemUser> {
  const uid = process.getuid?.() ?? 0;
  const owner = await stat(clusterFolder).catch(() => undefined);
  if (uid !== 0) {
    if (owner && owner.uid !== uid) {
      throw new Error(
        `The database folder ${clusterFolder} belongs to another user (uid ${owner.uid}). Start as that user or as root, or choose another data folder.`,
      );
    }
    return { name: userInfo().username, uid, gid: process.getgid?.() ?? 0, self: true };
  }
  const accounts = await readAccounts();
  if (owner && owner.uid !== 0) {
    const found = accounts.find((account) => account.uid === owner.uid);
    if (found) return found;
    throw new Error(
      `The database folder ${clusterFolder} belongs to uid ${owner.uid}, which has no name in /etc/passwd. Give it to a user of this system with chown -R.`,
    );
  }
  for (const name of PREFERRED_NAMES) {
    const found = accounts.find((account) => account.name === name && account.uid !== 0);
    if (found) return found;
  }
  throw new Error(
    'PostgreSQL does not run as root, and this system has no user postgres or nobody. Start as an ordinary user.',
  );
}

/** Whether the user may enter this folder and all folders above it, by owner, group and mode. */
export async function canEnter(folder: string, user: SystemUser): Promise<boolean> {
  if (user.self) return true;
  let path = await realpath(folder);
  for (;;) {
    const { mode, uid, gid } = await stat(path);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    const parent = dirname(path);
    if (parent === path) return true;
    path = parent;
  }
}

/** What `spawn` needs to run a program as this user; nothing when that is ourselves. */
export function spawnIdentity(user: SystemUser): { uid?: number; gid?: number } {
  return user.self ? {} : { uid: user.uid | 0, gid: user.gid | 0 };
}
