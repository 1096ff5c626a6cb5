/** Owns the worker's half that carries payments: a script of its own, which the worker imports when needed. */
import { createChangeNotice } from '#device/change-notice.ts';
import { openWalletDatabase } from '#device/database.ts';
import { createHttpTransport } from '#device/http-transport.ts';
import { createOutboxLock } from '#device/outbox-lock.ts';
import { createOutboxStore } from '#device/outbox-store.ts';
import { verifyEs256 } from '#device/verify-es256.ts';
import { systemClock, systemRandom } from '#device/world.ts';
import { createRelay } from '#wallet/relay.ts';
import { createOutboxSync, type OutboxSync } from './outbox-sync.ts';

/** Where this script leaves what it made, for the worker that imported it. */
export type OutboxScope = { outbox?: OutboxSync };

declare const self: OutboxScope;

self.outbox = createOutboxSync({
  clock: systemClock,
  transport: createHttpTransport(),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  relayOn: (transport) =>
    createRelay({
      store: createOutboxStore(openWalletDatabase()),
      transport,
      clock: systemClock,
      random: systemRandom,
      verify: verifyEs256,
      notice: createChangeNotice(),
      lock: createOutboxLock(),
    }),
});
