// Databases for the worlds of one thread, which has no part in starting the server that they are on.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type Database, openDatabase } from '#ledger/database.ts';
import type { TestCluster } from '../../support/test-database.ts';

const log = { info: () => undefined, warn: () => undefined };

/** Named as all test databases are, so that those of a run that was killed are dropped by the next. */
const newName = () => `test_${process.pid}_${randomUUID().replaceAll('-', '')}`;

export function databasesLike(template: pg.PoolConfig): TestCluster {
  const admin = new pg.Pool({ ...template, database: 'postgres', max: 1 });
  admin.on('error', () => undefined);
  const names: string[] = [];
  const opened: Database[] = [];

  async function create(like: string): Promise<pg.PoolConfig> {
    const name = newName();
    names.push(name);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${like}`);
    return { ...template, database: name };
  }

  async function copy(of: pg.PoolConfig) {
    const connection = await create(String(of.database));
    const database = openDatabase(connection, { log });
    opened.push(database);
    return { database, connection };
  }

  return {
    fresh: () => copy(template),
    copy,
    empty: () => create('template0'),
    async stop() {
      await Promise.all(opened.map((database) => database.close().catch(() => undefined)));
      for (const name of names) await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
