/** Owns a room of its own for each test of the embedded database: folders, servers in this process and in others. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '#ledger/embedded-postgres.ts';
import { locateNativeFolder } from '#ledger/postgres-binaries.ts';
import { isAlive } from '#ledger/postgres-process.ts';
import { layCluster } from './ready-cluster.ts';
import { SILENT_LOG } from './test-database.ts';

let room: string;
let bundleFolder: string;
const running: EmbeddedPostgres[] = [];
const children: ReturnType<typeof spawn>[] = [];

/** Every test of the file gets an empty room, and leaves nothing running behind. */
export function useDatabaseRoom(): void {
  beforeAll(async () => {
    bundleFolder = await mkdtemp(join(tmpdir(), 'cf-bundle-'));
    await chmod(bundleFolder, 0o755);
    await build({
      configFile: false,
      logLevel: 'silent',
      ssr: { noExternal: true },
      build: {
        ssr: join(import.meta.dirname, 'database-process.ts'),
        outDir: bundleFolder,
        rolldownOptions: { output: { entryFileNames: 'database-process.mjs' } },
      },
    });
  });
  beforeEach(async () => {
    room = await mkdtemp(join(tmpdir(), 'cf-room-'));
    await chmod(room, 0o755);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const server of running.splice(0)) await server.stop();
    await killWhoever(join(room, 'data/postgres/cluster'));
    await rm(room, { recursive: true, force: true });
  });
  afterAll(() => rm(bundleFolder, { recursive: true, force: true }));
}

export const inRoom = (...path: string[]) => join(room, ...path);

/** As a first start and a stop have left the room. */
export const lieReady = () => layCluster(inRoom('data'), inRoom('spare'));

export async function start(
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    dataDir: inRoom('data'),
    spareFolder: inRoom('spare'),
    log: SILENT_LOG,
    ...options,
  });
  running.push(server);
  return server;
}

type Said = { up?: boolean; adopted?: boolean; down?: boolean; refused?: string };

/** The same in another process: for killing it, or for another user. */
export async function startElsewhere(options: { uid?: number; native?: string } = {}) {
  const { uid, native = locateNativeFolder() } = options;
  const child = spawn(
    process.execPath,
    [join(bundleFolder, 'database-process.mjs'), inRoom('data'), native, inRoom('spare')],
    { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/', ...(uid && { uid, gid: uid }) },
  );
  children.push(child);
  let text = '';
  const next = async (): Promise<Said> => {
    while (!text.includes('\n')) text += String((await once(child.stdout!, 'data'))[0]);
    const line = text.slice(0, text.indexOf('\n'));
    text = text.slice(line.length + 1);
    return JSON.parse(line) as Said;
  };
  const first = await next();
  return { child, first, next };
}

export async function query<Row extends object>(
  server: EmbeddedPostgres,
  text: string,
): Promise<Row[]> {
  const client = new pg.Client(server.connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

export async function pidOf(cluster: string): Promise<number> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '0');
  return Number(text.split('\n')[0]);
}

export async function waitUntil(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await delay(10);
}

async function killWhoever(cluster: string): Promise<void> {
  const pid = await pidOf(cluster);
  if (pid > 1 && pid !== process.pid && isAlive(pid)) {
    process.kill(pid, 'SIGQUIT');
    await waitUntil(() => !isAlive(pid));
  }
}
