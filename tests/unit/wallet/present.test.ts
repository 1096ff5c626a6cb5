import { describe, expect, test } from 'vitest';
import { hasClockGoneBack, presentMs } from '#wallet/present.ts';
import { IDENTITY, NOW_MS } from './samples.ts';

const HOUR_MS = 3_600_000;
const YEARS_MS = 10 * 365 * 24 * HOUR_MS;

const readAt = (readAtMs: number) => ({ ...IDENTITY, readAtMs });

describe('the present', () => {
  test.each([-YEARS_MS, -HOUR_MS, 0, HOUR_MS, YEARS_MS])(
    'is what the server said and what was counted since, with a clock off by %i ms',
    (skewMs) => {
      const identity = readAt(NOW_MS + skewMs);
      for (const elapsedMs of [0, 1, HOUR_MS, 400 * 24 * HOUR_MS]) {
        const moment = { identity, nowMs: NOW_MS + skewMs + elapsedMs };
        expect(presentMs(moment)).toBe(NOW_MS + elapsedMs);
        expect(hasClockGoneBack(moment)).toBe(false);
      }
    },
  );

  test('is never before the server’s word when the clock has gone back', () => {
    for (const skewMs of [-YEARS_MS, -HOUR_MS, 0, HOUR_MS, YEARS_MS]) {
      const moment = { identity: readAt(NOW_MS + skewMs), nowMs: NOW_MS + skewMs - 1 };
      expect(hasClockGoneBack(moment)).toBe(true);
      expect(presentMs(moment)).toBeGreaterThanOrEqual(NOW_MS);
      expect(presentMs(moment)).toBeLessThan(NOW_MS + 2 * HOUR_MS);
    }
  });

  test('is the clock’s own where it was set right since', () => {
    const moment = { identity: readAt(NOW_MS + YEARS_MS), nowMs: NOW_MS + 8 * 24 * HOUR_MS };
    expect(presentMs(moment)).toBe(moment.nowMs);
  });

  test('is the later of both for what was read before clocks were compared', () => {
    expect(presentMs({ identity: IDENTITY, nowMs: NOW_MS + 5 })).toBe(NOW_MS + 5);
    expect(presentMs({ identity: IDENTITY, nowMs: NOW_MS - 5 })).toBe(NOW_MS);
    expect(hasClockGoneBack({ identity: IDENTITY, nowMs: NOW_MS - 5 })).toBe(true);
  });
});
