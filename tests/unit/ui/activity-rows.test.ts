import { describe, expect, test } from 'vitest';
import type { ActivityLine } from '#ui/activity-lines.ts';
import { rowOffsets, rowsByDay, sliceOf } from '#ui/activity-rows.ts';

const at = (text: string): ActivityLine => ({
  key: text,
  direction: 'in',
  kind: 'payment',
  state: 'received',
  counterparty: '',
  name: '',
  amountMinor: 1n,
  currency: 978,
  atMs: new Date(text).getTime(),
});

describe('rows by day', () => {
  test('one heading before the first line of each day of this phone’s clock', () => {
    const lines = [
      at('2026-03-02T23:59:59'),
      at('2026-03-02T00:00:00'),
      at('2026-03-01T23:59:59'),
      at('2026-02-27T12:00:00'),
    ];
    const kinds = rowsByDay(lines).map((row) => (row.kind === 'day' ? 'day' : row.line.key));
    expect(kinds).toEqual([
      'day',
      '2026-03-02T23:59:59',
      '2026-03-02T00:00:00',
      'day',
      '2026-03-01T23:59:59',
      'day',
      '2026-02-27T12:00:00',
    ]);
  });

  test('no lines, no rows', () => {
    expect(rowsByDay([])).toEqual([]);
    expect(sliceOf(rowOffsets([], { day: 40, line: 70 }), 0, 640)).toEqual({
      first: 0,
      end: 0,
      above: 0,
      below: 0,
    });
  });
});

describe('the slice in sight', () => {
  const rows = rowsByDay(
    Array.from({ length: 10_000 }, (_, i) => ({ ...at('2026-01-01T12:00:00'), atMs: -i * 6e5 })),
  );
  const offsets = rowOffsets(rows, { day: 40, line: 70 });
  const total = offsets[rows.length] ?? 0;

  test.each([0, 1, 39, 40, 12_345, total / 2, total - 640, total + 5000])(
    'from %d on: everything in sight is there, what is not is made up by space',
    (top) => {
      const slice = sliceOf(offsets, top, top + 640, 4);
      const inside = (offsets[slice.end] ?? 0) - (offsets[slice.first] ?? 0);
      expect(slice.above + inside + slice.below).toBe(total);
      expect(slice.end - slice.first).toBeLessThan(30);
      if (top < total) {
        expect(slice.above).toBeLessThanOrEqual(top);
        expect(total - slice.below).toBeGreaterThanOrEqual(Math.min(total, top + 640));
      }
    },
  );
});
