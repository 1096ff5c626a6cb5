// What browsers may or may not do for us is asked for in one place, and nothing hangs on it.
import { expect, test } from 'vitest';
import { repositoryFiles } from './repository.ts';

const source = repositoryFiles().filter(({ path }) => /^src\/.*\.tsx?$/.test(path));
const speaking = (word: RegExp) =>
  source.filter(({ text }) => word.test(text)).map(({ path }) => path);

test('one function asks for a background sync, and one module of the page calls it (F2, F6)', () => {
  expect(speaking(/\bsync\b[^\n]*\.register\(/)).toEqual(['src/device/sync-registration.ts']);
  expect(speaking(/registerOutboxSync\(/).sort()).toEqual([
    'src/device/sync-registration.ts',
    'src/device/triggers.ts',
  ]);
  expect(speaking(/startTriggers\(/).sort()).toEqual([
    'src/device/triggers.ts',
    'src/ui/engine.ts',
  ]);
});

test('one tag is asked for and answered (F6)', () => {
  expect(speaking(/OUTBOX_SYNC_TAG/).sort()).toEqual([
    'src/device/sync-registration.ts',
    'src/sw/sw.ts',
  ]);
});

test('nothing asks for a periodic sync or for pushes, so nothing can miss them (F5, F77)', () => {
  expect(speaking(/periodic-?sync|pushManager|PushSubscription/i)).toEqual([]);
});

test('the server knows one database, so that nothing is read from a copy that lags (F58)', () => {
  const connecting = speaking(/new (pg\.)?(Pool|Client)\(/);
  expect(connecting.length).toBeGreaterThan(0);
  expect(connecting.every((path) => path.startsWith('src/ledger/'))).toBe(true);
  expect(speaking(/DATABASE_URL_|READ_DATABASE|REPLICA_URL/)).toEqual([]);
});
