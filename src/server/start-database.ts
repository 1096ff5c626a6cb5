/** Owns where the database is: the embedded one, or any PostgreSQL by address; open, and up to date or as it is. */
import type { PoolConfig } from 'pg';
import { type Database, openDatabase } from '#ledger/database.ts';
import { type Log, startEmbeddedPostgres } from '#ledger/embedded-postgres.ts';
import { migrate } from '#ledger/migrate.ts';
import type { Config } from './settings.ts';

export type StartedDatabase = {
  readonly database: Database;
  /** For other processes on this machine; `max` is theirs to choose. */
  readonly connection: PoolConfig;
  /** For people: where the money is. */
  readonly where: string;
  stop(): Promise<void>;
};

type Place = Pick<Config, 'databaseUrl' | 'dataDir' | 'databaseConnectionsMax'>;

async function findServer({ databaseUrl, dataDir }: Place, log: Log, whileStarting: () => void) {
  if (databaseUrl !== undefined) {
    const { host, pathname } = new URL(databaseUrl);
    const stop = async () => undefined;
    return { connection: { connectionString: databaseUrl }, where: `${host}${pathname}`, stop };
  }
  const embedded = await startEmbeddedPostgres({ dataDir, log, whileStarting });
  return {
    connection: embedded.connection,
    where: `the embedded database in ${embedded.clusterFolder}`,
    stop: () => embedded.stop(),
  };
}

/** A backup takes the schema as it finds it, and a restore begins with none. */
export type Schema = 'up to date' | 'as it is';

export async function startDatabase(
  place: Place,
  log: Log,
  schema: Schema = 'up to date',
  /** Other work, for the time that a server of our own needs to come up. */
  whileStarting: () => void = () => undefined,
): Promise<StartedDatabase> {
  const server = await findServer(place, log, whileStarting);
  const connection = { ...server.connection, max: place.databaseConnectionsMax };
  const database = openDatabase(connection, { log });
  async function stop(): Promise<void> {
    await database.close();
    await server.stop();
  }
  try {
    const applied = schema === 'up to date' ? await migrate(database) : [];
    for (const name of applied) log.info(`database brought up to date: ${name}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { database, connection: server.connection, where: server.where, stop };
}
