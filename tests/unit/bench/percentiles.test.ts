import { expect, test } from 'vitest';
import { median, percentile } from '../../bench/server/percentiles.ts';

test('a percentile is a value that was measured', () => {
  const values = [50, 15, 40, 20, 35];
  expect([5, 30, 40, 50, 100].map((percent) => percentile(values, percent))).toEqual([
    15, 20, 20, 35, 50,
  ]);
});

test('the 99th of a hundred is the last but one', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(percentile(values, 99)).toBe(99);
});

test('numbers are put in order as numbers, and the given list is left alone', () => {
  const values = [100, 9, 20];
  expect(median(values)).toBe(20);
  expect(values).toEqual([100, 9, 20]);
});

test('of nothing there is no percentile', () => {
  expect(percentile([], 50)).toBeNull();
});
