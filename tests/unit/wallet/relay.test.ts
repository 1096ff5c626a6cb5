import { describe, expect, test } from 'vitest';
import { toUtf8 } from '#protocol/bytes.ts';
import { accept } from '#protocol/refusals.ts';
import { StoreFault } from '#wallet/ports.ts';
import { QUARANTINE_PERIOD_MS } from '#wallet/relay-pace.ts';
import { createFakeWorld, offline, online, SILENCE } from './fake-world.ts';
import { answerOf, httpAnswer } from './paper-server.ts';
import { filled, samplePayment, sampleReceipt } from './samples.ts';

const statesOf = (world: ReturnType<typeof createFakeWorld>) =>
  [...world.disk.payments.values()].map(({ state }) => state);

describe('the relay', () => {
  test('a promise is carried, its receipt verified and stored, the outbox empty', async () => {
    const world = createFakeWorld();
    const [payment] = await world.promise(1);
    const report = await world.relay.drain('enqueue');
    expect(report).toMatchObject({
      settled: 1,
      waiting: 0,
      quarantined: 0,
      heardAtMs: world.nowMs,
    });
    expect(report.nextAttemptAtMs).toBeUndefined();
    expect(world.disk.outbox.size).toBe(0);
    expect(statesOf(world)).toEqual(['accepted']);
    expect(world.disk.payments.get(payment?.id ?? '')?.receipt).toBeDefined();
    expect(world.server.transfers.get(payment?.id ?? '')).toBe(1);
    // That it has left, and that it is settled.
    expect(world.notices).toEqual(['payments', 'payments']);
  });

  test('nothing is sent when nothing waits', async () => {
    const world = createFakeWorld();
    expect(await world.relay.drain('start')).toEqual({ settled: 0, waiting: 0, quarantined: 0 });
    expect(world.posts).toEqual([]);
  });

  test('45 promises go in seq order, 20 at a time', async () => {
    const world = createFakeWorld();
    const made = await world.promise(45);
    await world.relay.drain('start');
    expect(world.posts.map(({ items }) => items)).toEqual([20, 20, 5]);
    expect(world.posts.flatMap(({ ids }) => ids)).toEqual(made.map(({ id }) => id));
    expect(world.disk.outbox.size).toBe(0);
  });

  test('a batch stays within 16 KB', async () => {
    const world = createFakeWorld();
    for (const payment of await world.promise(20)) {
      // As if each carried raw client data.
      const entry = world.disk.outbox.get(payment.id);
      if (entry) world.disk.outbox.set(payment.id, { ...entry, authorization: filled(1500, 1) });
    }
    world.network = () => SILENCE;
    await world.relay.drain('start');
    expect(world.posts.map(({ items }) => items)).toEqual([10]);
  });

  test('an entry is claimed before the first byte leaves: from then on it cannot be withdrawn', async () => {
    const world = createFakeWorld();
    const [payment] = await world.promise(1);
    world.network = async () => {
      const withdrawn = await world.store.cancel(payment?.id ?? '');
      expect(withdrawn.ok ? 'withdrawn' : withdrawn.refusal.code).toBe('cancel_too_late');
      return SILENCE;
    };
    await world.relay.drain('enqueue');
    expect(world.posts).toHaveLength(1);
  });

  test('what was withdrawn is not sent', async () => {
    const world = createFakeWorld();
    const [first] = await world.promise(2);
    expect((await world.store.cancel(first?.id ?? '')).ok).toBe(true);
    await world.relay.drain('start');
    expect(world.posts.map(({ items }) => items)).toEqual([1]);
    expect(statesOf(world)).toEqual(['cancelled', 'accepted']);
  });

  test.each<[string, () => ReturnType<typeof httpAnswer> | typeof SILENCE]>([
    ['silence', () => SILENCE],
    ['a captive portal', () => httpAnswer(200, 'text/html', toUtf8('<html>Log in</html>'))],
    ['511', () => httpAnswer(511, 'text/html')],
    ['a 404', () => httpAnswer(404, 'application/problem+json', toUtf8('{"code":"not_found"}'))],
    ['a 500', () => httpAnswer(500, 'application/problem+json', toUtf8('{"code":"internal"}'))],
    ['a cut answer', () => httpAnswer(200, 'application/cbor', filled(3, 0x82))],
    ['an answer for nobody', () => answerOf([])],
    ['an unsigned "unavailable"', () => answerOf([{ kind: 'refusal', code: 'unavailable' }])],
  ])('%s changes nothing: the promise waits, and the same bytes go later', async (_name, reply) => {
    const world = createFakeWorld();
    const [payment] = await world.promise(1);
    const bytes = payment?.authorization;
    world.network = reply;
    const report = await world.relay.drain('enqueue');
    expect(report).toMatchObject({ settled: 0, waiting: 1 });
    expect(report.nextAttemptAtMs).toBeGreaterThan(world.nowMs);
    expect(statesOf(world)).toEqual(['promised']);
    online(world);
    world.network = (authorizations, deliver) => {
      expect(authorizations).toEqual([bytes]);
      return deliver();
    };
    expect(await world.relay.drain('online')).toMatchObject({ settled: 1, waiting: 0 });
  });

  test('patience grows with each silence: 10, 20, 30, 30 seconds, and starts again after an answer', async () => {
    const world = createFakeWorld();
    await world.promise(1);
    offline(world);
    for (let i = 0; i < 4; i++) await world.relay.drain('person');
    online(world);
    await world.relay.drain('person');
    await world.promise(1);
    await world.relay.drain('enqueue');
    expect(world.posts.map(({ timeoutMs }) => timeoutMs)).toEqual([
      10_000, 20_000, 30_000, 30_000, 30_000, 10_000,
    ]);
  });

  test('what the server asks for binds every reason', async () => {
    const world = createFakeWorld();
    await world.promise(1);
    const shed = httpAnswer(503, 'application/problem+json', toUtf8('{"code":"overloaded"}'));
    world.network = () => ({ ...shed, retryAfter: '60' });
    const report = await world.relay.drain('enqueue');
    expect(report).toMatchObject({ waiting: 1, nextAttemptAtMs: world.nowMs + 60_000 });
    expect(report.lastTrouble).toMatchObject({ kind: 'busy', code: 'overloaded' });
    for (const reason of ['online', 'person', 'timer'] as const) await world.relay.drain(reason);
    expect(world.posts).toHaveLength(1);
    online(world);
    world.nowMs += 60_000;
    expect(await world.relay.drain('timer')).toMatchObject({ settled: 1 });
  });

  test.each([-10, 10])('a clock moved by %d years does not stop it', async (years) => {
    const world = createFakeWorld();
    await world.promise(1);
    const shed = httpAnswer(429, '');
    world.network = () => ({ ...shed, retryAfter: '3600' });
    await world.relay.drain('start');
    world.nowMs += years * 365 * 86_400_000;
    online(world);
    expect(await world.relay.drain('timer')).toMatchObject({ settled: 1 });
  });

  describe('receipts that prove nothing are worth as much as silence', () => {
    test('someone else’s receipt', async () => {
      const world = createFakeWorld();
      await world.promise(1);
      const other = world.server.settle(samplePayment(99).authorization);
      world.network = () => answerOf([{ kind: 'receipt', receipt: other }]);
      const report = await world.relay.drain('start');
      expect(report).toMatchObject({ settled: 0, waiting: 1 });
      expect(report.lastTrouble).toMatchObject({ kind: 'forged', code: 'receipt_other_payment' });
    });

    test('a receipt for this payment with another amount', async () => {
      const world = createFakeWorld();
      const [payment] = await world.promise(1);
      if (!payment) throw new Error('none');
      const wrong = world.server.settle(payment.authorization, { amountMinor: 1n });
      world.network = () => answerOf([{ kind: 'receipt', receipt: wrong }]);
      expect((await world.relay.drain('start')).lastTrouble?.code).toBe('receipt_other_payment');
      expect(statesOf(world)).toEqual(['promised']);
    });

    test('a receipt that nobody signed', async () => {
      const world = createFakeWorld();
      const [payment] = await world.promise(1);
      if (!payment) throw new Error('none');
      const { bytes } = sampleReceipt(payment);
      world.network = () => answerOf([{ kind: 'receipt', receipt: bytes }]);
      expect((await world.relay.drain('start')).lastTrouble?.code).toBe('receipt_altered');
      expect(statesOf(world)).toEqual(['promised']);
    });

    test('a receipt of another server', async () => {
      const world = createFakeWorld();
      const [payment] = await world.promise(1);
      if (!payment) throw new Error('none');
      const foreign = world.server.settle(payment.authorization, { server: filled(5, 1) });
      world.network = () => answerOf([{ kind: 'receipt', receipt: foreign }]);
      expect((await world.relay.drain('start')).lastTrouble?.code).toBe('receipt_not_this_server');
    });
  });

  test('a new server key is asked for once, and the receipt under it believed', async () => {
    const world = createFakeWorld();
    await world.promise(3);
    world.server.rotateKey();
    let asked = 0;
    world.identityAnswer = () => {
      asked++;
      return accept(world.server.identity);
    };
    expect(await world.relay.drain('start')).toMatchObject({ settled: 3, waiting: 0 });
    expect(asked).toBe(1);
    expect(world.disk.identity?.keys).toHaveLength(2);
  });

  test('a server with another name does not replace ours, and its receipts are not believed', async () => {
    const world = createFakeWorld();
    await world.promise(1);
    const known = world.disk.identity;
    world.server.rotateKey();
    world.identityAnswer = () => accept({ ...world.server.identity, server: filled(5, 9) });
    expect(await world.relay.drain('start')).toMatchObject({ settled: 0, waiting: 1 });
    expect(world.disk.identity).toBe(known);
  });

  test('results are known by their id: a receipt out of place still counts, an absent one is unknown', async () => {
    const world = createFakeWorld();
    const [first, , third] = await world.promise(3);
    if (!first || !third) throw new Error('none');
    const receipts = [third, first].map(({ authorization }) => world.server.settle(authorization));
    world.network = () => answerOf(receipts.map((receipt) => ({ kind: 'receipt', receipt })));
    expect(await world.relay.drain('start')).toMatchObject({ settled: 2, waiting: 1 });
    expect(statesOf(world)).toEqual(['accepted', 'promised', 'accepted']);
  });

  test('a refusal without its place is taken for nobody’s', async () => {
    const world = createFakeWorld();
    await world.promise(2);
    world.network = () => answerOf([{ kind: 'refusal', code: 'payer_unknown' }]);
    expect(await world.relay.drain('start')).toMatchObject({ waiting: 2, quarantined: 0 });
  });

  describe('quarantine', () => {
    test.each([0, 1, 2, 3, 4])(
      'a payment that is not judged, at place %i, delays nobody',
      async (place) => {
        const world = createFakeWorld();
        const made = await world.promise(5);
        const poison = made[place];
        if (!poison) throw new Error('none');
        world.server.refuse(poison.id, 'device_unknown');
        const report = await world.relay.drain('start');
        expect(report).toMatchObject({ settled: 4, waiting: 0, quarantined: 1 });
        expect(report.lastTrouble).toMatchObject({ kind: 'unjudged', code: 'device_unknown' });
        expect(world.disk.outbox.get(poison.id)?.quarantine?.code).toBe('device_unknown');
        expect(statesOf(world).filter((state) => state === 'promised')).toHaveLength(1);
      },
    );

    test('it is offered again a day later, alone, or when a person asks', async () => {
      const world = createFakeWorld();
      const [poison] = await world.promise(1);
      world.server.refuse(poison?.id ?? '', 'credential_unknown');
      await world.relay.drain('start');
      await world.relay.drain('online');
      expect(world.posts).toHaveLength(1);
      await world.relay.drain('person');
      expect(world.posts).toHaveLength(2);
      world.nowMs += QUARANTINE_PERIOD_MS;
      await world.promise(3);
      await world.relay.drain('timer');
      expect(world.posts.slice(2).map(({ items }) => items)).toEqual([3, 1]);
      const quarantine = world.disk.outbox.get(poison?.id ?? '')?.quarantine;
      expect(quarantine?.offeredAtMs).toBe(world.nowMs);
      expect(quarantine?.sinceMs).toBeLessThan(world.nowMs);
    });

    test('a receipt ends it like any other', async () => {
      const world = createFakeWorld();
      const [payment] = await world.promise(1);
      world.server.refuse(payment?.id ?? '', 'payer_unknown');
      await world.relay.drain('start');
      world.network = (authorizations) =>
        answerOf(
          authorizations.map((bytes) => ({ kind: 'receipt', receipt: world.server.settle(bytes) })),
        );
      expect(await world.relay.drain('person')).toMatchObject({ settled: 1, quarantined: 0 });
    });
  });

  describe('a poison item', () => {
    const refusesWhole = (
      world: ReturnType<typeof createFakeWorld>,
      poison: string,
      size: number,
    ) => {
      world.network = (authorizations, deliver) => {
        const ids = [...world.disk.outbox.values()];
        const has = authorizations.some(
          (bytes) => ids.find(({ authorization }) => authorization === bytes)?.id === poison,
        );
        return has || authorizations.length > size
          ? httpAnswer(400, 'application/problem+json', toUtf8('{"code":"bytes_malformed"}'))
          : deliver();
      };
    };

    test.each([0, 7, 19])(
      'at place %i of a refused batch is found by halving and set apart',
      async (place) => {
        const world = createFakeWorld();
        const made = await world.promise(20);
        const poison = made[place];
        if (!poison) throw new Error('none');
        refusesWhole(world, poison.id, 99);
        expect(await world.relay.drain('start')).toMatchObject({ settled: 19, quarantined: 1 });
        expect(world.disk.outbox.get(poison.id)?.quarantine?.code).toBe('bytes_malformed');
      },
    );

    test('a server with a smaller limit is met with smaller batches', async () => {
      const world = createFakeWorld();
      await world.promise(20);
      refusesWhole(world, 'none', 3);
      expect(await world.relay.drain('start')).toMatchObject({ settled: 20, quarantined: 0 });
    });

    test('that breaks the connection each time is left behind, so that the others pass', async () => {
      const world = createFakeWorld();
      const made = await world.promise(6);
      const poison = made[2];
      world.network = (authorizations, deliver) =>
        authorizations.includes(poison?.authorization ?? filled(1, 0)) ? SILENCE : deliver();
      for (let attempt = 0; attempt < 8; attempt++) await world.relay.drain('online');
      expect(statesOf(world)).toEqual([
        'accepted',
        'accepted',
        'promised',
        'accepted',
        'accepted',
        'accepted',
      ]);
    });
  });

  describe('storage that fails', () => {
    const broken = (method: 'readOutbox' | 'claim' | 'settle' | 'quarantine' | 'readIdentity') => {
      let failing = true;
      const world = createFakeWorld({
        store: (inner) => ({
          ...inner,
          [method]: (...args: never[]) => {
            if (failing) return Promise.reject(new StoreFault('store_unreadable', 'lost'));
            return Reflect.apply(inner[method], inner, args);
          },
        }),
      });
      return {
        world,
        heal() {
          failing = false;
        },
      };
    };

    test('an outbox that cannot be read is unknown, never empty', async () => {
      const { world } = broken('readOutbox');
      await world.promise(1);
      const report = await world.relay.drain('start');
      expect(report.waiting).toBe('unknown');
      expect(report.nextAttemptAtMs).toBeGreaterThan(world.nowMs);
      expect(report.lastTrouble).toMatchObject({ kind: 'store', code: 'store_unreadable' });
      expect(world.posts).toEqual([]);
    });

    test.each(['claim', 'settle', 'readIdentity'] as const)(
      'a failing %s loses nothing and throws nothing',
      async (method) => {
        const { world, heal } = broken(method);
        await world.promise(2);
        expect((await world.relay.drain('start')).settled).toBe(0);
        expect(statesOf(world)).toEqual(['promised', 'promised']);
        heal();
        expect(await world.relay.drain('online')).toMatchObject({ settled: 2, waiting: 0 });
        expect([...world.server.transfers.values()]).toEqual([1, 1]);
      },
    );

    test('a bug is not taken for a fault of the world', async () => {
      const world = createFakeWorld({
        store: (inner) => ({ ...inner, readOutbox: () => Promise.reject(new TypeError('bug')) }),
      });
      await expect(world.relay.drain('start')).rejects.toThrow('bug');
    });
  });

  test('the trouble is forgotten once the server answers', async () => {
    const world = createFakeWorld();
    await world.promise(1);
    offline(world);
    expect((await world.relay.drain('start')).lastTrouble?.kind).toBe('silence');
    online(world);
    expect((await world.relay.drain('online')).lastTrouble).toBeUndefined();
  });
});
