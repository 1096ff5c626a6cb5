import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { anyOf, createCarrier } from '../../support/carrier.ts';
import { type DatabaseWire, openWire, type When } from '../../support/database-wire.ts';
import { enrolPeople, ORIGIN, UNLIMITED } from '../../support/load.ts';
import { startServer, type TestServer } from '../../support/payment-server.ts';
import { connectTo } from '../../support/remote-server.ts';
import {
  authorize,
  balanceOf,
  type ServerWallet,
  type WalletServer,
} from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let wire: DatabaseWire;
let server: TestServer;
let bank: WalletServer;
let people: readonly ServerWallet[];

beforeAll(async () => {
  cluster = await startTestCluster();
  wire = await openWire(await cluster.empty());
  server = await startServer({ env: { ...UNLIMITED, DATABASE_URL: wire.url } });
  bank = anyOf(() => [addressOf(server)], ORIGIN);
  people = await enrolPeople(bank, 4);
});
afterEach(async () => {
  expect(await server.run('check-ledger')).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await server?.dispose();
  await wire?.close();
  await cluster.stop();
});

const addressOf = ({ port }: TestServer) => `http://localhost:${port}`;
const pair = (): [ServerWallet, ServerWallet] => {
  const [payer, payee] = people;
  if (!payer || !payee) throw new Error('nobody is enrolled');
  return [payer, payee];
};

test.each<[string, When]>([
  ['before COMMIT arrives', 'before'],
  ['after COMMIT is done', 'done'],
])(
  'the connection is cut %s: the first answer is the receipt that is stored, paid once',
  async (_, when) => {
    const [payer, payee] = pair();
    // Asked once: this server's first answer must be the good one.
    const carrier = createCarrier(connectTo(addressOf(server), ORIGIN));
    const balance = (await balanceOf(bank, payer)) ?? 0n;
    const items = [await authorize(bank, payer, payee), await authorize(bank, payer, payee)];
    const stop = wire.stopAt('COMMIT', when);
    const carried = carrier.carry(items);
    await stop.reached;
    stop.cut();
    await carried;
    expect(await carrier.missingAt(bank)).toEqual([]);
    expect(carrier.verdicts()).toEqual({ accepted: 2 });
    expect(await balanceOf(bank, payer)).toBe(balance - 200n);
  },
);

test('cut at COMMIT again and again under load, every upload ends with its receipts, once', async () => {
  const carrier = createCarrier(bank);
  const balances = await Promise.all(people.map((who) => balanceOf(bank, who)));
  let isOver = false;
  const cutting = (async () => {
    let cuts = 0;
    while (!isOver) {
      const stop = wire.stopAt('COMMIT', cuts % 2 === 0 ? 'before' : 'done', 2);
      const over = new Promise<void>((resolve) => setTimeout(resolve, 200));
      await Promise.race([stop.reached, over]);
      stop.cut();
      stop.disarm();
      cuts++;
    }
    return cuts;
  })();
  await Promise.all(
    people.map(async (payer, index) => {
      const payee = people[(index + 1) % people.length] ?? payer;
      for (let n = 0; n < 8; n++) {
        const items = [await authorize(bank, payer, payee), await authorize(bank, payer, payee)];
        await carrier.carry(items);
      }
    }),
  );
  isOver = true;
  expect(await cutting).toBeGreaterThan(4);
  expect(await carrier.missingAt(bank)).toEqual([]);
  expect(carrier.verdicts()).toEqual({ accepted: 64 });
  // In a ring, everybody paid what they were paid.
  expect(await Promise.all(people.map((who) => balanceOf(bank, who)))).toEqual(balances);
});
