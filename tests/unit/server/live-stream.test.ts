import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import type { StatementEntry } from '#protocol/wire.ts';
import { openLiveStream } from '#server/accounts/live-stream.ts';

afterEach(() => {
  vi.useRealTimers();
});

const HEARTBEAT_MS = 1000;

/** A browser's connection; one that does not read never says that a write is done. */
function connect(isReading: boolean) {
  let received = '';
  const connection = new Duplex({
    read: () => undefined,
    write: (chunk, _encoding, done) => {
      received += String(chunk);
      if (isReading) done();
    },
  });
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.assignSocket(connection as Socket);
  return { response, received: () => received };
}

function open(
  response: ServerResponse,
  isAllowed = async () => true,
  entries: readonly StatementEntry[] = [],
) {
  const onFault = vi.fn();
  const stream = openLiveStream({
    response,
    after: 0,
    isAhead: false,
    readEntries: async (after) => entries.filter(({ version }) => version > after),
    toJson: ({ version }) => version,
    isAllowed,
    heartbeatMs: HEARTBEAT_MS,
    onFault,
  });
  return { stream, onFault };
}

test('a stream that ends says so to a browser that reads', async () => {
  const { response } = connect(true);
  const { stream } = open(response);
  await setImmediate();
  stream.end();
  expect(response.writableEnded).toBe(true);
  expect(response.destroyed).toBe(false);
});

test('a browser that does not read cannot hold on to a stream that ends', async () => {
  const { response } = connect(false);
  const { stream } = open(response);
  await setImmediate();
  stream.end();
  expect(response.destroyed).toBe(true);
});

test.each([
  ['goes on at a heartbeat while its session lives', async () => true, false],
  ['ends at the heartbeat after its session has ended', async () => false, true],
])('a stream %s', async (_, isAllowed, ended) => {
  vi.useFakeTimers();
  const { response, received } = connect(true);
  const { stream } = open(response, isAllowed);
  await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
  expect(response.writableEnded).toBe(ended);
  expect(received().includes(': beat')).toBe(!ended);
  stream.end();
});

test('a stream ends when it cannot be known whether its session lives', async () => {
  vi.useFakeTimers();
  const { response } = connect(true);
  const { onFault } = open(response, async () => {
    throw new Error('the database is away');
  });
  await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
  expect(response.writableEnded).toBe(true);
  expect(onFault).toHaveBeenCalledOnce();
});

test.each(Array.from({ length: 12 }, (_, step) => step))(
  'news at step %i of a look are told without another wake',
  async (step) => {
    const { response, received } = connect(true);
    const entries: StatementEntry[] = [];
    const { stream } = open(response, undefined, entries);
    for (let i = 0; i < step; i++) await Promise.resolve();
    entries.push({
      version: 1,
      currency: 978,
      amountMinor: 1n,
      balanceMinor: 1n,
      kind: 'issue',
      counterparty: '',
      counterpartyName: '',
      postedAtMs: 0,
    });
    stream.wake();
    await setImmediate();
    expect(received().split('id: 1\n')).toHaveLength(2);
    stream.end();
  },
);
