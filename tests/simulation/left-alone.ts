// Phones that nobody opens anew once the world is well: what they were doing goes on, and their own timers
// must bring everything through. And phones that are busy when something new is promised.
import { must } from './broken.ts';
import { readDisk } from './invariants.ts';
import { pay } from './paying.ts';
import { crash, hint, type Phone } from './phone.ts';
import type { World } from './world.ts';

/** As the relay asks for them: a clock that was set back makes it wait for an hour at most (F64). */
const TIMERS_MAX = 30;
const WAIT_MS_MAX = 3 * 3_600_000;
/** A promise and a drain or two pass fewer. */
const GATES_MAX = 400;
/** The last that a drain does, and a call that comes meanwhile must not be lost for it. */
const LAST_LOOK = 'readOutbox done';
/** Codes that are tried, the printed ones first. */
const PROMISES = 6;

/** I12: the relay says itself when it wants to be called again, and that is enough. */
export async function waitForTimers(
  { advance }: World,
  { name, page, clock }: Phone,
): Promise<void> {
  let waitedMs = 0;
  for (let timers = 0; ; timers++) {
    const { waiting, nextAttemptAtMs } = await page.relay.drain('timer');
    if (waiting === 0) return;
    must(timers < TIMERS_MAX, 'I12', `${name} still has ${waiting} after ${timers} timers`);
    must(nextAttemptAtMs !== undefined, 'I12', `${name} has ${waiting} and does not try again`);
    const ms = Math.max(1_000, Math.ceil(nextAttemptAtMs - clock.nowMs()));
    waitedMs += ms;
    advance(ms);
    must(waitedMs < WAIT_MS_MAX, 'I12', `${name} still has ${waiting} after ${waitedMs} ms`);
  }
}

/**
 * Opens its gates until all has ended, and makes promise after promise meanwhile. What has gone on goes on
 * for a while: so one thing stands still where it stood, while another is done from its beginning to its end.
 */
async function promiseOnAndOn(phone: Phone, { chance, around, codes }: World): Promise<void> {
  const { page, told } = phone;
  const wanted = codes.filter(({ payee }) => payee !== phone.name).slice(0, PROMISES);
  let begun = 0;
  const first = told.size;
  const isPatient = chance.chance(0.7);
  for (let opened = 0; opened < GATES_MAX; opened++) {
    const next = wanted[begun];
    const isIdle = page.gates.waiting.length === 0;
    const share = page.gates.waiting.at(-1) === LAST_LOOK ? 0.5 : 0.1;
    if (next && told.size - first >= begun && (isIdle || chance.chance(share))) {
      begun++;
      pay(phone, next, around);
    }
    const { length } = page.gates.waiting;
    if (length === 0) return;
    const isNewest = isPatient || chance.chance(0.8);
    await page.gates.open(isNewest ? length - 1 : chance.below(length));
  }
}

/** F51: who is told before the COMMIT that it stands is told wrong when the connection breaks there. */
export async function breakAtCommit(world: World, phone: Phone): Promise<void> {
  const { network, codes, around } = world;
  const code = codes.find(({ payee }) => payee !== phone.name);
  if (!code) return;
  network.doomNext({ statement: 'COMMIT', when: 'before', ends: 'connection' });
  pay(phone, code, around);
  await phone.page.gates.ended();
  // Who says that there is no network holds a promise back, but not from a person.
  await phone.page.relay.drain('person');
}

/** F9: what is promised during a drain needs no second call. */
export async function promiseWhileBusy(world: World, phone: Phone): Promise<void> {
  const before = phone.told.size;
  crash(phone, 'page', world.around);
  hint(phone.page, 'visible');
  await promiseOnAndOn(phone, world);
  await phone.page.gates.openInTurn();
  // What a phone says that has no network is held back a while: then its timer is the second call.
  if (phone.link.saysNone()) return waitForTimers(world, phone);
  const { outbox } = await readDisk(phone);
  const own = outbox.filter(({ id, quarantine }) => phone.told.has(id) && !quarantine);
  const promised = phone.told.size - before;
  must(
    own.length === 0,
    'I12',
    `${phone.name} promised ${promised}, ${own.length} wait for a call`,
  );
}
