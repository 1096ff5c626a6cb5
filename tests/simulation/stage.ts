// Databases for worlds that follow one another: emptied between them, which costs less than making new ones.
import type pg from 'pg';
import { type Database, openDatabase } from '#ledger/database.ts';
import { quoted, readSequenceNames, readTables } from '#ledger/tables.ts';
import { SILENT_LOG, type TestCluster } from '../support/test-database.ts';
import { createMortality, type Mortality } from './mortal-client.ts';

/** One server process's connections. */
export type Lifeline = { readonly database: Database; readonly mortality: Mortality };

export type Stage = {
  /** For looking on. */
  readonly database: Database;
  /** Connections for a process: kept ones, if a process before it has left some behind. */
  lifeline(): Lifeline;
  /** A process has ended in peace; its connections may serve another. */
  leave(lifeline: Lifeline): void;
  /** As after its migrations. */
  reset(): Promise<void>;
};

/** Nothing here survives the machine, so no commit waits for its disk. */
const UNSAFE_AND_FAST = '-c synchronous_commit=off';

/** All rows as they are now, as the one text that brings them back. */
async function resetText(database: Database): Promise<string> {
  const tables = await readTables(database);
  const removals = tables.toReversed().map(({ name }) => `DELETE FROM ${quoted(name)};`);
  const inserts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await database.query<{ all: string }>(
      `SELECT coalesce(json_agg(t), '[]')::text AS all FROM ${quoted(name)} t`,
    );
    const text = rows[0]?.all ?? '[]';
    if (text === '[]') continue;
    inserts.push(
      `INSERT INTO ${quoted(name)} SELECT * FROM json_populate_recordset(NULL::${quoted(name)}, $json$${text}$json$);`,
    );
  }
  return [...removals, ...inserts].join('\n');
}

/** Processes keep numbers that they have drawn; those of one world are not to be met in another. */
const NUMBERS_A_WORLD = 100_000;
let worlds = 0;

async function createStage(cluster: TestCluster): Promise<Stage> {
  const { connection } = await cluster.fresh();
  // Connections that come and go by the clock would be a chance that no seed decides.
  const config: pg.PoolConfig = {
    ...connection,
    max: 4,
    idleTimeoutMillis: 0,
    options: UNSAFE_AND_FAST,
  };
  const database = openDatabase(config, { log: SILENT_LOG });
  const text = await resetText(database);
  const names = await readSequenceNames(database);
  const left: Lifeline[] = [];
  return {
    database,
    lifeline() {
      const kept = left.pop();
      // As another object: what a process before it has drawn and not used, this one does not have.
      if (kept) return { ...kept, database: { ...kept.database } };
      const mortality = createMortality();
      const own = { ...config, Client: mortality.Client } as pg.PoolConfig;
      return { database: openDatabase(own, { log: SILENT_LOG }), mortality };
    },
    leave(lifeline) {
      left.push(lifeline);
    },
    async reset() {
      const first = ++worlds * NUMBERS_A_WORLD;
      const sequences = names.map((name) => `SELECT setval('${name}', ${first});`);
      await database.query([text, ...sequences].join('\n'));
    },
  };
}

const free = new WeakMap<TestCluster, Stage[]>();

/** An empty one. */
export async function takeStage(cluster: TestCluster): Promise<Stage> {
  const stage = free.get(cluster)?.pop() ?? (await createStage(cluster));
  await stage.reset();
  return stage;
}

export function returnStage(cluster: TestCluster, stage: Stage): void {
  const stages = free.get(cluster) ?? [];
  free.set(cluster, stages);
  stages.push(stage);
}
