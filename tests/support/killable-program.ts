/** Owns one of the server's programs on a wire to the database, to be killed at a chosen statement. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { builtWallet } from './built-wallet.ts';
import { openWire } from './database-wire.ts';
import type { Point } from './killable-servers.ts';
import { ORIGIN } from './load.ts';

export type KillableProgram = {
  /** Runs it to its end; answers the statements that it needed, in their order. */
  run(args?: readonly string[]): Promise<string[]>;
  /** Runs it until its statement reaches the wire, and kills it there. */
  killAt(point: Point, args?: readonly string[]): Promise<void>;
  close(): Promise<void>;
};

const ended = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
};

export async function openKillableProgram(
  program: string,
  target: pg.PoolConfig,
): Promise<KillableProgram> {
  const wire = await openWire(target);
  const file = path.join(await builtWallet(), 'server', `${program}.js`);
  const start = (args: readonly string[]) =>
    spawn(process.execPath, [file, ...args], {
      env: { PATH: process.env.PATH, ORIGIN, DATABASE_URL: wire.url, DATA_DIR: tmpdir() },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  return {
    async run(args = []) {
      wire.forget();
      const code = await ended(start(args));
      if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
      return [...wire.passed];
    },
    async killAt({ statement, when, nth }, args = []) {
      const stop = wire.stopAt(statement, when, nth);
      const child = start(args);
      const over = ended(child).then(() => 'over' as const);
      const first = await Promise.race([stop.reached, over]);
      child.kill('SIGKILL');
      await over;
      stop.disarm();
      if (first === 'over') throw new Error(`${program} ended without "${statement}"`);
    },
    close: () => wire.close(),
  };
}
