/** Owns the question whether Debian's PostgreSQL server is installed here, and where. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const DEBIAN_FOLDER = '/usr/lib/postgresql';

/** Where the programs of the newest one are. */
export function findDebianFolder(): string | undefined {
  if (!existsSync(DEBIAN_FOLDER)) return undefined;
  return readdirSync(DEBIAN_FOLDER)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN_FOLDER, version, 'bin'))
    .find((folder) => ['postgres', 'initdb'].every((name) => existsSync(join(folder, name))));
}

/** What `Binaries` of the ledger says. */
export function debianBinaries() {
  const folder = findDebianFolder();
  if (folder === undefined) throw new Error(`There is no PostgreSQL server in ${DEBIAN_FOLDER}`);
  const environment = { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH ?? '/usr/bin:/bin' };
  return { postgres: join(folder, 'postgres'), initdb: join(folder, 'initdb'), environment };
}
