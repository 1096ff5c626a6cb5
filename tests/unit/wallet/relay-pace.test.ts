// When phones that lost the server at one moment come back to it: never together, however often that was in vain.
import { expect, test } from 'vitest';
import { outboxEntryOf } from '#wallet/records.ts';
import { createPace } from '#wallet/relay-pace.ts';
import { createSeeded } from '../../simulation/seeded.ts';
import { histogram } from '../../support/histogram.ts';
import { samplePayment } from './samples.ts';

const PHONES = 4000;
const PARTS = 20;
const BATCH = [outboxEntryOf(samplePayment(1))];
const DOUBLED_MS = [
  2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000,
];

test.each(DOUBLED_MS.map((mostMs, failures) => ({ failures: failures + 1, mostMs })))(
  'after $failures failures in a row they are spread evenly over $mostMs ms (F48, F54)',
  ({ failures, mostMs }) => {
    const { fraction } = createSeeded(failures);
    const waits = Array.from({ length: PHONES }, () => {
      const pace = createPace(fraction);
      for (let i = 0; i < failures; i++) pace.failed(BATCH, 0);
      return pace.nextAttemptAtMs(0);
    });
    expect(Math.max(...waits)).toBeLessThan(mostMs);
    const share = PHONES / PARTS;
    const counts = histogram(waits, mostMs, PARTS);
    expect(Math.min(...counts)).toBeGreaterThan(0.7 * share);
    expect(Math.max(...counts)).toBeLessThan(1.3 * share);
  },
);
