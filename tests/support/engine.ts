/** Starts the database server that a project runs on, once for all its files. */
import type { TestProject } from 'vitest/node';
import { debianBinaries } from './debian-postgres.ts';
import { npmBinaries, startPlainPostgres } from './plain-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test databases are to be made; absent where they are made in the embedded server. */
    readonly databaseUrl: string | undefined;
  }
}

export default async function startEngine(project: TestProject): Promise<() => Promise<void>> {
  const { ENGINE, ISOLATION = 'read committed' } = project.config.env ?? {};
  const binaries = ENGINE === 'debian' ? debianBinaries() : await npmBinaries();
  const server = await startPlainPostgres(binaries, { default_transaction_isolation: ISOLATION });
  // The embedded database is reached by a socket, others by an address and a password.
  project.provide('databaseUrl', ENGINE === undefined ? server.socketUrl : server.url);
  return () => server.stop();
}
