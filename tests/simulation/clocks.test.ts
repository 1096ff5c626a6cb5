// Clocks of phones that are wrong by anything up to ten years move no money and change no date (I15).
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DrainReason } from '#wallet/relay.ts';
import { enrol } from '../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../support/test-database.ts';
import { createChronicle } from './chronicle.ts';
import { type Shown, show, take } from './counterfoils.ts';
import { readDisk } from './invariants.ts';
import { createNetwork, type Link, type Network } from './network.ts';
import { ask, pay, printedCode } from './paying.ts';
import { createPhone, type Phone, type Surroundings } from './phone.ts';
import { refresh } from './refreshing.ts';
import { createSeeded } from './seeded.ts';
import { type SimulatedServer, startSimulatedServer } from './simulated-server.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const BEGIN_MS = Date.UTC(2026, 0, 5, 9);

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});

afterAll(async () => {
  await cluster?.stop();
});

type Skews = { readonly payerMs: number; readonly payeeMs: number };

/** A network that is there or not, and does nothing else. */
function switched(network: Network, isCut: () => boolean): Pick<Network, 'link'> {
  return {
    link(phone) {
      const inner: Link = network.link(phone);
      return {
        ...inner,
        transport(gates) {
          const open = inner.transport(gates);
          return {
            ...open,
            postPayments: (items, timeoutMs) =>
              isCut()
                ? Promise.resolve({ kind: 'silence', why: 'cut off' })
                : open.postPayments(items, timeoutMs),
          };
        },
        saysNone: isCut,
      };
    },
  };
}

/** All that money did, by the server's time; ids of payments hold signatures of chance and are left out. */
async function ledgerOf(server: SimulatedServer): Promise<unknown[]> {
  const { rows } = await server.database.query(
    `SELECT account, version, currency, amount, balance_after, counterparty, posted_at,
        dense_rank() OVER (ORDER BY transfer_id) AS transfer
      FROM entry ORDER BY account, version`,
  );
  const payments = await server.database.query(
    'SELECT payer, seq, amount, verdict, code, source, settled_at FROM payment ORDER BY payer, seq',
  );
  return [...rows, ...payments.rows];
}

let worlds = 0;

/** Money set aside, then both cut off: a sale and a printed code paid by counterfoil, settled days later. */
async function marketDay({ payerMs, payeeMs }: Skews): Promise<unknown[]> {
  const chance = createSeeded(7);
  let timeMs = BEGIN_MS;
  let cut = false;
  const nowMs = () => timeMs;
  const server = await startSimulatedServer(cluster, nowMs, chance);
  const chronicle = createChronicle(nowMs);
  const network = createNetwork({ server, chance, chronicle, witness: () => undefined });
  network.heal(true);
  const faults: unknown[] = [];
  const around: Surroundings = {
    server,
    network: switched(network, () => cut),
    chance,
    chronicle,
    nowMs,
    amountMaxMinor: 80_00,
    storageFails: () => 'no',
    diskFate: () => 'well',
    onFault: (fault) => faults.push(fault),
  };
  const [ana, bento] = [await enrol(server, 'Ana'), await enrol(server, 'Cafe Bento')];
  const phoneOf = (name: string, owner: typeof ana, skewMs: number) => {
    const diskName = `${name}, market day ${++worlds}`;
    return createPhone({ name, owner, device: owner.device, skewMs, diskName }, around);
  };
  const payer = await phoneOf('Ana', ana, payerMs);
  const payee = await phoneOf('Bento', bento, payeeMs);
  const phones = [payer, payee];
  for (const phone of phones) phone.page.gates.openAll();
  const done = async (phone: Phone) => {
    await phone.page.gates.ended();
    expect(faults).toEqual([]);
  };
  const drain = (phone: Phone, reason: DrainReason) => phone.page.relay.drain(reason);
  refresh(payer);
  await done(payer);
  const codes = [await printedCode(payee, 7_50n)];
  cut = true;
  timeMs += 20 * HOUR_MS;
  ask(payee, 12_00n, around, (code) => void codes.push(code));
  await done(payee);
  for (const code of codes) {
    pay(payer, code, around);
    await done(payer);
    timeMs += 60_000;
  }
  const shown: Shown[] = [];
  for (const id of payer.told.keys()) show(payer, id, (screen) => void shown.push(screen));
  await done(payer);
  for (const screen of shown) {
    take(payee, screen, around);
    await done(payee);
  }
  const { taken } = await readDisk(payee);
  expect(taken.map(({ guaranteed, doubt }) => doubt ?? guaranteed)).toEqual([true, true]);
  timeMs += 50 * HOUR_MS;
  cut = false;
  await drain(payee, 'online');
  timeMs += 30 * HOUR_MS;
  await drain(payer, 'online');
  for (const phone of phones) expect((await readDisk(phone)).outbox).toEqual([]);
  expect((await server.check()).findings).toEqual([]);
  const ledger = await ledgerOf(server);
  for (const { page, worker } of phones) for (const process of [page, worker]) process.close();
  await server.stop();
  return ledger;
}

const SKEWS_MS = [-10 * YEAR_MS, -YEAR_MS, -26 * HOUR_MS, 26 * HOUR_MS, YEAR_MS, 10 * YEAR_MS];

test('a payer’s or a payee’s clock may be wrong by ten years, and the ledger is the same', async () => {
  const right = await marketDay({ payerMs: 0, payeeMs: 0 });
  expect(right.length).toBeGreaterThan(6);
  for (const skewMs of SKEWS_MS) {
    expect(await marketDay({ payerMs: skewMs, payeeMs: 0 })).toEqual(right);
    expect(await marketDay({ payerMs: 0, payeeMs: skewMs })).toEqual(right);
    expect(await marketDay({ payerMs: skewMs, payeeMs: -skewMs })).toEqual(right);
  }
});
