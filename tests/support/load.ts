/** Owns the load for crash tests: wallets that pay each other without a pause, until they are told to end. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Bytes } from '#protocol/bytes.ts';
import type { Carrier } from './carrier.ts';
import { authorize, enrol, type ServerWallet, type WalletServer } from './server-wallet.ts';

/** Passkeys are bound to it; the servers of one test, wherever they listen, share it. */
export const ORIGIN = 'http://localhost:8080';

/** For servers under test: nobody is slowed down for asking often. */
export const UNLIMITED = {
  ORIGIN,
  SANDBOX: 'true',
  CEREMONIES_PER_MINUTE: '1000000',
  UPLOADS_PER_MINUTE: '1000000',
  PAYMENTS_PER_MINUTE: '1000000',
  ACCOUNT_PAYMENTS_PER_MINUTE: '1000000',
} as const;

export type Load = {
  /** Settles when so many more receipts are held than now. */
  more(receipts: number): Promise<void>;
  /** Lets what was begun find its receipts. */
  end(): Promise<void>;
  /** Payments that were authorized. */
  readonly authorized: () => number;
};

const POLL_MS = 2;

export function enrolPeople(server: WalletServer, count: number): Promise<ServerWallet[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => enrol(server, `Person ${index}`)));
}

/** Each lane has one upload on its way: of one payment, or of a few, or with one that is known. */
export function startLoad(
  server: WalletServer,
  carrier: Carrier,
  people: readonly ServerWallet[],
  uploads = people.length,
  pauseMs = 0,
): Load {
  let isEnding = false;
  let authorized = 0;
  let failure: unknown;

  async function keepPaying(lane: number): Promise<void> {
    let before: Bytes[] = [];
    for (let round = lane; !isEnding && failure === undefined; round++) {
      const [payer, payee] = [people[round % people.length], people[(round + 1) % people.length]];
      if (!payer || !payee) throw new Error('nobody is enrolled');
      const items = await Promise.all(
        Array.from({ length: 1 + (round % 4) }, () =>
          authorize(server, payer, payee, { amountMinor: 1n }),
        ),
      );
      authorized += items.length;
      await carrier.carry([...items, ...before.slice(0, round % 2)]);
      before = items;
      if (pauseMs > 0) await delay(pauseMs);
    }
  }

  const lanes = Array.from({ length: uploads }, (_, lane) =>
    keepPaying(lane).catch((error: unknown) => {
      failure ??= error;
    }),
  );

  return {
    async more(receipts) {
      const until = carrier.receipts.size + receipts;
      while (carrier.receipts.size < until) {
        if (failure !== undefined) throw failure;
        await delay(POLL_MS);
      }
    },
    async end() {
      isEnding = true;
      await Promise.all(lanes);
      if (failure !== undefined) throw failure;
    },
    authorized: () => authorized,
  };
}
