import { describe, expect, test, vi } from 'vitest';
import type { Database } from '#ledger/database.ts';
import { leaveRoom } from '#server/database-share.ts';
import { Unavailable } from '#server/ports.ts';

/** A database whose every question waits to be answered by hand. */
function slowDatabase() {
  const asked: { readonly text: string; answer(): void; fail(): void }[] = [];
  const ask = (text: string) =>
    new Promise<never>((resolve, reject) => {
      const answer = () => resolve(text as never);
      asked.push({ text, answer, fail: () => reject(new Error(text)) });
    });
  const database: Database = {
    query: (statement) => ask(String(statement)),
    transaction: () => ask('transaction'),
    borrow: () => ask('borrow'),
    retry: (attempt) => attempt(),
    close: async () => undefined,
    connections: () => ({ open: 0, idle: 0, waiting: 0 }),
  };
  return { database, asked, texts: () => asked.map(({ text }) => text) };
}

const SHARE = { connectionsMax: 4, waitingMax: 2, waitMaxMs: 5000 };
/** Everything that was to happen by itself has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the share of the database that is not settling’s', () => {
  test('leaves two connections, whatever is asked and however often', async () => {
    const { database, asked, texts } = slowDatabase();
    const share = leaveRoom(database, SHARE);
    const answers = [
      share.query('a'),
      share.transaction(async () => 1),
      share.borrow(async () => 2),
    ];
    await settled();
    expect(texts()).toEqual(['a', 'transaction']);
    asked[0]?.answer();
    await settled();
    expect(texts()).toEqual(['a', 'transaction', 'borrow']);
    for (const { answer } of asked) answer();
    expect(await Promise.all(answers)).toEqual(['a', 'transaction', 'borrow']);
  });

  test('lets one in at least, and the next also behind one that failed', async () => {
    const { database, asked, texts } = slowDatabase();
    const share = leaveRoom(database, { ...SHARE, connectionsMax: 2 });
    const first = share.query('a').catch(({ message }: Error) => message);
    const second = share.query('b');
    await settled();
    expect(texts()).toEqual(['a']);
    asked[0]?.fail();
    expect(await first).toBe('a');
    await settled();
    asked[1]?.answer();
    expect(await second).toBe('b');
  });

  test('tells who comes behind too many that it is unavailable, at once', async () => {
    const { database, asked, texts } = slowDatabase();
    const share = leaveRoom(database, SHARE);
    const answers = ['a', 'b', 'c', 'd'].map((text) => share.query(text));
    await expect(share.query('e')).rejects.toThrow(Unavailable);
    expect(texts()).toEqual(['a', 'b']);
    for (let place = 0; place < answers.length; place++) {
      await settled();
      asked[place]?.answer();
    }
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('tells who has waited too long, and nobody takes its place with it', async () => {
    vi.useFakeTimers();
    const { database, asked, texts } = slowDatabase();
    const share = leaveRoom(database, SHARE);
    void share.query('a');
    void share.query('b');
    const late = expect(share.query('c')).rejects.toThrow(Unavailable);
    await vi.advanceTimersByTimeAsync(5000);
    vi.useRealTimers();
    await late;
    void share.query('d');
    asked[0]?.answer();
    await settled();
    expect(texts()).toEqual(['a', 'b', 'd']);
  });
});
