import { expect, test } from 'vitest';
import { createInFlight } from '#server/in-flight.ts';

test('a stop waits for what has begun, however it ends, and for nothing else', async () => {
  const inFlight = createInFlight();
  await inFlight.idle();
  const ends: ((cause?: Error) => void)[] = [];
  const begin = () =>
    inFlight.run(
      () =>
        new Promise<string>((resolve, reject) =>
          ends.push((cause) => (cause ? reject(cause) : resolve('done'))),
        ),
    );
  const [first, second] = [begin(), begin()];
  let isIdle = false;
  const idle = inFlight.idle().then(() => {
    isIdle = true;
  });
  ends[0]?.(new Error('it failed'));
  await expect(first).rejects.toThrow('it failed');
  expect(isIdle).toBe(false);
  ends[1]?.();
  expect(await second).toBe('done');
  await idle;
});
