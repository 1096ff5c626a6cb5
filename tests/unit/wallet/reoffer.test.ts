// After a restore: the wallet finds by its receipts alone what the server may have forgotten, and brings it back.
import { describe, expect, test } from 'vitest';
import { BATCH_ITEMS_MAX } from '#protocol/payments-answer.ts';
import { decodeReceipt } from '#protocol/receipt.ts';
import { REOFFERED_FOR_MS } from '#wallet/payment.ts';
import { RECEIPTED_PAGE_MAX } from '#wallet/records.ts';
import { createFakeWorld, type FakeWorld, offline, online, SILENCE } from './fake-world.ts';
import { answerOf, httpAnswer } from './paper-server.ts';

const HOUR_MS = 3_600_000;
const EPOCH = 7;

/** Some payments with receipts of the first epoch. */
async function settledWorld(count = 3): Promise<FakeWorld & { ids: string[] }> {
  const world = createFakeWorld();
  const payments = await world.promise(count);
  await world.relay.drain('enqueue');
  const ids = payments.map(({ id }) => id);
  return Object.assign(world, { ids });
}

/** And the phone has heard of it, by its keys. */
async function restoredWorld(forgotten?: (ids: string[]) => string[], count = 3) {
  const world = await settledWorld(count);
  world.server.restore(EPOCH, forgotten?.(world.ids) ?? world.ids);
  await world.store.writeIdentity(world.server.identity, world.nowMs);
  return world;
}

function epochsOf(world: FakeWorld): number[] {
  return [...world.disk.payments.values()].map(({ epoch = 1 }) => epoch);
}

const once = (world: FakeWorld) =>
  [...world.server.transfers.values()].every((count) => count === 1) &&
  world.server.transfers.size === world.disk.payments.size;

test('what is read at once fits into one upload', () => {
  expect(RECEIPTED_PAGE_MAX).toBeLessThanOrEqual(BATCH_ITEMS_MAX);
});

describe('a phone whose server was restored', () => {
  test('brings back what has a receipt of an earlier epoch, and keeps the new receipt', async () => {
    const world = await restoredWorld();
    expect(await world.relay.drain('start')).toMatchObject({ settled: 3, waiting: 0 });
    expect(world.server.reoffers).toEqual([world.ids]);
    for (const { state, receipt, settledAtMs } of world.disk.payments.values()) {
      const decoded = receipt && decodeReceipt(receipt);
      expect(decoded?.ok && decoded.value.epoch).toBe(EPOCH);
      expect(state).toBe('accepted');
      expect(settledAtMs).toBeDefined();
    }
    expect(once(world)).toBe(true);
    expect(world.notices).toContain('payments');
  });

  test('keeps the receipt of what the server still knew, and asks no more for it', async () => {
    const world = await restoredWorld(() => []);
    const before = [...world.disk.payments.values()].map(({ receipt }) => receipt);
    await world.relay.drain('start');
    expect([...world.disk.payments.values()].map(({ receipt }) => receipt)).toEqual(before);
    expect(epochsOf(world)).toEqual([EPOCH, EPOCH, EPOCH]);
    await world.another().drain('start');
    expect(world.server.reoffers).toHaveLength(1);
  });

  test('brings nothing back while the server is in the epoch of its receipts', async () => {
    const world = await settledWorld();
    await world.relay.drain('start');
    expect(world.server.reoffers).toEqual([]);
  });

  test('brings it back before it sends anything new', async () => {
    const world = await restoredWorld();
    await world.promise(1);
    const order: string[] = [];
    world.network = (_items, deliver) => {
      const [before, after] = [world.server.reoffers.length, deliver()];
      order.push(world.server.reoffers.length > before ? 'brought back' : 'sent');
      return after;
    };
    await world.relay.drain('enqueue');
    expect(order).toEqual(['brought back', 'sent']);
  });

  test('hears of it from the receipt of a new payment, in the same drain', async () => {
    const world = await settledWorld();
    world.server.restore(EPOCH, world.ids);
    await world.promise(1);
    await world.relay.drain('enqueue');
    expect(world.disk.identity?.epoch).toBe(EPOCH);
    expect(epochsOf(world)).toEqual([EPOCH, EPOCH, EPOCH, EPOCH]);
    expect(once(world)).toBe(true);
  });

  test('goes on where it was killed: what is left is told by the receipts alone', async () => {
    const world = await restoredWorld(undefined, 25);
    let answers = 0;
    world.network = (_items, deliver) => (answers++ === 0 ? deliver() : SILENCE);
    await world.relay.drain('start');
    online(world);
    await world.another().drain('start');
    expect(epochsOf(world)).toEqual(Array.from({ length: 25 }, () => EPOCH));
    expect(once(world)).toBe(true);
  });

  test('brings a refusal back as a refusal', async () => {
    const world = createFakeWorld();
    const [payment] = await world.promise(1);
    if (!payment) throw new Error('none');
    const refused = { verdict: 'refused', code: 'insufficient_funds' } as const;
    world.server.settle(payment.authorization, refused);
    await world.relay.drain('enqueue');
    world.server.restore(EPOCH, [payment.id]);
    await world.store.writeIdentity(world.server.identity, world.nowMs);
    await world.relay.drain('start');
    const kept = world.disk.payments.get(payment.id);
    expect(kept).toMatchObject({ state: 'refused', code: 'insufficient_funds', epoch: EPOCH });
    expect(kept?.contradiction).toBeUndefined();
  });

  test('keeps its first receipt when the server says otherwise, and the other as evidence', async () => {
    const world = await restoredWorld(undefined, 1);
    const [payment] = world.disk.payments.values();
    if (!payment) throw new Error('none');
    const otherwise = { verdict: 'refused', code: 'insufficient_funds' } as const;
    world.server.settle(payment.authorization, otherwise);
    await world.relay.drain('start');
    const kept = world.disk.payments.get(payment.id);
    expect(kept?.state).toBe('accepted');
    expect(kept?.receipt).toEqual(payment.receipt);
    expect(kept?.contradiction).toBeDefined();
    await world.another().drain('start');
    expect(world.server.reoffers).toHaveLength(1);
  });
});

