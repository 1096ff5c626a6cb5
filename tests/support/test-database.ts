/**
 * Owns real databases for tests: a fresh one per test, in the server that the test's project has
 * started, or in one embedded cluster that all who ask outside of a test share.
 */
import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { inject } from 'vitest';
import { type Database, openDatabase } from '#ledger/database.ts';
import { startEmbeddedPostgres } from '#ledger/embedded-postgres.ts';
import { migrate } from '#ledger/migrate.ts';

export const SILENT_LOG = { info: () => undefined, warn: () => undefined };

export type TestDatabase = {
  readonly database: Database;
  /** For more pools on the same database, as another process would have. */
  readonly connection: pg.PoolConfig;
};

export type TestCluster = {
  /** A database of its own with the newest schema; dropped by `stop`. */
  fresh(): Promise<TestDatabase>;
  /** As a backup and its restore would make it; nobody may be connected to the original. */
  copy(of: pg.PoolConfig): Promise<TestDatabase>;
  /** A database of its own with nothing in it. */
  empty(): Promise<pg.PoolConfig>;
  stop(): Promise<void>;
};

/** Many files share the cluster's hundred connections, each test with a pool of its own. */
const IDLE_MS = 1000;

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const checkoutMark = createHash('sha256').update(checkout).digest('hex').slice(0, 8);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Of test runs that were killed before they could tidy up. */
async function dropAbandoned(admin: pg.Pool): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE datname ~ '^test_[0-9]+_'",
  );
  for (const { datname } of rows) {
    if (!isAlive(Number(datname.split('_')[1]))) await drop(admin, datname);
  }
}

async function drop(admin: pg.Pool, name: string): Promise<void> {
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

const newName = () => `test_${process.pid}_${randomUUID().replaceAll('-', '')}`;

/** As DATABASE_URL has it. */
export function urlOf({ host, port, user, password, database }: pg.PoolConfig): string {
  const who = [user ?? '', ...(typeof password === 'string' ? [password] : [])].join(':');
  return host?.startsWith('/')
    ? `postgresql://${who}@localhost:${port}/${database}?host=${host}`
    : `postgresql://${who}@${host}:${port}/${database}`;
}

type ClusterServer = {
  readonly connection: pg.PoolConfig;
  /** How a database is copied at the least cost. */
  readonly copying: string;
  stop(): Promise<void>;
};

async function findServer(engine: string | undefined): Promise<ClusterServer> {
  if (engine !== undefined) {
    const { hostname, port, username, password, searchParams } = new URL(engine);
    const host = searchParams.get('host') ?? hostname;
    const connection = { host, port: Number(port), user: username, password };
    // File by file needs two checkpoints, which take no time where nobody waits for the disk.
    return { connection, copying: 'STRATEGY file_copy', stop: async () => undefined };
  }
  const embedded = await startEmbeddedPostgres({
    dataDir: join(tmpdir(), `counterfoil-tests-${process.getuid?.() ?? 0}-${checkoutMark}`),
    log: SILENT_LOG,
    spareFolder: join(tmpdir(), 'counterfoil-tests-spare'),
  });
  return { connection: embedded.connection, copying: '', stop: () => embedded.stop() };
}

/**
 * Joins the server at the address that `engine` tells: the test runner knows it. Without one an embedded
 * cluster is started, or joined where somebody is using it; the last to stop stops it. That is kept
 * in the temporary folder, so that only the first run ever has to make it.
 */
export async function startTestCluster(
  engine: () => string | undefined = () => inject('databaseUrl'),
): Promise<TestCluster> {
  const server = await findServer(engine());
  const admin = new pg.Pool({ ...server.connection, database: 'postgres', max: 2 });
  admin.on('error', () => undefined);
  await dropAbandoned(admin);
  const names: string[] = [];
  const opened: Database[] = [];

  async function create(template: string): Promise<pg.PoolConfig> {
    const name = newName();
    names.push(name);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} ${server.copying}`);
    return { ...server.connection, database: name, max: 8, idleTimeoutMillis: IDLE_MS };
  }

  const template = await create('template0');
  const migrating = openDatabase(template, { log: SILENT_LOG });
  await migrate(migrating);
  await migrating.close();

  async function copy(of: pg.PoolConfig): Promise<TestDatabase> {
    const connection = await create(String(of.database));
    const database = openDatabase(connection, { log: SILENT_LOG });
    opened.push(database);
    return { database, connection };
  }

  return {
    fresh: () => copy(template),
    copy,
    empty: () => create('template0'),
    async stop() {
      await Promise.all(opened.map((database) => database.close().catch(() => undefined)));
      for (const name of names) await drop(admin, name);
      await admin.end();
      await server.stop();
    },
  };
}
