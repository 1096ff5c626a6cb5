// What may happen at one step of a run.
import { revokeCredential } from '#server/passkeys/credentials.ts';
import type { DrainReason } from '#wallet/relay.ts';
import type { Action } from './climate.ts';
import { freezeDevice, misread, show, take } from './counterfoils.ts';
import { readDisk } from './invariants.ts';
import { ask, cancel, euros, mirror, pay } from './paying.ts';
import {
  accountOf,
  clonePhone,
  crash,
  hint,
  type Phone,
  type Process,
  wipePhone,
} from './phone.ts';
import { SKEWS_MS } from './populate.ts';
import { refresh } from './refreshing.ts';
import { restoreServer } from './restoring.ts';
import { readSettled } from './server-invariants.ts';
import type { DiskMood, World } from './world.ts';

const DAY_MS = 86_400_000;

/** What may wake a relay: any of it may come late, twice, or never. */
const REASONS: readonly DrainReason[] = [
  'start',
  'visible',
  'online',
  'sync',
  'push',
  'timer',
  'notice',
];

type Look = () => Promise<void>;

/** With more of them, the money that one allowance has to pay is the operator's. */
const COPIES_MAX = 3;

const isRevoked = ({ revoked }: World, phone: Phone) => revoked.has(accountOf(phone));

const processesOf = (phones: readonly Phone[]): Process[] =>
  phones.flatMap(({ page, worker }) => [page, worker]);

/** One process runs on for a while, through gates in any order; everybody else stands still. */
async function goOn({ phones, chance, trace, chronicle }: World, look: Look): Promise<void> {
  const waiting = processesOf(phones).filter(({ gates }) => gates.waiting.length > 0);
  if (waiting.length === 0) return;
  const { name, gates } = chance.steady(waiting, (process) => process.name);
  const most = chance.pick([1, 1, 2, 4, 8, 16, 40, 80]);
  let last = '';
  for (let opened = 0; opened < most && gates.waiting.length > 0; opened++) {
    const place = chance.below(gates.waiting.length);
    last = gates.waiting[place] ?? '';
    trace.push(`${name}: ${last}`);
    await gates.open(place);
    await look();
  }
  chronicle.tell(`${name} goes on, through “${last}”`);
}

function payOne({ codes, around, chronicle }: World, payer: Phone): void {
  const recent = codes.slice(-8);
  const code = around.chance.pick(recent);
  if (code.payee === payer.name) return;
  chronicle.tell(`${payer.name} scans a code of ${code.payee}`);
  pay(payer, code, around);
}

/** One of what the person sees as promised, the newest first in mind. */
function promisedOf({ told }: Phone, chance: World['chance']): string | undefined {
  const ids = [...told.keys()].slice(-4);
  return ids.length > 0 ? chance.pick(ids) : undefined;
}

function showOne({ shown, chance, chronicle }: World, payer: Phone): void {
  const id = promisedOf(payer, chance);
  if (id === undefined) return;
  chronicle.tell(`${payer.name} shows ${chronicle.nameOf(id)}`);
  show(payer, id, (screen) => void shown.push(screen));
}

/** Whatever still looks as if it could be withdrawn. */
async function cancelOne({ chance, chronicle }: World, phone: Phone): Promise<void> {
  const { outbox } = await readDisk(phone);
  const own = outbox.filter(({ id, carried }) => !carried && phone.told.has(id));
  if (own.length === 0) return;
  const { id } = chance.pick(own);
  chronicle.tell(`${phone.name} withdraws ${chronicle.nameOf(id)}`);
  cancel(phone, id);
}

async function wipeOne(world: World, phone: Phone): Promise<void> {
  // Nobody signs in with a passkey that was revoked.
  if (isRevoked(world, phone)) return;
  const { chance, chronicle, phones, around, destroyed, retired, suspects } = world;
  suspects.add(accountOf(phone));
  const keepsSpares = chance.chance(0.5);
  const { outbox } = await readDisk(phone);
  const lost = outbox.filter(({ id }) => !keepsSpares || !phone.spares.has(id));
  for (const { id } of lost) destroyed.add(id);
  const device = await world.newDevice(phone.owner);
  const { name, owner, skewMs, isSeller } = phone;
  world.newDevices.add(`${accountOf(phone)} ${device}`);
  const newcomer = { name, owner, device, skewMs, isSeller, diskName: world.newDiskName(name) };
  chronicle.fault(
    'phone wiped',
    `${name} loses its storage${keepsSpares ? ', not its copies' : ''}`,
  );
  phones[phones.indexOf(phone)] = await wipePhone(phone, newcomer, keepsSpares, around);
  retired.push(phone);
}

async function copyOne(world: World, phone: Phone): Promise<void> {
  const { phones, chronicle, around, suspects } = world;
  const copies = phones.filter(({ name }) => name.includes('(copy')).length;
  if (copies === COPIES_MAX || phone.disk.commits === 0) return;
  suspects.add(accountOf(phone));
  const name = `${phone.name} (copy ${copies + 1})`;
  chronicle.fault('profile copied', `${phone.name} is copied to another phone`);
  phones.push(await clonePhone(phone, name, world.newDiskName(name), around));
}

function changeDisk({ chance, diskMoods, chronicle }: World, { name }: Phone): void {
  const mood: DiskMood = chance.pick(['sound', 'sound', 'flaky', 'flaky', 'full']);
  diskMoods.set(name, mood);
  chronicle.tell(`${name} has a ${mood} disk`);
}

