/** Owns the frame of the operator's programs: settings, the database, words for people, exit codes. */
import type { Database } from '#ledger/database.ts';
import { createLineLog } from './log-lines.ts';
import { type Config, readConfig } from './settings.ts';
import { startDatabase } from './start-database.ts';

/** What the person did wrong, in words for them. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault';
}

export type Program = (context: {
  readonly database: Database;
  readonly config: Config;
  readonly say: (line: string) => void;
}) => Promise<number>;

/** Works while the server runs, which it then shares the database with, and while it does not. */
export async function runProgram(program: Program): Promise<void> {
  const config = readConfig(process.env);
  if (!config.ok) {
    process.stderr.write(`${config.refusal.detail}\nnpm run config lists all settings.\n`);
    process.exitCode = 2;
    return;
  }
  const log = createLineLog('warn', process.stderr);
  try {
    const { database, stop } = await startDatabase(
      { ...config.value, databaseConnectionsMax: 2 },
      log,
    );
    try {
      const say = (line: string) => process.stdout.write(`${line}\n`);
      process.exitCode = await program({ database, config: config.value, say });
    } finally {
      await stop();
    }
  } catch (error) {
    const isUsage = error instanceof UsageFault;
    const words = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${words}\n`);
    process.exitCode = isUsage ? 2 : 1;
  }
}
