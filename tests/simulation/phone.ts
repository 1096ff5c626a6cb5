// A phone: the production wallet on its own storage, in a page and a worker that may die at any gate.

import { openWalletDatabase } from '#device/database.ts';
import { createOutboxLock } from '#device/outbox-lock.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import type { SpareShelf } from '#device/spare-copies.ts';
import { verifyEs256 } from '#device/verify-es256.ts';
import { ROUTES } from '#protocol/routes.ts';
import { decodeServerIdentity } from '#protocol/wire.ts';
import { type Clock, StoreFault, type WalletStore } from '#wallet/ports.ts';
import { createRelay, type DrainReason, type Relay } from '#wallet/relay.ts';
import type { ServerWallet, WalletServer } from '../support/server-wallet.ts';
import type { Chronicle } from './chronicle.ts';
import { type Disk, type DiskFate, openDisk } from './disk.ts';
import { createGates, type Gates, gated } from './gates.ts';
import type { Link, Network } from './network.ts';
import type { Seeded } from './seeded.ts';

export type Surroundings = {
  readonly server: WalletServer;
  readonly network: Pick<Network, 'link'>;
  readonly chance: Seeded;
  readonly chronicle: Chronicle;
  readonly nowMs: () => number;
  /** What anything costs here, at most. */
  readonly amountMaxMinor: number;
  /** Whether a call of the store may fail now, whatever its storage does. */
  storageFails(): 'no' | 'before' | 'after';
  /** What the storage of this phone does to the next transaction. */
  diskFate(phone: string, writing: boolean | 'open'): DiskFate;
  onFault(fault: unknown): void;
};

export type Process = {
  readonly name: string;
  readonly gates: Gates;
  readonly store: WalletStore;
  readonly relay: Relay;
  readonly shelf: SpareShelf;
  readonly close: () => void;
};

export type Phone = {
  /** Of its owner, for people. */
  readonly name: string;
  readonly owner: ServerWallet;
  readonly device: number;
  readonly link: Link;
  readonly clock: Clock;
  /** What its clock says is off by this much, now. */
  skewMs: number;
  disk: Disk;
  /** The second copies of what waits, apart from the database. */
  readonly spares: Map<string, string>;
  page: Process;
  worker: Process;
  /** What the person was told of each payment: the promises that have to be kept. */
  readonly told: Map<string, 'promised' | 'cancelled'>;
  /** Counterfoils that the person, a payee, was told are kept. */
  readonly took: Set<string>;
  /** What the person asked to withdraw, whether they heard an answer or not. */
  readonly withdrawn: Set<string>;
  readonly isSeller: boolean;
  /** It shares its device's numbers with a copy of itself (F63). */
  isCloned: boolean;
};

export const EUR = 978;
/** What a person sets aside for paying without a network. */
const WANTED_MINOR = 300_00n;

function shelfOf(spares: Map<string, string>): SpareShelf {
  return {
    keep: async (id, text) => void spares.set(id, text),
    drop: async (id) => void spares.delete(id),
    ids: async () => [...spares.keys()],
    read: async (id) => spares.get(id),
  };
}

type Body = Pick<Phone, 'name' | 'disk' | 'link' | 'clock' | 'spares'>;

function startProcess(kind: 'page' | 'worker', phone: Body, around: Surroundings): Process {
  const { chance } = around;
  const { link, clock } = phone;
  const gates = createGates(around.onFault);
  const database = openWalletDatabase({ name: phone.disk.name });
  const fault = () => new StoreFault('store_unreadable', 'simulated');
  const relay = createRelay({
    store: gated(createPaymentStore(database), gates, around.storageFails, fault),
    transport: link.transport(gates),
    clock,
    random: chance,
    verify: verifyEs256,
    notice: { changed: () => undefined },
    lock: createOutboxLock({ locks: undefined }),
    // Only a page asks its phone; a worker's events are signs enough.
    ...(kind === 'page' && { hasNoNetwork: link.saysNone }),
  });
  return {
    name: `${phone.name}’s ${kind}`,
    gates,
    store: gated(createPaymentStore(database), gates, around.storageFails, fault),
    relay: joining(relay, gates),
    shelf: gated(shelfOf(phone.spares), gates, () => 'no', fault),
    close: () => database.close(),
  };
}

