// A world that breaks: phones, payees, a server, and what one seed makes of them. `simulate` runs one.

import type { ServerIdentity } from '#protocol/wire.ts';
import type { ServerWallet } from '../support/server-wallet.ts';
import type { TestCluster } from '../support/test-database.ts';
import { actAt } from './actions.ts';
import type { Chronicle, Event } from './chronicle.ts';
import type { Climate } from './climate.ts';
import type { Shown } from './counterfoils.ts';
import type { Dishonest } from './dishonest.ts';
import { discardDisk } from './disk.ts';
import { healAndCheck } from './healing.ts';
import { checkPhone, checkSound, readDisk } from './invariants.ts';
import type { Network } from './network.ts';
import type { Code } from './paying.ts';
import { endProcess, type Phone, type Surroundings } from './phone.ts';
import { createWorld } from './populate.ts';
import type { Turning } from './seeded.ts';
import { checkServer, checkSums, readVerdicts } from './server-invariants.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { VerdictBook } from './verdict-book.ts';

export const STEPS = 600;
/** The second phase, as a step of its own. */
export const HEALING = STEPS + 1;
const SUMS_EVERY = 20;
const HALFWAY = STEPS / 2;

export type DiskMood = 'sound' | 'flaky' | 'full';

export type World = {
  readonly chance: Turning;
  readonly climate: Climate;
  readonly server: SimulatedServer;
  readonly network: Network;
  readonly book: VerdictBook;
  readonly identity: ServerIdentity;
  /** A wiped one is replaced by what its owner begins anew with; a copied one gets company. */
  readonly phones: Phone[];
  readonly retired: Phone[];
  readonly around: Surroundings;
  readonly chronicle: Chronicle;
  /** What no process may ever throw. */
  readonly faults: readonly unknown[];
  readonly diskMoods: Map<string, DiskMood>;
  /** From now on storage works. */
  healStorage(): void;
  readonly codes: Code[];
  /** What stood on payers' screens. */
  readonly shown: Shown[];
  /** Promises that went with a phone's storage: nobody is to be blamed when they are never heard of. */
  readonly destroyed: Set<string>;
  /** Which gates were opened, and what else was done, in order. */
  readonly trace: string[];
  /** Accounts whose passkey was revoked, each with the payments that were settled before. */
  readonly revoked: Map<string, ReadonlySet<string>>;
  /** Whose wallet breaks its own rules. */
  readonly dishonest: Dishonest | undefined;
  /** Accounts that may promise what they cannot keep: a phone of theirs was copied, lost or emptied, or lies. */
  readonly suspects: Set<string>;
  /** What happens once in a run at most, or has to have happened before. */
  readonly had: Set<string>;
  restores: number;
  /** Made since the last backup, by account and number; and those that a restore has lost, with all they promised. */
  readonly newDevices: Set<string>;
  readonly lostDevices: Set<string>;
  advance(ms: number): void;
  nowMs(): number;
  newDiskName(who: string): string;
  /** A new device of the account, as somebody signs in on it. */
  newDevice(owner: ServerWallet): Promise<number>;
};

export type RunSummary = {
  readonly steps: number;
  readonly uploads: number;
  /** Payments that were promised on any phone. */
  readonly payments: number;
  /** How many payments ended up in each state, on all phones. */
  readonly states: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly simulatedMs: number;
  /** All that happened, in order, and what stands in the ledger then: equal for equal seeds. */
  readonly trace: readonly string[];
};

export type SimulateOptions = {
  /** Steps that do not happen. The others are what they are. */
  readonly leftOut?: (step: number) => boolean;
  /** The second phase is of no interest. */
  readonly onlyUnderFire?: boolean;
  /** Breaks a rule on purpose, before what each step changed is looked at. */
  readonly meddle?: (world: World, step: number) => void;
  /** Told all that happened until something broke. */
  readonly onBreak?: (ending: BrokenRun) => void;
};

export type BrokenRun = {
  /** The step at which it broke: `HEALING`, when that was while everything healed. */
  readonly steps: number;
  readonly events: readonly Event[];
  readonly what: string;
  readonly error: unknown;
};

/** Looks at those phones whose storage, or whose person's knowledge, has changed since the last look. */
function createWatch({ identity, book, faults, phones }: World): () => Promise<void> {
  const seen = new WeakMap<Phone, string>();
  return async () => {
    if (faults.length > 0) throw faults[0];
    for (const phone of phones) {
      const { disk, told, took, withdrawn } = phone;
      const mark = `${disk.commits} ${told.size} ${took.size} ${withdrawn.size}`;
      if (seen.get(phone) === mark) continue;
      seen.set(phone, mark);
      await checkPhone(phone, identity, book);
    }
  };
}

async function underFire(
  world: World,
  { leftOut, meddle }: SimulateOptions,
  look: () => Promise<void>,
  onStep: (step: number) => void,
): Promise<void> {
  const { chance, chronicle, server, book, phones } = world;
  for (let step = 1; step <= STEPS; step++) {
    if (leftOut?.(step)) continue;
    onStep(step);
    chance.turn(step);
    chronicle.turn(step);
    await actAt(world, look);
    await world.dishonest?.act(world, step);
    meddle?.(world, step);
    await look();
    world.advance(chance.below(3_000));
    if (step % SUMS_EVERY === 0) await checkSums(server);
    if (step === HALFWAY) {
      await checkServer(server, book);
      for (const phone of phones) await checkSound(phone);
    }
  }
}

async function summarize(world: World, beganMs: number) {
  const { phones, network, trace, chronicle, nowMs, server } = world;
  const ledger = await readVerdicts(server);
  const states: Record<string, number> = {};
  const count = (name: string) => {
    states[name] = (states[name] ?? 0) + 1;
  };
  const ids = new Set<string>();
  for (const { payments, taken } of await Promise.all(phones.map(readDisk))) {
    for (const { id, state, code } of payments) {
      ids.add(id);
      count(code ?? state);
    }
    for (const { id, state, doubt } of taken) {
      ids.add(id);
      count(`${doubt ?? 'guaranteed'} ${state}`);
    }
  }
  return {
    steps: STEPS,
    uploads: network.sent.length,
    payments: ids.size,
    states,
    faults: chronicle.faults,
    simulatedMs: nowMs() - beganMs,
    trace: [...trace, ...chronicle.events.map(({ atMs, text }) => `${atMs} ${text}`), ...ledger],
  } satisfies RunSummary;
}

/** Throws when anything that must be true is not. */
export async function simulate(
  cluster: TestCluster,
  seed: number,
  options: SimulateOptions = {},
): Promise<RunSummary> {
  const world = await createWorld(cluster, seed);
  const beganMs = world.nowMs();
  const look = createWatch(world);
  let steps = 0;
  try {
    await underFire(world, options, look, (step) => {
      steps = step;
    });
    if (!options.onlyUnderFire) {
      steps = HEALING;
      world.chance.turn(steps);
      world.chronicle.turn(steps);
      await healAndCheck(world, look);
    }
    return await summarize(world, beganMs);
  } catch (error) {
    options.onBreak?.({
      steps,
      events: world.chronicle.events,
      what: sayBroken(world, error),
      error,
    });
    throw error;
  } finally {
    await leave(world);
  }
}

function sayBroken({ chronicle }: World, error: unknown): string {
  return chronicle.naming(error instanceof Error ? error.message : String(error));
}

async function leave({ phones, retired, server }: World): Promise<void> {
  for (const { page, worker, disk } of [...phones, ...retired]) {
    for (const process of [page, worker]) endProcess(process);
    discardDisk(disk);
  }
  await server.stop();
}
