/** Owns log lines from outside of a request, in the shape of all the others. */
import type { Log } from '#ledger/embedded-postgres.ts';
import { LOG_LEVELS, type LogLevel } from './settings.ts';

export type LineLog = Log & { error(message: string, cause?: unknown): void };

/** JSON lines, as the requests' own. Of a cause only its words, never its values. */
export function createLineLog(level: LogLevel, out: { write(line: string): void }): LineLog {
  const least = LOG_LEVELS.indexOf(level);
  const write = (at: LogLevel, message: string, cause?: unknown) => {
    if (level === 'silent' || LOG_LEVELS.indexOf(at) > least) return;
    const because = cause instanceof Error ? { cause: cause.stack ?? cause.message } : {};
    const { pid } = process;
    const line = { level: at, time: new Date().toISOString(), pid, ...because, msg: message };
    out.write(`${JSON.stringify(line)}\n`);
  };
  return {
    info: (message) => write('info', message),
    warn: (message) => write('warn', message),
    error: (message, cause) => write('error', message, cause),
  };
}
