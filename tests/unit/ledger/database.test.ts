import pg from 'pg';
import { expect, test } from 'vitest';
import { CommitUnknown, faultKind, openDatabase } from '#ledger/database.ts';
import { createSeeded } from '../../simulation/seeded.ts';
import { histogram } from '../../support/histogram.ts';

const LOG = { info: () => undefined, warn: () => undefined };

function postgresError(code: string): Error {
  const error = new pg.DatabaseError('from PostgreSQL', 10, 'error');
  error.code = code;
  return error;
}

function systemError(code: string): Error {
  return Object.assign(new Error('from the system'), { code });
}

test.each([
  ['a serialization failure', postgresError('40001'), 'conflict'],
  ['a deadlock', postgresError('40P01'), 'conflict'],
  ['a guard of ours', postgresError('22012'), 'conflict'],
  ['a server that shuts down', postgresError('57P01'), 'connection'],
  ['a server that starts', postgresError('57P03'), 'connection'],
  ['too many connections', postgresError('53300'), 'connection'],
  ['a full disk', postgresError('53100'), 'connection'],
  ['a disk that does not read or write', postgresError('58030'), 'connection'],
  ['a PostgreSQL that breaks inside', postgresError('XX000'), 'connection'],
  ['a damaged page', postgresError('XX001'), 'connection'],
  ['a primary that became a replica', postgresError('25006'), 'connection'],
  ['a lock that is not given', postgresError('55P03'), 'connection'],
  ['a statement that takes too long', postgresError('57014'), 'connection'],
  ['a transaction left idle', postgresError('25P03'), 'connection'],
  ['nobody at the socket', systemError('ECONNREFUSED'), 'connection'],
  ['a name that is not resolved for now', systemError('EAI_AGAIN'), 'connection'],
  ['an outcome that the engine does not know', postgresError('40003'), 'connection'],
  ['no socket', systemError('ENOENT'), 'connection'],
  ['a broken pipe', systemError('EPIPE'), 'connection'],
  ['a dead client', new Error('Connection terminated unexpectedly'), 'connection'],
  ['an answer that never comes', new Error('Query read timeout'), 'connection'],
  ['a pool that is exhausted', new Error('timeout exceeded when trying to connect'), 'connection'],
  ['a COMMIT without an answer', new CommitUnknown('?'), 'connection'],
  ['a broken constraint', postgresError('23514'), 'bug'],
  ['wrong SQL', postgresError('42601'), 'bug'],
  ['a mistake of ours', new TypeError('undefined is not a function'), 'bug'],
])('%s', (_, error, kind) => {
  expect(faultKind(error)).toBe(kind);
});

/** A database that is never connected to: only its way of repeating is asked. */
function openRepeating(attemptMs = 0, random = () => 0.999) {
  const pausesMs: number[] = [];
  let nowMs = 0;
  const database = openDatabase(
    {},
    {
      log: LOG,
      attemptsMax: 6,
      retry: {
        nowMs: () => nowMs,
        random,
        sleep: async (ms) => {
          pausesMs.push(ms);
        },
      },
    },
  );
  let attempts = 0;
  const failing = (error: Error) => async () => {
    attempts++;
    nowMs += attemptMs;
    throw error;
  };
  return { database, failing, pausesMs, attempts: () => attempts };
}

test('what may pass is repeated a bounded number of times, with growing pauses', async () => {
  const { database, failing, pausesMs, attempts } = openRepeating();
  await expect(database.retry(failing(postgresError('40001')))).rejects.toThrow('from PostgreSQL');
  expect(attempts()).toBe(6);
  expect(pausesMs).toEqual([...pausesMs].sort((a, b) => a - b));
  expect(pausesMs).toHaveLength(5);
});

test('those that collided at one moment come back spread over the whole pause, at each attempt (F54)', async () => {
  const { fraction } = createSeeded(54);
  const rivals = 2000;
  const pauses: number[][] = [[], [], [], [], []];
  for (let i = 0; i < rivals; i++) {
    const { database, failing, pausesMs } = openRepeating(0, fraction);
    await database.retry(failing(postgresError('40P01'))).catch(() => undefined);
    for (const [attempt, pauseMs] of pausesMs.entries()) pauses[attempt]?.push(pauseMs);
  }
  const longestMs = pauses.map((each) => Math.max(...each));
  expect(longestMs).toEqual([...longestMs].sort((a, b) => a - b));
  for (const [attempt, each] of pauses.entries()) {
    const tenths = histogram(each, longestMs[attempt] ?? 0, 10);
    expect(Math.min(...tenths)).toBeGreaterThan(0.7 * (rivals / 10));
    expect(Math.max(...tenths)).toBeLessThan(1.3 * (rivals / 10));
  }
});

test('what is wrong is not repeated', async () => {
  const { database, failing, attempts } = openRepeating();
  await expect(database.retry(failing(postgresError('23514')))).rejects.toThrow();
  expect(attempts()).toBe(1);
});

test('nothing is repeated for somebody who has given up', async () => {
  const { database, failing, attempts } = openRepeating(5000);
  await expect(database.retry(failing(new Error('Query read timeout')))).rejects.toThrow();
  expect(attempts()).toBe(2);
});
