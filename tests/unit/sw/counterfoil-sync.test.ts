// The worker's event with a counterfoil in the outbox, on the storage that worker and page share.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { openWalletDatabase } from '#device/database.ts';
import { createOutboxStore } from '#device/outbox-store.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { createOutboxSync } from '#sw/outbox-sync.ts';
import { createFakeWorld } from '../wallet/fake-world.ts';
import { sampleTaken } from '../wallet/samples.ts';

test('a counterfoil is carried and settled with every page closed', async () => {
  const world = createFakeWorld();
  const page = openWalletDatabase();
  const taken = sampleTaken(1);
  await createPaymentStore(page).take(taken);
  page.close();

  const database = openWalletDatabase();
  const sync = createOutboxSync({
    clock: { nowMs: () => world.nowMs },
    transport: {
      readIdentity: async () => world.identityAnswer(),
      postReoffers: async (reoffers) => world.server.answerReoffers(reoffers),
      postPayments: async (authorizations) => world.server.answer(authorizations),
    },
    pause: async () => undefined,
    relayOn: (transport) => world.another({ transport, store: createOutboxStore(database) }),
  });
  await sync.sync();
  database.close();

  const later = createPaymentStore(openWalletDatabase());
  expect((await later.readTaken(taken.id))?.state).toBe('accepted');
  expect(await later.readOutbox()).toEqual([]);
  expect(world.server.uploads).toEqual([[taken.id]]);
});