describe('what the server cannot take back yet', () => {
  test('stays accepted here and is brought again later, ever more rarely', async () => {
    const world = await restoredWorld();
    const [id = ''] = world.ids;
    world.server.refuse(id, 'funds_short');
    const report = await world.relay.drain('start');
    expect(world.disk.payments.get(id)?.state).toBe('accepted');
    expect(report).toMatchObject({ waiting: 0, quarantined: 0 });
    expect(report.nextAttemptAtMs).toBeGreaterThan(world.nowMs);
    await world.relay.drain('visible');
    expect(world.server.reoffers).toHaveLength(1);
    const rests: number[] = [];
    for (let i = 0; i < 10; i++) {
      const { nextAttemptAtMs = 0 } = await world.relay.drain('timer');
      rests.push(nextAttemptAtMs - world.nowMs);
      world.nowMs = nextAttemptAtMs;
    }
    expect(rests).toEqual(rests.toSorted((a, b) => a - b));
    expect(Math.max(...rests)).toBeLessThanOrEqual(HOUR_MS);
    expect(world.server.reoffers.slice(1)).toEqual(Array.from({ length: 9 }, () => [id]));
  });

  test('counts as brought back once, which silence does not', async () => {
    const world = await restoredWorld();
    offline(world);
    expect((await world.relay.drain('start')).reofferedEpoch).toBeUndefined();
    online(world);
    world.server.refuse(world.ids[0] ?? '', 'funds_short');
    world.nowMs += HOUR_MS;
    expect((await world.relay.drain('timer')).reofferedEpoch).toBe(EPOCH);
  });

  test('does not hold up what is new', async () => {
    const world = await restoredWorld();
    for (const id of world.ids) world.server.refuse(id, 'payer_unknown');
    await world.promise(1);
    expect(await world.relay.drain('enqueue')).toMatchObject({ settled: 1, waiting: 0 });
  });

  test('is given up quietly when its time is over', async () => {
    const world = await restoredWorld();
    world.nowMs += REOFFERED_FOR_MS + HOUR_MS;
    expect(await world.relay.drain('start')).toEqual(expect.objectContaining({ waiting: 0 }));
    expect(world.server.reoffers).toEqual([]);
    expect([...world.disk.payments.values()].every(({ state }) => state === 'accepted')).toBe(true);
  });
});

describe('nothing but a receipt ends it', () => {
  test('neither silence nor a portal nor a server that knows no such way', async () => {
    const world = await restoredWorld();
    for (const reply of [SILENCE, httpAnswer(200, 'text/html'), httpAnswer(404, '')]) {
      world.network = () => reply;
      await world.another().drain('start');
      expect(epochsOf(world)).toEqual([1, 1, 1]);
    }
    offline(world);
    expect((await world.relay.drain('start')).waiting).toBe(0);
    online(world);
    world.nowMs += HOUR_MS;
    await world.relay.drain('timer');
    expect(once(world)).toBe(true);
  });

  test('nor the receipt of another payment', async () => {
    const world = await restoredWorld();
    const stranger = createFakeWorld();
    const [other] = await stranger.promise(1);
    if (!other) throw new Error('none');
    const foreign = stranger.server.settle(other.authorization);
    world.network = () => answerOf([{ kind: 'receipt', receipt: foreign }]);
    await world.relay.drain('start');
    expect(epochsOf(world)).toEqual([1, 1, 1]);
  });

  test('a clock that was set back does not make it rest for years', async () => {
    const world = await restoredWorld();
    offline(world);
    await world.relay.drain('start');
    online(world);
    world.nowMs -= 30 * 24 * HOUR_MS;
    await world.relay.drain('visible');
    expect(once(world)).toBe(true);
  });
});
