/** Owns the frame of the operator's programs: settings, the database, words for people, exit codes. */
import type { Database } from '#ledger/database.ts';
import { createLineLog } from './log-lines.ts';
import { type Config, readConfig } from './settings.ts';
import { type Schema, startDatabase } from './start-database.ts';

/** What the person did wrong, in words for them. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault';
}

type Frame = { readonly config: Config; readonly say: (line: string) => void };

export type Program = (context: Frame & { readonly database: Database }) => Promise<number>;

/** For what is to be found out before there is a database. Answers become exit codes, faults words. */
export async function runFramed(work: (frame: Frame) => Promise<number>): Promise<void> {
  const config = readConfig(process.env);
  if (!config.ok) {
    process.stderr.write(`${config.refusal.detail}\nnpm run config lists all settings.\n`);
    process.exitCode = 2;
    return;
  }
  const say = (line: string) => process.stdout.write(`${line}\n`);
  try {
    process.exitCode = await work({ config: config.value, say });
  } catch (error) {
    const isUsage = error instanceof UsageFault;
    const words = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${words}\n`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

/** Works while the server runs, which it then shares the database with, and while it does not. */
export async function withDatabase<T>(
  config: Config,
  schema: Schema,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const log = createLineLog('warn', process.stderr);
  const place = { ...config, databaseConnectionsMax: 2 };
  const { database, stop } = await startDatabase(place, log, schema);
  try {
    return await use(database);
  } finally {
    await stop();
  }
}

export function runProgram(program: Program): Promise<void> {
  return runFramed((frame) =>
    withDatabase(frame.config, 'up to date', (database) => program({ ...frame, database })),
  );
}
