// The worker's event, on the production relay: how long it tries, and what it tells the browser.
import { describe, expect, test } from 'vitest';
import { createOutboxSync } from '#sw/outbox-sync.ts';
import { createFakeWorld, type FakeWorld, offline, online } from '../wallet/fake-world.ts';

function worker(world: FakeWorld, rest: () => Promise<void> = async () => {}) {
  const pauses: number[] = [];
  const sends: number[] = [];
  const sync = createOutboxSync({
    clock: { nowMs: () => world.nowMs },
    transport: {
      readIdentity: async () => world.identityAnswer(),
      postReoffers: async (reoffers) => world.server.answerReoffers(reoffers),
      postPayments: async (authorizations) => {
        sends.push(world.nowMs);
        return world.network(authorizations, () => world.server.answer(authorizations));
      },
    },
    pause: async (ms) => {
      pauses.push(ms);
      world.nowMs += ms;
      await rest();
    },
    relayOn: (transport) => world.another({ transport }),
  });
  return { sync, pauses, sends };
}

describe('a sync event', () => {
  test('ends well when the outbox is empty', async () => {
    const world = createFakeWorld();
    await world.promise(3);
    const { sync } = worker(world);
    await expect(sync.sync()).resolves.toBeUndefined();
    expect(world.disk.outbox.size).toBe(0);
  });

  test('with nothing to send sends nothing', async () => {
    const { sync, sends } = worker(createFakeWorld());
    await sync.sync();
    expect(sends).toEqual([]);
  });

  test('tries again within its time, and rejects when something is left', async () => {
    const world = createFakeWorld();
    await world.promise(1);
    offline(world);
    const begunMs = world.nowMs;
    const { sync, sends } = worker(world);
    await expect(sync.sync()).rejects.toThrow('1 payments wait');
    expect(sends.length).toBeGreaterThan(3);
    // Nothing is begun two minutes in: the browser ends the event after three.
    expect(Math.max(...sends) - begunMs).toBeLessThan(120_000);
  });

  test('a network that comes back in between is enough', async () => {
    const world = createFakeWorld();
    await world.promise(1);
    offline(world);
    const { sync, sends } = worker(world);
    const before = world.network;
    world.network = (authorizations, deliver) => {
      if (sends.length > 2) online(world);
      return before(authorizations, deliver);
    };
    await expect(sync.sync()).resolves.toBeUndefined();
    expect([...world.server.transfers.values()]).toEqual([1]);
  });

  test('a server that asks for an hour is not kept waiting for: the event ends at once', async () => {
    const world = createFakeWorld();
    await world.promise(1);
    world.network = () => ({
      kind: 'http',
      status: 503,
      mediaType: '',
      body: new Uint8Array(0),
      retryAfter: '3600',
    });
    const { sync, pauses } = worker(world);
    await expect(sync.sync()).rejects.toThrow();
    expect(pauses).toEqual([]);
  });

  test('a worker that a new version replaces waits no longer, and rejects with what is left', async () => {
    const world = createFakeWorld();
    await world.promise(1);
    offline(world);
    const { sync, sends } = worker(world, () => new Promise(() => {}));
    const done = sync.sync();
    await expect.poll(() => sends.length).toBe(1);
    sync.stepAside();
    await expect(done).rejects.toThrow('1 payments wait');
    expect(sends).toHaveLength(1);
  });

  test('what only waits apart is not asked for by the browser again', async () => {
    const world = createFakeWorld();
    const [payment] = await world.promise(1);
    world.server.refuse(payment?.id ?? '', 'device_unknown');
    await expect(worker(world).sync.sync()).resolves.toBeUndefined();
  });

  test('a push drains once and promises nothing', async () => {
    const world = createFakeWorld();
    await world.promise(1);
    offline(world);
    const { sync, sends } = worker(world);
    expect((await sync.drain('push')).waiting).toBe(1);
    expect(sends).toHaveLength(1);
  });
});
