/** Owns the lease: the connection by which our processes find, check and share one embedded server. */
import './runtime-name.ts';
import { realpath } from 'node:fs/promises';
import { Socket } from 'node:net';
import pg from 'pg';
import { DATABASE_USER } from './postgres-folder.ts';

const DATABASE_NAME = 'counterfoil';
const LEASE_NAME = 'counterfoil-lease';

/**
 * One idle connection that each process of ours holds while it uses the server: its end tells that
 * the server died, and who stops last sees that nobody else holds one.
 */
export type Lease = { readonly client: pg.Client; readonly socket: Socket };

export type Attempt =
  | { readonly kind: 'open'; readonly lease: Lease }
  | { readonly kind: 'not-yet' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'refused'; readonly cause: unknown };

export const connectionOf = (socketFolder: string): pg.PoolConfig => ({
  host: socketFolder,
  port: 5432,
  user: DATABASE_USER,
  database: DATABASE_NAME,
  ssl: false,
});

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

export async function openLease(socketFolder: string, name = LEASE_NAME): Promise<Attempt> {
  const socket = new Socket();
  const client = new pg.Client({
    ...connectionOf(socketFolder),
    database: 'postgres',
    application_name: name,
    connectionTimeoutMillis: 5000,
    stream: () => socket,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return { kind: 'open', lease: { client, socket } };
  } catch (error) {
    const code = codeOf(error);
    // 57P03: starting up, recovering or shutting down. 53300: all connections taken.
    if (code === '57P03' || code === '53300') return { kind: 'not-yet' };
    if (/^[0-9][0-9A-Z]{4}$/.test(code)) return { kind: 'refused', cause: error };
    return { kind: 'silent' };
  }
}

/** Its connection has just been made, so a server that ends now was stopped by somebody else. */
export function isShutdown(error: unknown): boolean {
  return (
    codeOf(error) === '57P01' ||
    /terminated unexpectedly|not queryable|ECONNRESET/.test(String(error))
  );
}

/** Ours only if it serves this very folder, durably and without TCP. */
export async function assertOurs({ client }: Lease, cluster: string): Promise<void> {
  const { rows } = await client.query<{ folder: string; settings: string }>(
    `SELECT current_setting('data_directory') AS folder,
      concat_ws(' ', current_setting('fsync'), current_setting('full_page_writes'),
        current_setting('synchronous_commit'), current_setting('listen_addresses')) AS settings`,
  );
  const folder = await realpath(rows[0]?.folder ?? '').catch(() => '');
  if (folder !== (await realpath(cluster))) {
    throw new Error(`The server at this socket serves ${rows[0]?.folder}, not ${cluster}.`);
  }
  if (rows[0]?.settings.trim() !== 'on on on') {
    throw new Error(
      `The PostgreSQL server running on ${cluster} was not started by us: fsync, full_page_writes, synchronous_commit and listen_addresses are "${rows[0]?.settings}". Stop it first.`,
    );
  }
}

export async function createDatabaseOnce({ client }: Lease): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [
    DATABASE_NAME,
  ]);
  if (rowCount) return;
  await client.query(`CREATE DATABASE ${DATABASE_NAME}`).catch((error: unknown) => {
    // 42P04, 23505: another process made it at the same moment.
    if (codeOf(error) !== '42P04' && codeOf(error) !== '23505') throw error;
  });
}

/**
 * How many processes still use the server, asked by one that has given its own lease back: of two
 * that stop at the same moment at least one must see nobody.
 */
export async function countLeases(socketFolder: string): Promise<number> {
  const attempt = await openLease(socketFolder, 'counterfoil-probe');
  if (attempt.kind !== 'open') return 0;
  const { client } = attempt.lease;
  try {
    const { rows } = await client.query<{ leases: number }>(
      'SELECT count(*)::int AS leases FROM pg_stat_activity WHERE application_name = $1',
      [LEASE_NAME],
    );
    return rows[0]?.leases ?? 0;
  } catch {
    return 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}
