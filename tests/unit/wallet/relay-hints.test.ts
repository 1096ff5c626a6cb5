import { describe, expect, test } from 'vitest';
import { accept, refuse } from '#protocol/refusals.ts';
import type { DrainReason } from '#wallet/relay.ts';
import { createFakeWorld, offline, online, SILENCE } from './fake-world.ts';

describe('what asked for a drain', () => {
  test('the timer keeps to the back-off, every sign of a better world tries at once', async () => {
    const world = createFakeWorld();
    await world.promise(1);
    offline(world);
    const { nextAttemptAtMs = 0 } = await world.relay.drain('start');
    await world.relay.drain('timer');
    expect(world.posts).toHaveLength(1);
    const hints: DrainReason[] = ['online', 'visible', 'sync', 'push', 'person'];
    for (const reason of hints) await world.relay.drain(reason);
    expect(world.posts).toHaveLength(1 + hints.length);
    world.nowMs = nextAttemptAtMs + 3_600_000;
    await world.relay.drain('timer');
    expect(world.posts).toHaveLength(2 + hints.length);
  });

  test('news of a promise that has just failed does not send it again, only what is new', async () => {
    const world = createFakeWorld();
    const sent: string[][] = [];
    const seen = (batch: readonly Uint8Array[]) =>
      [...world.disk.outbox.values()]
        .filter(({ authorization }) => batch.includes(authorization))
        .map(({ id }) => id);
    const [first] = await world.promise(1);
    world.network = (batch) => {
      sent.push(seen(batch));
      return SILENCE;
    };
    await Promise.all([world.relay.drain('enqueue'), world.relay.drain('notice')]);
    await world.relay.drain('enqueue');
    expect(sent).toEqual([[first?.id]]);
    const [second] = await world.promise(1);
    await world.relay.drain('notice');
    expect(sent).toEqual([[first?.id], [second?.id]]);
  });

  test('a network that comes back while a send fails is tried at once, also behind news', async () => {
    const world = createFakeWorld();
    await world.promise(1);
    offline(world);
    const drains = (['enqueue', 'notice', 'online'] as const).map(world.relay.drain);
    await Promise.all(drains);
    expect(world.posts).toHaveLength(2);
  });

  describe('while the phone says that it has no network', () => {
    const MINUTE_MS = 60_000;

    async function heldBack() {
      const world = createFakeWorld();
      const relay = world.another({ hasNoNetwork: () => true });
      const [payment] = await world.promise(1);
      offline(world);
      const { nextAttemptAtMs } = await relay.drain('enqueue');
      return { world, relay, id: payment?.id ?? '', nextAttemptAtMs };
    }

    test('a new promise stays here for a minute, and can be withdrawn', async () => {
      const { world, relay, id, nextAttemptAtMs } = await heldBack();
      for (const reason of ['notice', 'start', 'visible', 'timer'] as const) {
        await relay.drain(reason);
      }
      expect(world.posts).toEqual([]);
      expect(nextAttemptAtMs).toBe(world.nowMs + MINUTE_MS);
      expect((await world.store.cancel(id)).ok).toBe(true);
    });

    test('after a minute it is tried all the same: the phone may be wrong', async () => {
      const { world, relay, id } = await heldBack();
      world.nowMs += MINUTE_MS;
      online(world);
      await relay.drain('timer');
      expect(world.server.transfers.get(id)).toBe(1);
    });

    test.each(['online', 'sync', 'push', 'person'] as const)(
      '%s is tried at once',
      async (reason) => {
        const { world, relay, id } = await heldBack();
        online(world);
        world.identityAnswer = () => accept(world.server.identity);
        const report = await relay.drain(reason);
        expect(world.server.transfers.get(id)).toBe(1);
        expect(report.nextAttemptAtMs).toBeUndefined();
      },
    );

    test('a person’s attempt without an answer leaves it here, where it can be withdrawn', async () => {
      const { world, relay, id } = await heldBack();
      world.identityAnswer = () => refuse('unavailable');
      const report = await relay.drain('person');
      expect(world.posts).toEqual([]);
      expect(report.lastTrouble?.kind).toBe('silence');
      expect((await world.store.cancel(id)).ok).toBe(true);
    });

    test('a clock that is set back does not hold it longer', async () => {
      const { world, relay } = await heldBack();
      world.nowMs -= MINUTE_MS;
      await relay.drain('timer');
      expect(world.posts).toHaveLength(1);
    });

    test('what has left once is tried as before', async () => {
      const { world, relay } = await heldBack();
      await relay.drain('sync');
      await relay.drain('visible');
      expect(world.posts).toHaveLength(2);
    });
  });

  test('back-off grows to five minutes and no further', async () => {
    const world = createFakeWorld();
    await world.promise(1);
    offline(world);
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      const report = await world.relay.drain('person');
      waits.push((report.nextAttemptAtMs ?? 0) - world.nowMs);
    }
    expect(waits[0]).toBe(1_000);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(Math.max(...waits)).toBe(150_000);
  });
});
