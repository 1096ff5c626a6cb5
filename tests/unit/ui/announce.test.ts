import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { announce, announced } from '#ui/announce.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what was announced is gone once it is said, and what came after it stays its own time', () => {
  announce('Approve');
  vi.advanceTimersByTime(9_000);
  announce('Paid');
  vi.advanceTimersByTime(9_000);
  expect(announced.value).toBe('Paid');
  vi.advanceTimersByTime(1_000);
  expect(announced.value).toBe('');
});

test('the same words again differ, so that they are read again', () => {
  announce('Copied');
  const first = announced.value;
  announce('Copied');
  expect(announced.value).not.toBe(first);
  expect(announced.value.trim()).toBe('Copied');
});
