/**
 * Owns a database cluster as a first start makes it: made once and copied from then on, since
 * PostgreSQL works on a new one for seconds. Tests of first starts leave it alone.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findBinaries, locateNativeFolder } from '#ledger/postgres-binaries.ts';
import { createClusterOnce, prepareFolder } from '#ledger/postgres-folder.ts';

const run = promisify(execFile);
const maker = new URL('../../src/ledger/postgres-folder.ts', import.meta.url);

/** One that an earlier run has made in the same way is taken as it is. */
async function original(): Promise<string> {
  const way = createHash('sha256')
    .update(await readFile(maker))
    .digest('hex')
    .slice(0, 8);
  const name = `counterfoil-tests-cluster-${process.getuid?.() ?? 0}-${way}`;
  const spareFolder = join(tmpdir(), 'counterfoil-tests-spare');
  const folder = await prepareFolder(join(tmpdir(), name), spareFolder);
  const binaries = await findBinaries({
    native: locateNativeFolder(),
    user: folder.user,
    linkFolder: `${folder.home}/libraries`,
    copiesFolder: folder.user.self ? folder.home : spareFolder,
  });
  await createClusterOnce(folder, binaries);
  return folder.cluster;
}

let making: Promise<string> | undefined;

/** Puts it into a data folder in which nothing was started yet. */
export async function layCluster(
  dataDir: string,
  spareFolder = '/var/lib/counterfoil',
): Promise<void> {
  making ??= original();
  const from = await making;
  const { cluster } = await prepareFolder(dataDir, spareFolder);
  // By a program, which keeps the owner.
  await run('cp', ['-a', from, cluster]);
}
