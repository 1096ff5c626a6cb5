// Who lives in a world: how many accounts, phones, payees and server processes, and how wrong their clocks are.
import { ROUTES } from '#protocol/routes.ts';
import { enrol, readIdentity, type ServerWallet } from '../support/server-wallet.ts';
import type { TestCluster } from '../support/test-database.ts';
import { createChronicle } from './chronicle.ts';
import { climateOf } from './climate.ts';
import { letDishonestIn } from './dishonest.ts';
import type { DiskFate } from './disk.ts';
import { createNetwork } from './network.ts';
import { type Code, printedCode } from './paying.ts';
import { crash, createPhone, type Phone, type Surroundings } from './phone.ts';
import { refresh } from './refreshing.ts';
import { createTurning, type Turning } from './seeded.ts';
import { type SimulatedServer, startSimulatedServer } from './simulated-server.ts';
import { createVerdictBook } from './verdict-book.ts';
import type { DiskMood, World } from './world.ts';

const BEGIN_MS = Date.UTC(2026, 0, 5, 9);
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

const PAYERS = ['Ana', 'Rui', 'Ines'];
const PAYEES = ['Cafe Bento', 'Bus 28'];
export const SKEWS_MS = [0, 0, 0, 40_000, -3_600_000, 5 * DAY_MS, -10 * YEAR_MS, 10 * YEAR_MS];

/** So that no world finds the storage of another. */
let worlds = 0;

const SOUND: Readonly<Record<DiskFate, number>> = {
  well: 400,
  unopened: 1,
  stuck: 1,
  lost: 1,
  failed: 1,
  aborted: 0,
  torn: 1,
};
const FLAKY: typeof SOUND = {
  well: 8,
  unopened: 1,
  stuck: 1,
  lost: 1,
  failed: 1,
  aborted: 1,
  torn: 1,
};

function fateOf(
  mood: DiskMood,
  writing: boolean | 'open',
  chance: Turning,
  onFault: (kind: string) => void,
): DiskFate {
  if (mood === 'full' && writing === true) {
    onFault('disk full');
    return 'aborted';
  }
  const fate = chance.weighted(mood === 'flaky' ? FLAKY : SOUND);
  // What does not open is not read either; a commit that fails is one of a writing transaction.
  const fits = (fate === 'unopened' || fate === 'stuck') === (writing === 'open');
  const writes = writing === true || (fate !== 'aborted' && fate !== 'torn');
  if (fate === 'well' || !fits || !writes) return 'well';
  onFault(`disk ${fate}`);
  return fate;
}

type Peopled = { readonly phones: Phone[]; readonly codes: Code[] };

async function newDevice(server: SimulatedServer, { cookie }: ServerWallet): Promise<number> {
  const request = {
    method: 'POST',
    url: ROUTES.devices.path,
    headers: { cookie },
    payload: {},
  } as const;
  const response = await server.inject(request);
  if (response.statusCode >= 300) throw new Error(`${response.statusCode} ${response.body}`);
  return Number(response.json().device);
}

async function people(
  server: SimulatedServer,
  chance: Turning,
  around: Surroundings,
  diskName: (who: string) => string,
): Promise<Peopled> {
  const phones: Phone[] = [];
  const add = async (
    name: string,
    owner: ServerWallet,
    device: number,
    skewMs: number,
    isSeller = false,
  ) => {
    const newcomer = { name, owner, device, skewMs, isSeller, diskName: diskName(name) };
    phones.push(await createPhone(newcomer, around));
  };
  const payers = PAYERS.slice(0, 1 + chance.below(PAYERS.length));
  const payees = PAYEES.slice(0, 1 + chance.below(PAYEES.length));
  for (const [place, name] of payers.entries()) {
    const owner = await enrol(server, name);
    await add(name, owner, owner.device, chance.pick(SKEWS_MS));
    if (place === 0 && chance.chance(0.6)) {
      await add(
        `${name} (other phone)`,
        owner,
        await newDevice(server, owner),
        chance.pick(SKEWS_MS),
      );
    }
  }
  const codes: Code[] = [];
  for (const name of payees) {
    const owner = await enrol(server, name);
    await add(name, owner, owner.device, 0, true);
    const payee = phones.at(-1) as Phone;
    payee.page.gates.openAll();
    codes.push(await printedCode(payee));
  }
  for (const phone of phones) {
    phone.page.gates.openAll();
    refresh(phone);
    await phone.page.gates.ended();
  }
  for (const phone of phones) crash(phone, 'page', around);
  return { phones, codes };
}

export async function createWorld(cluster: TestCluster, seed: number): Promise<World> {
  const chance = createTurning(seed);
  let timeMs = BEGIN_MS;
  const nowMs = () => timeMs;
  const server = await startSimulatedServer(cluster, nowMs, chance, 1 + chance.below(2));
  const book = createVerdictBook();
  const chronicle = createChronicle(nowMs);
  const network = createNetwork({ server, chance, chronicle, witness: book.witness });
  const diskMoods = new Map<string, DiskMood>();
  const faults: unknown[] = [];
  let healthy = true;
  const around: Surroundings = {
    server,
    network,
    chance,
    chronicle,
    nowMs,
    // Where things are dear, money and what is set aside run out.
    amountMaxMinor: chance.pick([70_00, 150_00, 150_00, 500_00]),
    storageFails() {
      const fails = healthy ? 'no' : chance.weighted({ no: 300, before: 1, after: 1 });
      if (fails !== 'no') chronicle.fault('store fails');
      return fails;
    },
    diskFate(phone, writing) {
      if (healthy) return 'well';
      return fateOf(diskMoods.get(phone) ?? 'sound', writing, chance, (kind) =>
        chronicle.fault(kind, `${phone}: ${kind}`),
      );
    },
    onFault: (fault) => faults.push(fault),
  };
  const number = ++worlds;
  let disks = 0;
  const newDiskName = (who: string) => `${who}, world ${number}, disk ${++disks}`;
  network.heal(true);
  const { phones, codes } = await people(server, chance, around, newDiskName);
  network.heal(false);
  healthy = false;
  const climate = climateOf(chance);
  const dishonest = await letDishonestIn(server, [...codes], seed);
  return {
    chance,
    climate,
    server,
    network,
    book,
    identity: await readIdentity(server),
    phones,
    retired: [],
    around,
    chronicle,
    faults,
    diskMoods,
    healStorage() {
      healthy = true;
    },
    codes,
    shown: [],
    destroyed: new Set(),
    trace: [],
    revoked: new Map(),
    dishonest,
    suspects: new Set(dishonest && [dishonest.account]),
    had: new Set(),
    restores: 0,
    newDevices: new Set(),
    lostDevices: new Set(),
    advance(ms) {
      timeMs += ms;
    },
    nowMs,
    newDiskName,
    newDevice: (owner) => newDevice(server, owner),
  };
}
