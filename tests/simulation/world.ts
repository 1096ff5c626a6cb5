// One run: people, phones and a server under a seed. First anything may happen; then the faults stop,
// and everything has to come right.
import type { ServerIdentity } from '#protocol/wire.ts';
import type { DrainReason } from '#wallet/relay.ts';
import { enrol, readIdentity } from '../support/server-wallet.ts';
import type { TestCluster } from '../support/test-database.ts';
import { keepPurse, reportLost, type Shown, show, take } from './counterfoils.ts';
import {
  Broken,
  checkGuarantee,
  checkPhone,
  checkServer,
  checkUploadOrder,
  createVerdictBook,
  ledgerText,
  readDisk,
  type VerdictBook,
} from './invariants.ts';
import { createNetwork, type Network } from './network.ts';
import {
  ask,
  cancel,
  crash,
  createPhone,
  hint,
  type Phone,
  pay,
  printedCode,
  readStatement,
  type Surroundings,
} from './phone.ts';
import { createSeeded, type Seeded } from './seeded.ts';
import { type SimulatedServer, startSimulatedServer } from './simulated-server.ts';

const BEGIN_MS = Date.UTC(2026, 0, 5, 9);
const DAY_MS = 86_400_000;
const STEPS = 1_200;
const CHECK_EVERY = 300;
/** What a phone may need, at worst, to come right once nothing is broken any more (I12). */
const HEALING_DRAINS_MAX = 10;

const REASONS: readonly DrainReason[] = [
  'start',
  'visible',
  'online',
  'sync',
  'push',
  'timer',
  'notice',
];

const ACTIONS = {
  'open a gate': 90,
  pay: 9,
  ask: 3,
  hint: 9,
  cancel: 2,
  'keep a purse': 4,
  'show a counterfoil': 6,
  'look at a counterfoil': 9,
  'lose a phone': 0.03,
  crash: 4,
  'read the statement': 3,
  'deliver late': 3,
  'change the weather': 3,
  'let time pass': 3,
};

type World = {
  readonly chance: Seeded;
  readonly server: SimulatedServer;
  readonly network: Network;
  readonly book: VerdictBook;
  readonly identity: ServerIdentity;
  readonly phones: readonly Phone[];
  readonly around: Surroundings;
  /** What no process may ever throw. */
  readonly faults: readonly unknown[];
  /** From now on storage works. */
  healStorage(): void;
  /** Codes that anybody may scan: printed ones, and those shown for one sale. */
  readonly codes: string[];
  /** What stood on payers' screens. */
  readonly shown: Shown[];
  readonly trace: string[];
  advance(ms: number): void;
};

/** So that no world finds the storage of another. */
let worlds = 0;

async function createWorld(cluster: TestCluster, seed: number): Promise<World> {
  const chance = createSeeded(seed);
  let timeMs = BEGIN_MS;
  const nowMs = () => timeMs;
  const server = await startSimulatedServer(cluster, nowMs, chance);
  const book = createVerdictBook();
  const network = createNetwork(server, chance, book.witness);
  let healthy = true;
  const faults: unknown[] = [];
  const around: Surroundings = {
    server,
    network,
    chance,
    nowMs,
    storageFails() {
      if (healthy) return 'no';
      return chance.weighted({ no: 100, before: 1, after: 1 });
    },
    onFault: (fault) => faults.push(fault),
  };
  const [payer, shopper, payee] = [
    await enrol(server, 'Ana'),
    await enrol(server, 'Rui'),
    await enrol(server, 'Cafe Bento'),
  ];
  const second = await server.inject({
    method: 'POST',
    url: '/api/devices',
    headers: { cookie: payer.cookie },
    payload: {},
  });
  const skew = () => chance.pick([0, 0, 0, 40_000, -3_600_000, 5 * DAY_MS, -3_650 * DAY_MS]);
  const number = ++worlds;
  const name = (who: string) => `${who}, world ${number}`;
  const phones = [
    await createPhone(name('Ana'), payer, payer.device, skew(), around),
    await createPhone(name('Ana’s other'), payer, Number(second.json().device), skew(), around),
    await createPhone(name('Rui'), shopper, shopper.device, skew(), around),
    await createPhone(name('Bento'), payee, payee.device, 0, around),
  ];
  for (const phone of phones) phone.page.gates.openAll();
  const codes = [await printedCode(phones[3] as Phone)];
  for (const phone of phones.slice(0, 3)) {
    keepPurse(phone, around);
    await phone.page.gates.ended();
  }
  for (const phone of phones) crash(phone, 'page', around);
  healthy = false;
  return {
    chance,
    server,
    network,
    book,
    identity: await readIdentity(server),
    phones,
    around,
    faults,
    healStorage() {
      healthy = true;
    },
    codes,
    shown: [],
    trace: [],
    advance(ms) {
      timeMs += ms;
    },
  };
}

