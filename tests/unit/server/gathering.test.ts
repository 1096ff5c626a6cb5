import { expect, test } from 'vitest';
import { createGathering } from '#server/payments/gathering.ts';

/** Work that ends when it is told to. */
function openWork(sizeMax: number) {
  const lots: number[][] = [];
  const ends: (() => void)[] = [];
  const gathering = createGathering<number>({
    sizeOf: (size) => size,
    sizeMax,
    work: (jobs) => {
      lots.push([...jobs]);
      return new Promise((resolve) => ends.push(resolve));
    },
  });
  async function endFirst(): Promise<void> {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { lots, gathering, endFirst };
}

test('a job that comes alone waits for nobody', () => {
  const { lots, gathering } = openWork(10);
  gathering.add(1);
  expect(lots).toEqual([[1]]);
});

test('what comes while one lot is worked on is the next, in its order', async () => {
  const { lots, gathering, endFirst } = openWork(10);
  for (const job of [1, 2, 3, 4]) gathering.add(job);
  expect(lots).toEqual([[1]]);
  await endFirst();
  expect(lots).toEqual([[1], [2, 3, 4]]);
});

test('a lot is no larger than it may be, unless one job is', async () => {
  const { lots, gathering, endFirst } = openWork(10);
  for (const job of [1, 6, 4, 5, 12, 1]) gathering.add(job);
  for (let i = 0; i < 5; i++) await endFirst();
  expect(lots).toEqual([[1], [6, 4], [5], [12], [1]]);
});

test('after a pause it begins at once again', async () => {
  const { lots, gathering, endFirst } = openWork(10);
  gathering.add(1);
  await endFirst();
  gathering.add(2);
  expect(lots).toEqual([[1], [2]]);
});
