// The repository as the house rules see it: every file that is, or is about to be, under version
// control, with its text.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface RepositoryFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const unversioned = new Set(['node_modules', 'dist', 'data', '.git']);

function walk(folder: string): string[] {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (unversioned.has(name) || name.endsWith('.log')) return [];
    return entry.isDirectory() ? walk(name) : [name];
  });
}

/** Git knows best, new files included; a copy without its history is walked instead. */
function paths(): string[] {
  if (!fs.existsSync(path.join(root, '.git'))) return walk('');
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((file) => file !== '' && fs.existsSync(path.join(root, file)));
}

const isText = (file: string) => !/\.(png|jpg|jpeg|webp|ico|woff2|y4m|bin|cbor)$/.test(file);

let known: readonly RepositoryFile[] | undefined;

/** All text files. */
export function repositoryFiles(): readonly RepositoryFile[] {
  known ??= paths()
    .filter(isText)
    .map((file) => ({ path: file, text: fs.readFileSync(path.join(root, file), 'utf8') }));
  return known;
}

/** Every file's name, pictures included. */
export const repositoryPaths: () => readonly string[] = paths;

export function fileText(file: string): string {
  return fs.readFileSync(path.join(root, file), 'utf8');
}
