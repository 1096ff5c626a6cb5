import { expect, test } from 'vitest';
import { toUtf8 } from '#protocol/bytes.ts';
import { QUARANTINE_PERIOD_MS } from '#wallet/relay-pace.ts';
import { createFakeWorld, online, SILENCE } from './fake-world.ts';
import { httpAnswer } from './paper-server.ts';

test('a payment that the server will look at later waits in the outbox, and its neighbours are settled', async () => {
  const world = createFakeWorld();
  const [, hasty] = await world.promise(3);
  world.server.refuse(hasty?.id ?? '', 'too_many_requests');
  const report = await world.relay.drain('start');
  expect(report).toMatchObject({ settled: 2, waiting: 1, quarantined: 0 });
  expect([...world.disk.outbox.keys()]).toEqual([hasty?.id]);
  // Offered once in this drain: what was turned away does not come back at once.
  expect(world.posts).toHaveLength(1);
});

test('it is offered again within minutes, ever more rarely, and settled when its time has come', async () => {
  const world = createFakeWorld();
  const [hasty] = await world.promise(1);
  world.server.refuse(hasty?.id ?? '', 'too_many_requests');
  const waitsMs: number[] = [];
  for (let i = 0; i < 6; i++) {
    const report = await world.relay.drain('timer');
    waitsMs.push((report.nextAttemptAtMs ?? 0) - world.nowMs);
    world.nowMs = report.nextAttemptAtMs ?? world.nowMs;
  }
  expect(waitsMs.every((wait, i) => wait > (waitsMs[i - 1] ?? 0))).toBe(true);
  expect(waitsMs.at(-1)).toBeLessThan(QUARANTINE_PERIOD_MS / 100);
  world.server.refuse(hasty?.id ?? '', undefined);
  expect(await world.relay.drain('timer')).toMatchObject({ settled: 1, waiting: 0 });
});

test('an upload that came too slowly is tried again in halves, and nothing of it is set apart', async () => {
  const world = createFakeWorld();
  await world.promise(8);
  const problem = toUtf8('{"code":"request_timeout","title":"x","status":408}');
  const honest = world.network;
  world.network = () => httpAnswer(408, 'application/problem+json', problem);
  const report = await world.relay.drain('start');
  expect(report).toMatchObject({ settled: 0, waiting: 8, quarantined: 0 });
  world.network = honest;
  world.nowMs = report.nextAttemptAtMs ?? world.nowMs;
  expect(await world.relay.drain('timer')).toMatchObject({ settled: 8, waiting: 0 });
  expect(world.posts.map(({ items }) => items).slice(0, 2)).toEqual([8, 4]);
});

test('what fails keeps its place in the outbox, also before what is promised meanwhile (F15)', async () => {
  const world = createFakeWorld();
  const [first] = await world.promise(1);
  const seen: string[][] = [];
  const look = async () => {
    seen.push((await world.store.readOutbox()).map(({ id }) => id));
  };
  let second: string | undefined;
  world.network = async () => {
    await look();
    second ??= (await world.promise(1))[0]?.id;
    await look();
    return SILENCE;
  };
  await world.relay.drain('enqueue');
  await look();
  expect(seen).toEqual([[first?.id], [first?.id, second], [first?.id, second]]);
  online(world);
  await world.relay.drain('online');
  expect(world.disk.outbox.size).toBe(0);
  expect([...world.server.transfers.values()]).toEqual([1, 1]);
});

test('what waited through an outage leaves in batches again, not one by one (F48)', async () => {
  const world = createFakeWorld();
  await world.promise(45);
  world.network = () => SILENCE;
  for (let attempt = 0; attempt < 30; attempt++) await world.relay.drain('person');
  online(world);
  world.posts.length = 0;
  await world.relay.drain('online');
  expect(world.disk.outbox.size).toBe(0);
  expect(world.posts.length).toBeLessThan(10);
});
