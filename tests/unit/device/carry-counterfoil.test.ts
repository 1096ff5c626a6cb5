// A counterfoil in the outbox of a payee, on the real storage and the real relay.
import 'fake-indexeddb/auto';
import { afterEach, describe, expect, test } from 'vitest';
import { openWalletDatabase, type WalletDatabase } from '#device/database.ts';
import { createOutboxLock } from '#device/outbox-lock.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { accept } from '#protocol/refusals.ts';
import type { Topic } from '#wallet/ports.ts';
import { createRelay } from '#wallet/relay.ts';
import { createPaperServer, verifyByNode } from '../wallet/paper-server.ts';
import { EUR, NOW_MS, samplePayment, sampleTaken, WALLET } from '../wallet/samples.ts';

const databases: WalletDatabase[] = [];
let phones = 0;

async function payee() {
  const database = openWalletDatabase({ name: `payee-${++phones}` });
  databases.push(database);
  const store = createPaymentStore(database);
  const server = createPaperServer();
  await store.writeWallet(WALLET);
  await store.writeIdentity(server.identity, NOW_MS);
  const notices: Topic[] = [];
  const world = { isOnline: true, nowMs: NOW_MS };
  const relay = createRelay({
    store,
    transport: {
      postPayments: async (authorizations) =>
        world.isOnline ? server.answer(authorizations) : { kind: 'silence', why: 'no network' },
      postReoffers: async (reoffers) => server.answerReoffers(reoffers),
      readIdentity: async () => accept(server.identity),
    },
    clock: { nowMs: () => world.nowMs },
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0.5 },
    verify: verifyByNode,
    notice: { changed: (...topics) => void notices.push(...topics) },
    lock: createOutboxLock({ locks: undefined }),
    hasNoNetwork: () => !world.isOnline,
  });
  return { store, server, relay, notices, world };
}

afterEach(() => {
  for (const database of databases.splice(0)) database.close();
});

describe('a counterfoil in the payee’s outbox', () => {
  test('is carried like any payment, in one upload with this phone’s own', async () => {
    const { store, server, relay, notices } = await payee();
    const [own, taken] = [samplePayment(1), sampleTaken(2)];
    const { requestDigest } = taken;
    await store.writeRequest({
      digest: requestDigest,
      text: '000201',
      currency: EUR,
      shownAtMs: NOW_MS,
      validUntilS: NOW_MS / 1000 + 900,
    });
    await store.promise(own);
    await store.take(taken);
    const report = await relay.drain('enqueue');
    expect(report).toMatchObject({ settled: 2, waiting: 0 });
    expect(server.uploads).toEqual([[own.id, taken.id]]);
    expect((await store.readPayment(own.id))?.state).toBe('accepted');
    expect((await store.readTaken(taken.id))?.state).toBe('accepted');
    expect((await store.readRequest(requestDigest))?.paid?.paymentId).toBe(taken.id);
    // The screen that shows the request hears of it.
    expect(notices).toContain('requests');
  });

  test('gets the receipt that the payer got, whoever came first', async () => {
    const { store, server, relay } = await payee();
    const taken = sampleTaken(1);
    const receipt = server.settle(taken.authorization);
    await store.take(taken);
    await relay.drain('enqueue');
    expect((await store.readTaken(taken.id))?.receipt).toEqual(receipt);
    expect(server.transfers.get(taken.id)).toBe(1);
  });

  test('waits through silence, is not held back for a change of mind, and is offered again', async () => {
    const { store, server, relay, world } = await payee();
    world.isOnline = false;
    const taken = sampleTaken(1);
    await store.take(taken);
    expect(await relay.drain('enqueue')).toMatchObject({ waiting: 1 });
    const [entry] = await store.readOutbox();
    expect(entry?.sentAtMs).toBe(NOW_MS);
    world.isOnline = true;
    await relay.drain('online');
    expect(server.transfers.get(taken.id)).toBe(1);
    expect(await store.readOutbox()).toEqual([]);
  });

  test('that the server would not judge waits apart, and stays what it is', async () => {
    const { store, server, relay } = await payee();
    const taken = sampleTaken(1);
    server.refuse(taken.id, 'credential_unknown');
    await store.take(taken);
    expect(await relay.drain('enqueue')).toMatchObject({ waiting: 0, quarantined: 1 });
    const home = await store.readHome(1);
    expect(home.waiting[0]).toMatchObject({
      carried: true,
      quarantine: { code: 'credential_unknown' },
    });
    expect(home.taken[0]).toMatchObject({ id: taken.id, state: 'taken' });
  });
});
