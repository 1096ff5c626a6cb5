// What settling costs: bytes on the wire for each payment, and how many and how fast a server settles
// them, with its database durable and its client on the same machine.
import { performance } from 'node:perf_hooks';
import type { Bytes } from '#protocol/bytes.ts';
import { concatBytes } from '#protocol/bytes.ts';
import { encodeOrder } from '#protocol/order.ts';
import { BATCH_ITEMS_MAX } from '#protocol/payments-answer.ts';
import { startServer } from '../support/payment-server.ts';
import { connectTo } from '../support/remote-server.ts';
import {
  enrol,
  orderFor,
  type ServerWallet,
  upload,
  type WalletServer,
} from '../support/server-wallet.ts';
import type { BenchLine, Measure } from './section.ts';

const PAYERS = 20;
const BATCHES = 60;
const SINGLES = 200;

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** A batch of payments by one payer's phone, or by many as a payee's phone would carry them. */
async function authorizeBatch(
  server: WalletServer,
  payers: readonly ServerWallet[],
  payee: ServerWallet,
  size: number,
): Promise<Bytes[]> {
  const items: Bytes[] = [];
  for (let i = 0; i < size; i++) {
    const payer = payers[i % payers.length];
    if (!payer) break;
    const amountMinor = 100n + BigInt(i);
    const order = await orderFor(server, payer, payee.account, { amountMinor, once: true });
    const digest = new Uint8Array(8).map(() => Math.floor(Math.random() * 256));
    items.push(payer.authenticator.approve(encodeOrder({ ...order, requestDigest: digest })));
  }
  return items;
}

async function measureWire(
  server: WalletServer,
  payers: readonly ServerWallet[],
  payee: ServerWallet,
): Promise<BenchLine[]> {
  const batch = await authorizeBatch(server, payers.slice(0, 1), payee, BATCH_ITEMS_MAX);
  const single = await authorizeBatch(server, payers.slice(0, 1), payee, 1);
  const there = (items: readonly Bytes[]) => concatBytes(...items).length;
  const first = await upload(server, batch);
  const again = await upload(server, batch);
  const alone = await upload(server, single);
  const each = (bytes: number) => bytes / BATCH_ITEMS_MAX;
  const total = there(batch) + first.rawPayload.length;
  return [
    { what: 'in a batch of 20, there', measured: each(there(batch)), unit: 'B' },
    { what: 'in a batch of 20, back', measured: each(first.rawPayload.length), unit: 'B' },
    { what: 'in a batch of 20, both ways', measured: each(total), unit: 'B', goal: 450 },
    { what: 'the same batch sent again, back', measured: each(again.rawPayload.length), unit: 'B' },
    {
      what: 'one payment alone, both ways',
      measured: there(single) + alone.rawPayload.length,
      unit: 'B',
    },
  ];
}

async function settleAll(
  server: WalletServer,
  batches: readonly Bytes[][],
  clients: number,
): Promise<number[]> {
  const times: number[] = [];
  const waiting = [...batches];
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let batch = waiting.pop(); batch; batch = waiting.pop()) {
        const startedMs = performance.now();
        const answer = await upload(server, batch);
        times.push(performance.now() - startedMs);
        if (answer.statusCode !== 200) throw new Error(answer.body);
      }
    }),
  );
  return times;
}

async function measureSpeed(
  server: WalletServer,
  payers: readonly ServerWallet[],
  payee: ServerWallet,
): Promise<BenchLine[]> {
  const batches: Bytes[][] = [];
  for (let i = 0; i < BATCHES; i++) {
    batches.push(await authorizeBatch(server, payers, payee, BATCH_ITEMS_MAX));
  }
  const singles: Bytes[][] = [];
  for (let i = 0; i < SINGLES; i++) singles.push(await authorizeBatch(server, payers, payee, 1));
  const rate = async (work: readonly Bytes[][], clients: number) => {
    const startedMs = performance.now();
    await settleAll(server, work, clients);
    const count = work.reduce((sum, batch) => sum + batch.length, 0);
    return (count * 1000) / (performance.now() - startedMs);
  };
  const fresh = await rate(batches, 4);
  const again = await rate(batches, 4);
  const alone = await settleAll(server, singles, 1);
  return [
    { what: 'settled, batches of 20, 4 clients, one payee', measured: fresh, unit: '1/s' },
    { what: 'the same sent again', measured: again, unit: '1/s' },
    { what: 'one payment alone, median', measured: median(alone), unit: 'ms' },
  ];
}

export const measure: Measure = async () => {
  const running = await startServer({
    env: {
      CEREMONIES_PER_MINUTE: '100000',
      UPLOADS_PER_MINUTE: '1000000',
      PAYMENTS_PER_MINUTE: '10000000',
      ACCOUNT_PAYMENTS_PER_MINUTE: '10000000',
    },
  });
  try {
    const server = connectTo(`http://localhost:${running.port}`, running.origin);
    // The server's keys are asked once: an order for each payment would measure that instead.
    const keys = await server.inject({ url: '/api/keys' });
    const cached: WalletServer = {
      ...server,
      inject: async (request) => (request.url === '/api/keys' ? keys : server.inject(request)),
    };
    const payers: ServerWallet[] = [];
    for (let i = 0; i < PAYERS; i++) payers.push(await enrol(cached, `Payer ${i}`));
    const payee = await enrol(cached, 'Payee');
    const wire = await measureWire(cached, payers, payee);
    const speed = await measureSpeed(cached, payers, payee);
    return { title: 'Settling: bytes for each payment, and speed', lines: [...wire, ...speed] };
  } finally {
    await running.dispose();
  }
};
