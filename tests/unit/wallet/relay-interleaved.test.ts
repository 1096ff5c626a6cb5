// Every order in which the relay's steps can happen, chosen by fast-check: two processes on one disk,
// promises made at any moment, processes that die at any await.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bytes } from '#protocol/bytes.ts';
import type { HttpAnswer, OutboxStore, Transport } from '#wallet/ports.ts';
import { createRelay, type Relay } from '#wallet/relay.ts';
import { createFakeWorld, type FakeWorld, SILENCE } from './fake-world.ts';
import { verifyByNode } from './paper-server.ts';
import { samplePayment } from './samples.ts';

type Scheduler = fc.Scheduler;
type Fate = 'delivered' | 'lost before' | 'lost after' | 'twice';

/** One process: after its death nothing of it goes on. */
type Process = { readonly relay: Relay; die(): void };

const never = () => new Promise<never>(() => undefined);

function startProcess(world: FakeWorld, s: Scheduler, name: string, fates: () => Fate): Process {
  let dead = false;
  /** Both ways take time: what is asked may arrive although nobody lives to hear of it. */
  async function travel<T>(label: string, act: () => T | Promise<T>): Promise<T> {
    await s.schedule(Promise.resolve(), `${name}: ${label}`);
    if (dead) return never();
    const value = await act();
    await s.schedule(Promise.resolve(), `${name}: ${label} done`);
    return dead ? never() : value;
  }
  const { store: inner } = world;
  const store: OutboxStore = {
    readIdentity: () => travel('readIdentity', () => inner.readIdentity()),
    writeIdentity: (identity, readAtMs) =>
      travel('writeIdentity', () => inner.writeIdentity(identity, readAtMs)),
    readOutbox: () => travel('readOutbox', () => inner.readOutbox()),
    claim: (ids, nowMs) => travel('claim', () => inner.claim(ids, nowMs)),
    settle: (id, receipt, bytes, epoch) =>
      travel('settle', () => inner.settle(id, receipt, bytes, epoch)),
    readForgotten: (epoch, sinceMs, place) =>
      travel('readForgotten', () => inner.readForgotten(epoch, sinceMs, place)),
    quarantine: (id, code, nowMs) => travel('quarantine', () => inner.quarantine(id, code, nowMs)),
  };
  function deliver(authorizations: readonly Bytes[]): HttpAnswer | typeof SILENCE {
    const fate = fates();
    if (fate === 'lost before') return SILENCE;
    const answer = world.server.answer(authorizations);
    if (fate === 'twice') world.server.answer(authorizations);
    return fate === 'lost after' ? SILENCE : answer;
  }
  const transport: Transport = {
    postPayments: (authorizations) => travel('post', () => deliver(authorizations)),
    postReoffers: (reoffers) => travel('reoffer', () => world.server.answerReoffers(reoffers)),
    readIdentity: () => travel('identity', () => world.identityAnswer()),
  };
  const relay = createRelay({
    store,
    transport,
    clock: { nowMs: () => world.nowMs },
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0.5 },
    verify: (point, signed, signature) =>
      travel('verify', () => verifyByNode(point, signed, signature)),
    notice: { changed: () => undefined },
    lock: { run: (work) => work() },
  });
  return {
    relay,
    die() {
      dead = true;
    },
  };
}

function expectAllSettledOnce(world: FakeWorld, count: number): void {
  const payments = [...world.disk.payments.values()];
  expect(payments).toHaveLength(count);
  expect(payments.every(({ state }) => state === 'accepted')).toBe(true);
  expect(world.disk.outbox.size).toBe(0);
  expect([...world.server.transfers.values()]).toEqual(payments.map(() => 1));
}

/** I9: whatever is stored is in the outbox or has its receipt, at every moment. */
function expectCustody(world: FakeWorld): void {
  for (const payment of world.disk.payments.values()) {
    const kept = world.disk.outbox.has(payment.id) || payment.receipt !== undefined;
    expect(kept, `custody of ${payment.id}`).toBe(true);
  }
}

async function promiseNext(world: FakeWorld): Promise<void> {
  const promised = await world.store.promise(samplePayment(world.disk.lastSeq + 1));
  expect(promised.ok).toBe(true);
}

const delivered = (): Fate => 'delivered';

/** For each of some people how long they take, in steps: early, late, or between the last look and the end. */
const moments = fc.array(fc.nat(40), { minLength: 1, maxLength: 4 });

describe('the relay, whatever happens first', () => {
  test('a promise made at any await of a drain is carried too, without another hint (F9)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), moments, async (s, later) => {
        const world = createFakeWorld();
        const { relay } = startProcess(world, s, 'page', delivered);
        await promiseNext(world);
        const drains = [relay.drain('enqueue')];
        const paid = later.map(async (hops) => {
          for (let i = 0; i <= hops; i++) await s.schedule(Promise.resolve(), 'a person pays');
          await promiseNext(world);
          drains.push(relay.drain('enqueue'));
        });
        await s.waitFor(Promise.all(paid).then(() => Promise.all(drains)));
        expectAllSettledOnce(world, later.length + 1);
      }),
      { numRuns: 100 },
    );
  });

  test('page and worker draining at once settle everything once (F8)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 25 }), async (s, count) => {
        const world = createFakeWorld();
        await world.promise(count);
        const page = startProcess(world, s, 'page', delivered);
        const worker = startProcess(world, s, 'worker', delivered);
        const reports = Promise.all([page.relay.drain('start'), worker.relay.drain('sync')]);
        await s.waitFor(reports);
        expectAllSettledOnce(world, count);
      }),
      { numRuns: 100 },
    );
  });

  test('a process that dies at any await loses nothing and pays nothing twice (F7, F41)', async () => {
    const fate = fc.constantFrom<Fate>('delivered', 'lost before', 'lost after', 'twice');
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 22 }),
        fc.array(fate, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }),
        async (s, count, fates, deaths) => {
          const world = createFakeWorld();
          await world.promise(count);
          let post = 0;
          const next = () => fates[post++ % fates.length] ?? 'delivered';
          for (const [life, steps] of deaths.entries()) {
            const process = startProcess(world, s, `life ${life}`, next);
            void process.relay.drain('start');
            for (let i = 0; i < steps && s.count() > 0; i++) {
              await s.waitNext(1);
              expectCustody(world);
            }
            process.die();
          }
          const last = startProcess(world, s, 'last life', delivered);
          await s.waitFor(last.relay.drain('start'));
          expectCustody(world);
          expectAllSettledOnce(world, count);
        },
      ),
      { numRuns: 120 },
    );
  });

  test('cancelling while it drains either withdraws the promise or comes too late, never both', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat(12), async (s, hops) => {
        const world = createFakeWorld();
        const [payment] = await world.promise(1);
        const id = payment?.id ?? '';
        const page = startProcess(world, s, 'page', delivered);
        const cancelled = (async () => {
          for (let i = 0; i <= hops; i++) await s.schedule(Promise.resolve(), 'a person cancels');
          return world.store.cancel(id);
        })();
        const drained = page.relay.drain('enqueue');
        const [outcome] = await s.waitFor(Promise.all([cancelled, drained]));
        const paid = world.server.transfers.has(id);
        expect(outcome.ok ? 'cancelled' : outcome.refusal.code).toBe(
          paid ? 'cancel_too_late' : 'cancelled',
        );
        expect(world.disk.payments.get(id)?.state).toBe(paid ? 'accepted' : 'cancelled');
      }),
      { numRuns: 100 },
    );
  });
});
