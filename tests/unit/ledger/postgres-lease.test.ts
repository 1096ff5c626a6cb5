/** A server that was stopped as somebody connected is tried again; any other error is told. */
import { expect, test } from 'vitest';
import { isShutdown } from '#ledger/postgres-lease.ts';

test.each([
  'Connection terminated unexpectedly',
  'Client has encountered a connection error and is not queryable',
  'read ECONNRESET',
])('“%s” is a server that stops', (words) => {
  expect(isShutdown(new Error(words))).toBe(true);
});

test('another error is none', () => {
  expect(isShutdown(new Error('password authentication failed'))).toBe(false);
});
