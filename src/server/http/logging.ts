/** Owns what is logged: JSON lines without secrets, bodies, cookies or addresses of pages. */
import type { FastifyServerOptions } from 'fastify';
import type { LogLevel } from '../settings.ts';

type Destination = { write(line: string): void };

/** Of an error only what names it: a database's error may quote the values it met. */
function errorFields(error: unknown) {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error), stack: '' };
  const { name, message, stack = '' } = error;
  const code = 'code' in error ? { code: error.code } : {};
  const cause: object = error.cause === undefined ? {} : { cause: errorFields(error.cause) };
  return { type: name, message, ...code, stack, ...cause };
}

export function loggerOptions(level: LogLevel, stream: Destination) {
  return {
    level,
    stream,
    base: { pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: {
      err: errorFields,
      // Asked for by the framework; the one line of ours says what matters.
      req: () => ({}),
      res: () => ({}),
    },
  } satisfies FastifyServerOptions['logger'];
}