/** A drain that is called while one runs shares that one, and waits at no gate of its own. */
function joining(relay: Relay, gates: Gates): Relay {
  let drains = 0;
  return {
    async drain(reason) {
      drains++;
      try {
        const draining = relay.drain(reason);
        return await (drains > 1 ? gates.join(draining) : draining);
      } finally {
        drains--;
      }
    },
  };
}

type Newcomer = {
  readonly name: string;
  readonly owner: ServerWallet;
  readonly device: number;
  readonly skewMs: number;
  readonly isSeller?: boolean;
  /** Of its storage: no other phone of this process has it. */
  readonly diskName: string;
};

function assemble(
  { name, owner, device, skewMs, isSeller = false }: Newcomer,
  disk: Disk,
  around: Surroundings,
  spares: Map<string, string>,
): Phone {
  const link = around.network.link(name);
  const clock: Clock = { nowMs: () => around.nowMs() + phone.skewMs };
  const body: Body = { name, disk, link, clock, spares };
  const phone: Phone = {
    ...body,
    owner,
    device,
    skewMs,
    page: startProcess('page', body, around),
    worker: startProcess('worker', body, around),
    told: new Map(),
    took: new Set(),
    withdrawn: new Set(),
    isSeller,
    isCloned: false,
  };
  return phone;
}

/** What a new device of the account begins with. */
async function installWallet(
  { owner, device, skewMs, diskName }: Newcomer,
  around: Surroundings,
): Promise<void> {
  const database = openWalletDatabase({ name: diskName });
  const store = createPaymentStore(database);
  const { account, credentialId } = owner.enrolment;
  const state = { account, accountReadAtMs: around.nowMs(), device, credentialId };
  const written = await store.writeWallet({ ...state, canPayOffline: true, lastSeq: 0 });
  if (!written.ok) throw new Error(written.refusal.code);
  const response = await around.server.inject({ url: ROUTES.keys.path });
  const identity = decodeServerIdentity(response.json());
  if (!identity.ok) throw new Error(identity.refusal.code);
  await store.writeIdentity(identity.value, around.nowMs() + skewMs);
  await store.writePurseWish(EUR, WANTED_MINOR);
  database.close();
}

/** A new device of this account, enrolled and never used. */
export async function createPhone(newcomer: Newcomer, around: Surroundings): Promise<Phone> {
  await installWallet(newcomer, around);
  const { name, diskName } = newcomer;
  const disk = openDisk(diskName, (writing) => around.diskFate(name, writing));
  return assemble(newcomer, disk, around, new Map());
}

/** The same storage in another phone, which does not know that it is a copy. */
export async function clonePhone(
  phone: Phone,
  name: string,
  diskName: string,
  around: Surroundings,
): Promise<Phone> {
  const fate = (writing: boolean | 'open') => around.diskFate(name, writing);
  const disk = await phone.disk.copyTo(diskName, fate);
  const { owner, device, skewMs, isSeller } = phone;
  const newcomer = { name, owner, device, skewMs, isSeller, diskName };
  const clone = assemble(newcomer, disk, around, new Map(phone.spares));
  for (const [id, told] of phone.told) clone.told.set(id, told);
  for (const id of phone.took) clone.took.add(id);
  for (const id of phone.withdrawn) clone.withdrawn.add(id);
  phone.isCloned = true;
  clone.isCloned = true;
  return clone;
}

export const accountOf = ({ owner }: Phone): string => owner.enrolment.account.profile.account;

export function endProcess(process: Process): void {
  process.gates.die();
  process.close();
}

/** The process dies where it stands; another begins on what is stored. */
export function crash(phone: Phone, which: 'page' | 'worker', around: Surroundings): void {
  endProcess(phone[which]);
  phone[which] = startProcess(which, phone, around);
}

/** All of its storage is gone, perhaps with the second copies; its owner signs in again, as a new device. */
export async function wipePhone(
  phone: Phone,
  newcomer: Newcomer,
  keepsSpares: boolean,
  around: Surroundings,
): Promise<Phone> {
  endProcess(phone.page);
  endProcess(phone.worker);
  phone.disk.wipe();
  await installWallet(newcomer, around);
  const disk = openDisk(newcomer.diskName, (writing) => around.diskFate(newcomer.name, writing));
  return assemble(newcomer, disk, around, keepsSpares ? phone.spares : new Map());
}

/** Storage that fails leaves a screen that says so; here the person puts the phone away. */
export async function unlessStorageFails(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
  }
}

export function hint(process: Process, reason: DrainReason): void {
  process.gates.run(() => process.relay.drain(reason));
}
