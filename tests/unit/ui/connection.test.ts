/** What is said of the connection is only what was tried and heard. */
import { describe, expect, test } from 'vitest';
import {
  type Connection,
  createConnectionMirror,
  followConnection,
  followReports,
} from '#ui/connection.ts';

const never: Connection = { kind: 'never' };
const asked = (atMs: number) => ({ kind: 'asked', atMs }) as const;
const heard = (atMs: number) => ({ kind: 'heard', atMs }) as const;
const silence = (atMs: number) => ({ kind: 'silence', atMs }) as const;
const after = (...events: Parameters<typeof followConnection>[1][]) =>
  events.reduce(followConnection, never);

test('nothing is claimed before anything was tried', () => {
  expect(after()).toEqual({ kind: 'never' });
});

test('asking is trying, an answer is reaching', () => {
  expect(after(asked(1))).toEqual({ kind: 'trying', sinceMs: 1 });
  expect(after(asked(1), heard(3))).toEqual({ kind: 'reached', atMs: 3 });
});

test('silence counts from the last answer, not from the last attempt', () => {
  expect(after(heard(3), asked(8), silence(9))).toEqual({ kind: 'silent', sinceMs: 3 });
});

test('silence after silence keeps its beginning', () => {
  expect(after(silence(4), asked(6), silence(9))).toEqual({ kind: 'silent', sinceMs: 4 });
});

test('asking once more while the server answers does not unsay that it does', () => {
  expect(after(heard(3), asked(4))).toEqual({ kind: 'reached', atMs: 3 });
});

test('an answer ends silence', () => {
  expect(after(silence(4), heard(5))).toEqual({ kind: 'reached', atMs: 5 });
});

describe('what the relay reports', () => {
  const trouble = (atMs: number) => ({ lastTrouble: { kind: 'silence', atMs } }) as const;

  test('old silence, reported once more, does not unsay a newer answer', () => {
    const mirror = createConnectionMirror();
    const follow = followReports(mirror);
    follow(trouble(4));
    expect(mirror.value).toEqual({ kind: 'silent', sinceMs: 4 });
    mirror.tell(heard(9));
    follow(trouble(4));
    expect(mirror.value).toEqual({ kind: 'reached', atMs: 9 });
  });

  test('an old answer, reported once more, does not unsay newer silence', () => {
    const mirror = createConnectionMirror();
    const follow = followReports(mirror);
    follow({ heardAtMs: 4 });
    mirror.tell(silence(9));
    follow({ heardAtMs: 4 });
    expect(mirror.value).toEqual({ kind: 'silent', sinceMs: 4 });
  });

  test('each new silence and each new answer counts, also when the clock was set back', () => {
    const mirror = createConnectionMirror();
    const follow = followReports(mirror);
    mirror.tell(heard(900));
    follow(trouble(10));
    expect(mirror.value).toEqual({ kind: 'silent', sinceMs: 900 });
    follow({ ...trouble(10), heardAtMs: 12 });
    expect(mirror.value).toEqual({ kind: 'reached', atMs: 12 });
    follow({ ...trouble(15), heardAtMs: 12 });
    expect(mirror.value).toEqual({ kind: 'silent', sinceMs: 12 });
  });
});