/** Opens any gate of any process, so that all orders of events are possible. Answers whose it was. */
async function openAnyGate({ phones, chance, trace }: World): Promise<Phone | undefined> {
  const gates = phones.flatMap((phone) =>
    [phone.page, phone.worker].flatMap(({ gates: of, name }) =>
      of.waiting.map((label, place) => ({ phone, of, name, label, place })),
    ),
  );
  if (gates.length === 0) return undefined;
  const { phone, of, name, label, place } = chance.pick(gates);
  trace.push(`${name.replace(/, world \d+/, '')}: ${label}`);
  await of.open(place);
  return phone;
}

/** One thing happens. Answers the phone it happened to. */
async function act(world: World): Promise<Phone | undefined> {
  const { chance, around, phones, network, codes, trace } = world;
  const [phone, payer] = [chance.pick(phones), chance.pick(phones.slice(0, 3))];
  const shop = phones[3] as Phone;
  const action = chance.weighted(ACTIONS);
  if (action === 'open a gate') return openAnyGate(world);
  trace.push(action);
  switch (action) {
    case 'pay':
      pay(payer, chance.pick(codes.slice(-6)), around);
      return payer;
    case 'ask':
      ask(shop, BigInt(1 + chance.below(20_000)), around, (text) => void codes.push(text));
      return shop;
    case 'hint':
      hint(chance.pick([phone.page, phone.worker]), chance.pick(REASONS));
      return phone;
    case 'cancel':
      if (phone.told.size > 0) cancel(phone, chance.pick([...phone.told.keys()]));
      return phone;
    case 'keep a purse':
      keepPurse(payer, around);
      return payer;
    case 'show a counterfoil':
      if (payer.told.size > 0) {
        const id = chance.pick([...payer.told.keys()].slice(-3));
        show(payer, id, around, (shown) => void world.shown.push(shown));
      }
      return payer;
    case 'look at a counterfoil':
      if (world.shown.length > 0) take(shop, chance.pick(world.shown.slice(-6)), around);
      return shop;
    case 'lose a phone':
      await reportLost(payer, around);
      return payer;
    case 'crash':
      crash(phone, chance.pick(['page', 'worker'] as const), around);
      return phone;
    case 'read the statement':
      readStatement(phone, around);
      return phone;
    case 'deliver late':
      if (network.late.length > 0) await network.deliverLate();
      return undefined;
    case 'change the weather':
      network.change();
      return undefined;
    case 'let time pass':
      world.advance(chance.pick([60_000, 600_000, 3_600_000, DAY_MS]));
      return undefined;
  }
}

async function check(world: World, phones: readonly (Phone | undefined)[]): Promise<void> {
  const { identity, book, faults } = world;
  if (faults.length > 0) throw faults[0];
  for (const phone of phones) if (phone) await checkPhone(phone, identity, book);
}