async function letTimePass({ chance, advance, chronicle, server }: World): Promise<void> {
  const ms = chance.weighted({
    '60000': 4,
    '600000': 4,
    '3600000': 4,
    '86400000': 2,
    // An allowance’s last day, and long after its end.
    '777600000': 0.25,
    '1900800000': 0.25,
  });
  chronicle.tell(`${Number(ms) / 60_000} minutes pass`);
  advance(Number(ms));
  if (Number(ms) <= 7 * DAY_MS) return;
  chronicle.fault('weeks without anybody');
  await server.wakeTimers();
}

function setClock({ chance, chronicle }: World, phone: Phone): void {
  phone.skewMs = chance.pick(SKEWS_MS);
  chronicle.fault(
    'clock set',
    `${phone.name}’s clock is set ${phone.skewMs / 3_600_000} hours off`,
  );
}

function drainOne({ chance, chronicle }: World, { page, worker }: Phone): void {
  const process = chance.pick([page, worker]);
  const reason = chance.pick(REASONS);
  chronicle.tell(`${process.name} hears of “${reason}”`);
  hint(process, reason);
}

function crashOne({ chance, chronicle, around }: World, phone: Phone): void {
  const which = chance.pick(['page', 'worker'] as const);
  const { gates, name } = phone[which];
  const at = gates.waiting[0];
  if (at !== undefined) chronicle.fault(`${which} killed`, `${name} dies before “${at}”`);
  crash(phone, which, around);
}

/** Both processes end at once, and the storage forgets what it was not told to keep. */
function losePower({ chronicle, around }: World, phone: Phone): void {
  for (const which of ['page', 'worker'] as const) crash(phone, which, around);
  const undone = phone.disk.losePower();
  chronicle.fault('power lost', `${phone.name} loses its power, and ${undone} writes with it`);
}

async function loseOne(world: World, phone: Phone): Promise<void> {
  const { had, chronicle, server, suspects } = world;
  if (had.has('lost') || isRevoked(world, phone)) return;
  had.add('lost');
  suspects.add(accountOf(phone));
  chronicle.fault('phone reported lost', `${phone.name} is reported lost`);
  await freezeDevice(server, phone.owner, phone.device);
}

/** The operator does it; whoever had the passkey is signed out everywhere. */
async function revokeOne(world: World, phone: Phone): Promise<void> {
  const { server, chronicle, revoked } = world;
  if (revoked.size > 0 || phone.isSeller) return;
  const { credentialId } = phone.owner.authenticator;
  revoked.set(accountOf(phone), await readSettled(server));
  await server.database.transaction((within) => revokeCredential(within, credentialId));
  chronicle.fault('passkey revoked', `${phone.name}’s passkey is revoked`);
}

type Doing = (world: World, phone: Phone, look: Look) => void | Promise<void>;

const DOINGS: Readonly<Record<Action, Doing>> = {
  'go on': (world, _, look) => goOn(world, look),
  pay: payOne,
  ask({ chance, around, codes, chronicle }, phone) {
    const amountMinor = BigInt(1 + chance.below(around.amountMaxMinor));
    chronicle.tell(`${phone.name} asks for ${euros(amountMinor)}`);
    ask(phone, amountMinor, around, (code) => void codes.push(code));
  },
  hint: drainOne,
  cancel: cancelOne,
  refresh(_, phone) {
    refresh(phone);
  },
  'show a counterfoil': showOne,
  async 'look at a counterfoil'({ shown, chance, around, chronicle }, phone) {
    if (shown.length === 0) return;
    const screen = chance.pick(shown.slice(-6));
    if (chance.chance(0.2)) return misread(phone, screen, around);
    chronicle.tell(`${phone.name} looks at ${chronicle.nameOf(screen.id)} on a screen`);
    take(phone, screen, around);
  },
  mirror: (_, { page }) => mirror(page),
  crash: crashOne,
  'lose power': losePower,
  async 'deliver late'({ network }) {
    if (network.late.length > 0) await network.deliverLate();
  },
  'change the weather': (_, { link }) => link.change(),
  'change a disk': changeDisk,
  'let time pass': letTimePass,
  'wake timers': ({ server }) => server.wakeTimers(),
  'lose a phone': loseOne,
  'revoke a passkey': revokeOne,
  'wipe a phone': wipeOne,
  'copy a phone': copyOne,
  'set a clock': setClock,
  async 'back up'({ server, had, newDevices }) {
    had.add('backup');
    newDevices.clear();
    await server.backUp();
  },
  restore: restoreServer,
};

/** Who sells is asked more often than it would be by chance. */
const SELLERS: ReadonlySet<Action> = new Set(['ask', 'look at a counterfoil']);

/** One thing happens. */
export async function actAt(world: World, look: Look): Promise<void> {
  const { chance, phones, trace, climate } = world;
  const action = chance.weighted(climate);
  const sellers = phones.filter(({ isSeller }) => isSeller);
  const others = phones.filter(({ isSeller }) => !isSeller || chance.chance(0.1));
  const anybody = chance.steady(phones, ({ name }) => name);
  const payer = chance.steady(others.length > 0 ? others : phones, ({ name }) => name);
  const seller = chance.steady(sellers, ({ name }) => name);
  const phone = SELLERS.has(action) ? seller : action === 'pay' ? payer : anybody;
  if (action !== 'go on') trace.push(`${action}: ${phone.name}`);
  await DOINGS[action](world, phone, look);
}
