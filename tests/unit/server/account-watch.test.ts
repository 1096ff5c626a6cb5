import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Bytes } from '#protocol/bytes.ts';
import { createAccountWatch } from '#server/accounts/account-watch.ts';

const INTERVAL_MS = 250;
const account = (n: number): Bytes => new Uint8Array(16).fill(n);

let asked: number[];
let version: bigint;
let answerMs: number;
let faults: unknown[];
let isBroken: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  [asked, version, answerMs, faults, isBroken] = [[], 1n, 0, [], false];
});
afterEach(() => {
  vi.useRealTimers();
});

const watching = () =>
  createAccountWatch({
    intervalMs: INTERVAL_MS,
    onFault: (cause) => faults.push(cause),
    async readVersions(accounts) {
      asked.push(accounts.length);
      if (answerMs > 0) await new Promise((resolve) => setTimeout(resolve, answerMs));
      if (isBroken) throw new Error('away');
      return accounts.map(() => version);
    },
  });

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('the database is asked only while somebody watches, once for all of them', async () => {
  const watch = watching();
  await pass(10 * INTERVAL_MS);
  expect(asked).toEqual([]);
  const leave = [1, 2, 2].map((n) => watch.subscribe(account(n), () => undefined));
  await pass(INTERVAL_MS);
  expect(asked).toEqual([2]);
  for (const end of leave) end();
  await pass(10 * INTERVAL_MS);
  expect(asked.length).toBeLessThanOrEqual(2);
  watch.subscribe(account(3), () => undefined);
  await pass(INTERVAL_MS);
  expect(asked.at(-1)).toBe(1);
  watch.stop();
});

test('who watches is woken when the version is another, and not otherwise', async () => {
  const watch = watching();
  const wake = vi.fn();
  watch.subscribe(account(1), wake);
  await pass(INTERVAL_MS);
  // What was committed between the stream's first read and the first look must not be missed.
  expect(wake).toHaveBeenCalledTimes(1);
  await pass(4 * INTERVAL_MS);
  expect(wake).toHaveBeenCalledTimes(1);
  version = 2n;
  await pass(INTERVAL_MS);
  expect(wake).toHaveBeenCalledTimes(2);
  watch.stop();
});

test('a commit of this process wakes at once, and only those it concerns', () => {
  const watch = watching();
  const [one, two] = [vi.fn(), vi.fn()];
  watch.subscribe(account(1), one);
  watch.subscribe(account(2), two);
  watch.announce([account(2), account(3)]);
  expect(one).not.toHaveBeenCalled();
  expect(two).toHaveBeenCalledTimes(1);
  watch.stop();
});

test('a look that took long is followed by a long rest, but looking never ends', async () => {
  const watch = watching();
  answerMs = 100;
  watch.subscribe(account(1), () => undefined);
  await pass(INTERVAL_MS + answerMs);
  expect(asked).toHaveLength(1);
  await pass(19 * answerMs);
  expect(asked).toHaveLength(1);
  await pass(answerMs);
  expect(asked).toHaveLength(2);
  answerMs = 60_000;
  await pass(10 * 60_000);
  expect(asked.length).toBeGreaterThanOrEqual(9);
  watch.stop();
});

test('a database that is away is told of, asked again, and shows in how far the watch is behind', async () => {
  const watch = watching();
  expect(watch.state()).toEqual({ streams: 0, behindMs: 0 });
  watch.subscribe(account(1), () => undefined);
  await pass(INTERVAL_MS);
  expect(watch.state()).toEqual({ streams: 1, behindMs: 0 });
  isBroken = true;
  await pass(4 * INTERVAL_MS);
  expect(faults).toHaveLength(4);
  expect(watch.state().behindMs).toBe(4 * INTERVAL_MS);
  isBroken = false;
  await pass(INTERVAL_MS);
  expect(watch.state().behindMs).toBe(0);
  watch.stop();
});

test('a watch that is stopped asks nothing any more', async () => {
  const watch = watching();
  watch.subscribe(account(1), () => undefined);
  watch.stop();
  await pass(10 * INTERVAL_MS);
  expect(asked).toEqual([]);
});
