// A world for relay tests: clock, chance, network and storage in memory, each bent as a test asks. Owns no rule.

import type { Bytes } from '#protocol/bytes.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import type { Payment } from '#wallet/payment.ts';
import type { HttpAnswer, Silence, Store, Topic, Transport } from '#wallet/ports.ts';
import { createRelay, type Relay, type RelayParts } from '#wallet/relay.ts';
import { createMemoryStore, emptyDisk, type MemoryDisk } from './memory-store.ts';
import { createPaperServer, type PaperServer, verifyByNode } from './paper-server.ts';
import { NOW_MS, samplePayment } from './samples.ts';

export type Reply = HttpAnswer | Silence;
export const SILENCE: Silence = { kind: 'silence', why: 'no network' };

export type FakeWorld = {
  readonly disk: MemoryDisk;
  readonly store: Store;
  readonly server: PaperServer;
  readonly relay: Relay;
  readonly notices: Topic[];
  /** Sizes of the batches that were posted, and the patience for each. */
  readonly posts: { readonly items: number; readonly timeoutMs: number; readonly ids: string[] }[];
  nowMs: number;
  /** What happens to an upload; `deliver` is the honest server's answer. */
  network: (authorizations: readonly Bytes[], deliver: () => HttpAnswer) => Reply | Promise<Reply>;
  identityAnswer: () => Outcome<ServerIdentity>;
  /** Promises payments with the next seqs. */
  promise(count: number, change?: Parameters<typeof samplePayment>[1]): Promise<Payment[]>;
  /** Another process on the same disk: page beside worker, or a phone started anew. */
  another(parts?: Partial<RelayParts>): Relay;
};

export function createFakeWorld(
  options: { readonly store?: (inner: Store) => Store } = {},
): FakeWorld {
  const server = createPaperServer();
  const disk = emptyDisk(server.identity);
  const plain = createMemoryStore(disk);
  const store = options.store?.(plain) ?? plain;
  const notices: Topic[] = [];
  const posts: FakeWorld['posts'] = [];
  const transport: Transport = {
    async postPayments(authorizations, timeoutMs) {
      const before = server.uploads.length;
      const reply = await world.network(authorizations, () => server.answer(authorizations));
      posts.push({
        items: authorizations.length,
        timeoutMs,
        ids: server.uploads[before] ?? [],
      });
      return reply;
    },
    postReoffers: async (reoffers) =>
      world.network(reoffers, () => server.answerReoffers(reoffers)),
    readIdentity: async () => world.identityAnswer(),
  };
  const parts: RelayParts = {
    store,
    transport,
    clock: { nowMs: () => world.nowMs },
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0.5 },
    verify: verifyByNode,
    notice: { changed: (...topics) => void notices.push(...topics) },
    lock: { run: (work) => work() },
  };
  const world: FakeWorld = {
    disk,
    store,
    server,
    relay: createRelay(parts),
    notices,
    posts,
    nowMs: NOW_MS,
    network: (_authorizations, deliver) => deliver(),
    identityAnswer: () => accept(server.identity),
    async promise(count, change) {
      const made: Payment[] = [];
      for (let i = 0; i < count; i++) {
        const payment = samplePayment(disk.lastSeq + 1, change);
        const promised = await plain.promise(payment);
        if (!promised.ok) throw new Error(promised.refusal.code);
        made.push(payment);
      }
      return made;
    },
    another: (changed = {}) => createRelay({ ...parts, ...changed }),
  };
  return world;
}

export const offline = (world: FakeWorld) => {
  world.network = () => SILENCE;
  world.identityAnswer = () => refuse('unavailable');
};

export const online = (world: FakeWorld) => {
  world.network = (_authorizations, deliver) => deliver();
};
