// A backup whose lines are not those that were written is damaged, and is said to be: nothing else is thrown.
import { describe, expect, it } from 'vitest';
import { BackupDamaged, type BackupPart, lineOf, partsOf } from '#ledger/backup-format.ts';

const HEADER = {
  takenAt: '2026-01-01T00:00:00.000Z',
  migrations: [{ number: 1, name: '0001-ledger', digest: 'ab' }],
};
const WHOLE: readonly BackupPart[] = [
  { kind: 'header', header: HEADER },
  { kind: 'table', table: { name: 'account', columns: ['id', 'name'] } },
  { kind: 'row', row: ['1', 'Ada'] },
  { kind: 'row', row: ['2', null] },
  { kind: 'table', table: { name: 'payment', columns: ['id'] } },
  {
    kind: 'end',
    end: {
      rows: { account: 2, payment: 0 },
      sequences: [{ name: 'ids', lastValue: '3', isCalled: true }],
    },
  },
];
const LINES = WHOLE.map(lineOf);

async function read(lines: readonly string[]): Promise<BackupPart[]> {
  async function* each() {
    yield* lines;
  }
  const parts = [];
  for await (const part of partsOf(each())) parts.push(part);
  return parts;
}

it('what was written is read, in its order', async () => {
  expect(await read(LINES)).toEqual(WHOLE);
});

const HEAD = LINES[0] ?? '';
const TABLE = LINES[1] ?? '';

describe('a line of another shape', () => {
  it.each<[string, readonly string[]]>([
    ['a header without its time', ['{"format":"counterfoil-backup","version":1,"migrations":[]}']],
    [
      'a header without migrations',
      ['{"format":"counterfoil-backup","version":1,"takenAt":"now"}', '{"end":{"rows":{}}}'],
    ],
    [
      'a migration without a number',
      [
        '{"format":"counterfoil-backup","version":1,"takenAt":"now","migrations":[{"name":"a","digest":"b"}]}',
      ],
    ],
    ['a table without columns', [HEAD, '{"table":"account"}', '["1"]']],
    ['a table whose columns are a text', [HEAD, '{"table":"account","columns":"id"}', '["1","2"]']],
    ['a table whose columns are numbers', [HEAD, '{"table":"account","columns":[1]}', '["1"]']],
    ['a row before any table', [HEAD, '["1","Ada"]']],
    ['a row that is too short', [HEAD, TABLE, '["1"]']],
    ['a row of something else than texts', [HEAD, TABLE, '["1",{"a":1}]']],
    ['an end without rows', [HEAD, '{"end":{"sequences":[]}}']],
    ['an end that is null', [HEAD, '{"end":null}']],
    ['an end whose rows are null', [HEAD, '{"end":{"rows":null,"sequences":[]}}']],
    ['an end without sequences', [HEAD, '{"end":{"rows":{}}}']],
    ['a sequence without a value', [HEAD, '{"end":{"rows":{},"sequences":[{"name":"ids"}]}}']],
    ['no object and no list', [HEAD, '1']],
    ['no JSON', [HEAD, '{']],
  ])('%s', async (_, lines) => {
    await expect(read(lines)).rejects.toThrow(BackupDamaged);
  });
});
