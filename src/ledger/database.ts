/** Owns the connections to PostgreSQL: their types, timeouts, transactions, and what a failure means. */
import './runtime-name.ts';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from './embedded-postgres.ts';

/** `name` makes the server keep the plan; the same name must always carry the same text. */
export type Statement = {
  readonly name?: string;
  readonly text: string;
  readonly values?: unknown[];
  /** For the few that may take longer than the connection's own limit. */
  readonly query_timeout?: number;
};

export type Queryable = {
  query<Row extends pg.QueryResultRow>(
    statement: string | Statement,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>;
};

export type Database = Queryable & {
  /**
   * Runs `work` in one transaction, all of it again after a serialization failure or a deadlock, so
   * it must have no effect outside. Throws `CommitUnknown` when the connection broke at COMMIT.
   */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  /** Lends one connection, and ends whatever transaction `work` left open by throwing. */
  borrow<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  /** Repeats an attempt that is safe to repeat, after conflicts and broken connections. */
  retry<T>(attempt: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
  /** As they are now: open, of these not lent, and how many wait to be lent one. */
  connections(): { readonly open: number; readonly idle: number; readonly waiting: number };
};

/** Time and chance come from outside, so that a test decides them. */
export type RetryPorts = {
  readonly nowMs: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
};

export type DatabaseOptions = {
  readonly log: Log;
  readonly retry?: RetryPorts;
  readonly attemptsMax?: number;
};

/** COMMIT was sent and its answer never came: the transaction may stand or not. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';
}

const BYTEA = 17;
const INT8 = 20;

/** Ids are read digit by digit, which is faster than a Buffer. */
const SHORT = 64;
const DIGITS = new Uint8Array(128);
for (let digit = 0; digit < 16; digit++) DIGITS[digit.toString(16).charCodeAt(0)] = digit;

/** PostgreSQL's text form: \x, and two lower-case digits a byte. */
function bytesOfText(text: string): Uint8Array {
  const length = (text.length - 2) / 2;
  if (length > SHORT) {
    const read = Buffer.from(text.slice(2), 'hex');
    return new Uint8Array(read.buffer, read.byteOffset, length);
  }
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const high = DIGITS[text.charCodeAt(2 * i + 2)] ?? 0;
    bytes[i] = (high << 4) | (DIGITS[text.charCodeAt(2 * i + 3)] ?? 0);
  }
  return bytes;
}

/** bytea as Uint8Array and int8 as bigint, for these connections alone: pg's own table is global. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === BYTEA && format !== 'binary') return bytesOfText;
    if (oid === INT8 && format !== 'binary') return (text: string) => BigInt(text);
    return pg.types.getTypeParser(oid, format ?? 'text');
  }) as typeof pg.types.getTypeParser,
};

const TIMEOUTS: pg.PoolConfig = {
  connectionTimeoutMillis: 5000,
  lock_timeout: 5000,
  statement_timeout: 10_000,
  idle_in_transaction_session_timeout: 10_000,
  // A query on a connection that died without a word would never settle.
  query_timeout: 15_000,
};

/**
 * Plans are kept, and one that was made while a table was small may read all of it for ever after.
 * Whatever the money path looks up has an index, so plans always use it. Nor is a plan made anew for
 * each group, because its size would make it look cheaper: planning costs more than a small group. Other engines may not know
 * these settings, and do without.
 */
const PLAN_SETTINGS = `SET enable_seqscan = off; SET enable_hashjoin = off;
  SET enable_mergejoin = off; SET enable_material = off; SET jit = off; SET plan_cache_mode = force_generic_plan`;

const keeping = new WeakSet<pg.ClientBase>();

/** Whether transactions on this connection see one moment from their start to their end. */
export function keepsSnapshot(client: pg.ClientBase): boolean {
  return keeping.has(client);
}

async function prepare(client: pg.ClientBase): Promise<void> {
  const settings = client.query(PLAN_SETTINGS).catch(() => undefined);
  const { rows } = await client.query('SHOW transaction_isolation');
  if (rows[0]?.transaction_isolation !== 'read committed') keeping.add(client);
  await settings;
}

export type FaultKind = 'conflict' | 'connection' | 'bug';

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/**
 * What an error from PostgreSQL means for the transaction: `conflict`, somebody was faster and all
 * of it may be tried again; `connection`, the world broke and the outcome of a COMMIT is unknown.
 */
export function faultKind(error: unknown): FaultKind {
  if (error instanceof CommitUnknown) return 'connection';
  const code = codeOf(error);
  // 22012 is how a guard of ours fails: a row changed although its account was locked.
  if (/^(40001|40P01|22012)$/.test(code)) return 'conflict';
  // 08 connection, 40003 an outcome not known, 53 resources, 55P03/57014 timeouts, 57P0x shutdown,
  // 25P03 idle in transaction, 58 and XX its disk or itself broken, also at COMMIT, where it then dies
  // with the outcome unknown, 25006 a replica: after a failover the connections to what was the
  // primary must go.
  if (/^(08...|40003|53...|58...|XX...|55P03|57014|57P0.|25P03|25006)$/.test(code))
    return 'connection';
  if (/^[0-9A-Z]{5}$/.test(code) && error instanceof pg.DatabaseError) return 'bug';
  if (/^E[A-Z_]+$/.test(code)) return 'connection';
  return error instanceof Error && PG_CLIENT_FAULT.test(error.message) ? 'connection' : 'bug';
}

const isConflict = (error: unknown) => faultKind(error) === 'conflict';

// node-postgres gives these no code.
const PG_CLIENT_FAULT =
  /^(Connection terminated|Query read timeout|timeout e|Client has encountered a connection error|Client was closed|Cannot use a pool after)/;

/** What node-postgres has and its types do not tell. */
type Wired = { readonly connection: { readonly stream: Writable } };

/** Sends all statements at once and waits for all; throws what went wrong first. */
export async function pipeline(
  client: pg.PoolClient,
  statements: readonly Statement[],
): Promise<pg.QueryResult[]> {
  const { stream } = (client as unknown as Wired).connection;
  // Else each statement is a write of its own, and wakes the database.
  stream.cork();
  const asked = statements.map((statement) => client.query(statement));
  stream.uncork();
  const results = await Promise.allSettled(asked);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

const DEFAULT_PORTS: RetryPorts = { nowMs: Date.now, random: Math.random, sleep: delay };
const RETRY_BASE_MS = 4;
const RETRY_MAX_MS = 500;
/** Whoever asked has given up by then; a later attempt would only add to what is wrong. */
const RETRY_TOTAL_MS = 8000;

async function runTransaction<T>(
  client: pg.PoolClient,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  await client.query('BEGIN');
  const value = await work(client);
  try {
    const { command } = await client.query('COMMIT');
    if (command !== 'COMMIT') throw new Error('the transaction had failed before its COMMIT');
    return value;
  } catch (cause) {
    if (faultKind(cause) !== 'connection') throw cause;
    throw new CommitUnknown('the connection broke at COMMIT', { cause });
  }
}

/** Every connection of ours goes through here; `connection` says where, not how. */
export function openDatabase(connection: pg.PoolConfig, options: DatabaseOptions): Database {
  const { log, retry: ports = DEFAULT_PORTS, attemptsMax = 10 } = options;
  const pool = new pg.Pool({ ...TIMEOUTS, pipeline: true, keepAlive: true, ...connection, types });
  // Without these listeners a connection that breaks while nobody asks would end the process.
  pool.on('error', (error) => log.warn(`a database connection broke: ${error.message}`));
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    prepare(client).catch(() => undefined);
  });

  async function borrow<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    try {
      const value = await work(client);
      client.release();
      return value;
    } catch (error) {
      // A connection that can still roll back is sound; any other must not come back into the pool.
      const sound =
        faultKind(error) !== 'connection' &&
        (await client.query('ROLLBACK').then(
          () => true,
          () => false,
        ));
      client.release(!sound);
      throw error;
    }
  }

  async function repeat<T>(
    attempt: () => Promise<T>,
    isRepeatable: (error: unknown) => boolean,
  ): Promise<T> {
    const endMs = ports.nowMs() + RETRY_TOTAL_MS;
    for (let tried = 1; ; tried++) {
      try {
        return await attempt();
      } catch (error) {
        if (tried >= attemptsMax || ports.nowMs() >= endMs || !isRepeatable(error)) throw error;
        const limitMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** tried);
        await ports.sleep(ports.random() * limitMs);
      }
    }
  }

  return {
    // A lone statement is its own transaction: after a conflict it has had no effect.
    query: (statement, values) =>
      repeat(() => pool.query(statement as pg.QueryConfig, values), isConflict),
    borrow,
    transaction: (work) =>
      repeat(() => borrow((client) => runTransaction(client, work)), isConflict),
    // A key that a rival inserted first is found by the next attempt.
    retry: (attempt) =>
      repeat(attempt, (error) => faultKind(error) !== 'bug' || codeOf(error) === '23505'),
    close: () => pool.end(),
    connections: () => ({
      open: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
  };
}