/** Everything works again, and every phone is opened. */
async function heal(world: World): Promise<void> {
  const { network, phones, around } = world;
  network.heal();
  world.healStorage();
  for (const phone of phones) {
    crash(phone, 'page', around);
    crash(phone, 'worker', around);
    phone.page.gates.openAll();
    phone.worker.gates.openAll();
  }
  while (network.late.length > 0) await network.deliverLate();
  for (const phone of phones) {
    let waiting: unknown = 'unknown';
    for (let drains = 0; waiting !== 0; drains++) {
      if (drains === HEALING_DRAINS_MAX)
        throw new Broken(`I12: ${phone.name} still has ${waiting}`);
      const report = await phone.page.relay.drain('person');
      waiting = report.waiting === 'unknown' ? 'unknown' : report.waiting + report.quarantined;
      world.advance(60_000);
    }
    for (let reads = 0; reads < 3; reads++) {
      readStatement(phone, around);
      await phone.page.gates.ended();
    }
  }
}

/** I3, and what people see: both sides agree on everything that was promised. */
async function checkAgreement(world: World): Promise<void> {
  const { phones, book } = world;
  for (const phone of phones) {
    const { payments, outbox, taken } = await readDisk(phone);
    for (const each of taken) checkGuarantee(each);
    if (outbox.length > 0) throw new Broken(`I12: ${phone.name} has not sent everything`);
    for (const { id, state } of payments) {
      const settled = book.first.has(id);
      if (settled === (state === 'cancelled')) throw new Broken(`I3: ${id} is ${state}`);
    }
    const accepted = payments.filter(({ state, once }) => state === 'accepted' && once);
    const shop = (phones[3] as Phone).page.store;
    for (const payment of accepted) {
      const request = await shop.readRequest(payment.requestDigest);
      const paid = request?.paid;
      if (paid?.paymentId !== payment.id || !paid.asAsked) {
        throw new Broken(`payee: ${payment.id} was accepted, and its request is not marked paid`);
      }
    }
  }
}

/** I13: everything that was ever sent is sent again, in any order. */
async function replayAll(world: World): Promise<void> {
  const { network, chance, server } = world;
  const before = await ledgerText(server);
  const sent = [...network.sent];
  for (let i = sent.length - 1; i > 0; i--) {
    const j = chance.below(i + 1);
    [sent[i], sent[j]] = [sent[j] ?? [], sent[i] ?? []];
  }
  // The book, which witnesses every answer, holds each receipt against the first one.
  for (const batch of sent) await network.replay(batch);
  if ((await ledgerText(server)) !== before) throw new Broken('I13: a replay changed the ledger');
}

export type RunSummary = {
  readonly uploads: number;
  /** How many payments ended up in each state, on all phones. */
  readonly states: Readonly<Record<string, number>>;
  /** All that happened, in order: equal for equal seeds. */
  readonly trace: readonly string[];
};

/** Throws when anything that must be true is not. */
export async function simulate(cluster: TestCluster, seed: number): Promise<RunSummary> {
  const world = await createWorld(cluster, seed);
  const { chance, network, server, book, phones } = world;
  try {
    for (let i = 0; i < STEPS; i++) {
      await check(world, [await act(world)]);
      world.advance(chance.below(1_500));
      if (i % CHECK_EVERY === 0) await check(world, phones);
      if (i % CHECK_EVERY === 0) await checkServer(server, book);
    }
    await heal(world);
    await check(world, phones);
    await checkAgreement(world);
    await checkServer(server, book);
    for (const batch of network.sent) checkUploadOrder(batch);
    await replayAll(world);
    await checkServer(server, book);
  } finally {
    for (const { page, worker } of phones) {
      for (const process of [page, worker]) {
        process.gates.die();
        process.close();
      }
    }
    await server.stop();
  }
  const states: Record<string, number> = {};
  const count = (name: string) => {
    states[name] = (states[name] ?? 0) + 1;
  };
  for (const { payments, taken } of await Promise.all(phones.map(readDisk))) {
    for (const { state, code } of payments) count(code ?? state);
    for (const { state, doubt } of taken) count(`${doubt ?? 'guaranteed'} ${state}`);
  }
  return { uploads: network.sent.length, states, trace: world.trace };
}
