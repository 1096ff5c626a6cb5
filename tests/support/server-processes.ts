/** Owns the sight of a server's several processes: which of them answers, and whether it lives. */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROUTES } from '#protocol/routes.ts';
import { type KeptConnection, keepConnection } from './kept-connection.ts';
import type { TestServer } from './payment-server.ts';

export type ProcessConnection = KeptConnection & { readonly pid: number };

const DEADLINE_MS = 30_000;
const POLL_MS = 20;

/** Asks a process outside again and again until it is as wanted. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadlineMs = Date.now() + DEADLINE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadlineMs) throw new Error(`waited in vain for: ${what}`);
    await sleep(POLL_MS);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Of Linux: what that process has started and what has not ended. */
export const childrenOf = (pid: number): number[] =>
  fs
    .readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);

/** The request log says which process answered; the server's LOG_LEVEL must be info. */
async function pidBehind(server: TestServer, connection: KeptConnection): Promise<number> {
  const answer = await connection.inject({ url: ROUTES.keys.path });
  const id = String(answer.headers['x-request-id']);
  return until('the request’s line in the log', () => {
    const line = server
      .log()
      .split('\n')
      .find((text) => text.includes(`"reqId":"${id}"`));
    return line === undefined ? undefined : Number(JSON.parse(line).pid);
  });
}

/** One connection to each of so many processes, which the server deals out as it likes. */
export async function connectToEach(
  server: TestServer,
  processes: number,
): Promise<ProcessConnection[]> {
  const found = new Map<number, ProcessConnection>();
  await until(`connections to ${processes} processes`, async () => {
    const connection = keepConnection(`http://localhost:${server.port}`, server.origin);
    const pid = await pidBehind(server, connection).catch(() => undefined);
    if (pid === undefined || found.has(pid)) connection.close();
    else found.set(pid, { ...connection, pid });
    return found.size === processes ? true : undefined;
  });
  return [...found.values()];
}
