// The second phase: nothing breaks any more, and everything that was promised must come to an end.
import type { Payment } from '#wallet/payment.ts';
import { must } from './broken.ts';
import { checkGaps } from './gaps.ts';
import { checkGuarantee, checkSound, checkUploadOrder, readDisk } from './invariants.ts';
import { breakAtCommit, promiseWhileBusy, waitForTimers } from './left-alone.ts';
import { mirror } from './paying.ts';
import { accountOf, crash, type Phone } from './phone.ts';
import { refresh } from './refreshing.ts';
import { checkNobodyAccused, checkRevoked } from './rejudging.ts';
import { AWAITED_FOR_MS } from './restoring.ts';
import { checkServer, ledgerText, readLedgerEntries, readSettled } from './server-invariants.ts';
import type { World } from './world.ts';

/** What a phone may need, at worst, to come right once nothing is broken any more (I12). */
const DRAINS_MAX = 10;
/** A payee hears in the second what a payer sent in the first; money lost in a restore may take another. */
const ROUNDS = { usual: 2, restored: 3 };

/**
 * A device that the server has lost cannot be vouched for any more, nor can who has no passkey: what they
 * promised is in nobody's hands, unless it is covered.
 */
const isLost = (
  { lostDevices, revoked }: World,
  { payer, device }: Pick<Payment, 'payer' | 'device'>,
) => lostDevices.has(`${payer} ${device}`) || revoked.has(payer);

/** Ids that wait on this phone and must come to an end. */
async function openOn(world: World, phone: Phone): Promise<string[]> {
  const { payments, taken, outbox } = await readDisk(phone);
  const lost = new Set(
    [...payments, ...taken].filter((each) => isLost(world, each)).map(({ id }) => id),
  );
  return outbox.map(({ id }) => id).filter((id) => !lost.has(id));
}

/** What a server that was restored does not refuse yet: phones may still bring its receipt. */
async function awaitedOn(phone: Phone): Promise<Set<string>> {
  const { outbox } = await readDisk(phone);
  const awaited = outbox.filter(({ quarantine }) => quarantine?.code === 'restored_lately');
  return new Set(awaited.map(({ id }) => id));
}

async function drain(world: World, phone: Phone): Promise<void> {
  const { advance } = world;
  for (let drains = 0; ; drains++) {
    const { waiting, quarantined } = await phone.page.relay.drain('person');
    advance(60_000);
    if (waiting === 0 && quarantined === 0) return;
    const awaited = await awaitedOn(phone);
    if ((await openOn(world, phone)).every((id) => awaited.has(id))) return;
    must(drains < DRAINS_MAX, 'I12', `${phone.name} still has ${waiting} and ${quarantined}`);
  }
}

async function openOnce(world: World, phone: Phone): Promise<void> {
  const { page } = phone;
  mirror(page);
  await page.gates.ended();
  const { outbox } = await readDisk(phone);
  for (const { id } of outbox) must(phone.spares.has(id), 'F25', `${id} waits without a copy`);
  await drain(world, phone);
  refresh(phone);
  await page.gates.ended();
  // The statement may have told of a restore.
  await drain(world, phone);
}

/** Everything works again, and every phone is opened. */
async function heal(world: World): Promise<void> {
  const { network, phones, around, diskMoods, chance } = world;
  network.heal(true);
  world.healStorage();
  diskMoods.clear();
  for (const phone of phones) {
    const isLeftAlone = chance.chance(0.5);
    for (const which of ['page', 'worker'] as const) {
      if (!isLeftAlone) crash(phone, which, around);
      await phone[which].gates.openInTurn();
    }
    // After a restore some wait for what others have yet to bring back.
    if (isLeftAlone && world.restores === 0) await waitForTimers(world, phone);
  }
  while (network.late.length > 0) await network.deliverLate();
  const rounds = world.restores > 0 ? ROUNDS.restored : ROUNDS.usual;
  for (let round = 0; round < rounds; round++) {
    for (const phone of phones) await openOnce(world, phone);
    if (round + 1 < rounds) world.advance(2 * 3_600_000);
  }
  const awaited = await Promise.all(phones.map(awaitedOn));
  if (awaited.every(({ size }) => size === 0)) return;
  world.advance(AWAITED_FOR_MS);
  for (const phone of phones) await openOnce(world, phone);
}

/** I3, and what people see: both sides agree on everything that was promised. */
async function checkAgreement(world: World): Promise<void> {
  const { phones, book, restores, suspects, dishonest } = world;
  for (const phone of phones) {
    const { payments, taken } = await readDisk(phone);
    for (const each of taken) if (restores === 0) checkGuarantee(each, suspects);
    const isFooled = [...phone.took].some((id) => dishonest?.forged.has(id));
    must(!isFooled, 'F72', `${phone.name} took what stands under words that nobody signed`);
    must((await openOn(world, phone)).length === 0, 'I12', `${phone.name} has not sent everything`);
    for (const payment of payments) {
      const { id, state } = payment;
      const settled = book.first.has(id) || book.isOpen(id);
      // Of two copies of a phone one can withdraw what the other sends.
      const isExcused = isLost(world, payment) || (phone.isCloned && settled);
      must(isExcused || settled !== (state === 'cancelled'), 'I3', `${id} is ${state}`);
    }
    await checkSound(phone);
    // Nobody reads a statement who is signed out.
    if (!world.revoked.has(accountOf(phone))) await checkStatement(world, phone);
    if (restores === 0) await checkPaidMarks(world, phone);
  }
}

/** I3: what a phone holds a receipt of is in the ledger again. For what was accepted money may be lacking. */
async function checkBroughtBack(world: World): Promise<void> {
  const settled = await readSettled(world.server);
  for (const phone of world.phones) {
    for (const payment of (await readDisk(phone)).payments) {
      const { id, receipt, state } = payment;
      if (!receipt || state === 'accepted' || isLost(world, payment)) continue;
      must(
        settled.has(id),
        'I3',
        `${id} is ${state}, the server has forgotten it, and nobody came`,
      );
    }
  }
}

/** I11: the feed gave this phone every entry of its account, once, in their order. */
async function checkStatement({ server }: World, { name, owner, disk }: Phone): Promise<void> {
  const entries = await disk.reader.readEntries(10_000);
  const read = entries.map(({ version, amountMinor }) => `${version} ${amountMinor}`).toReversed();
  const ledger = await readLedgerEntries(server, owner.account);
  const lists = `${name} has read ${read.join()} of ${ledger.join()}`;
  must(read.join() === ledger.join(), 'I11', lists);
}

/** What a payee asked for once and got is marked as paid on the phone that asked. */
async function checkPaidMarks({ phones, retired }: World, phone: Phone): Promise<void> {
  const { payments } = await readDisk(phone);
  const accepted = payments.filter(({ state, once }) => state === 'accepted' && once);
  for (const payment of accepted) {
    const own = phones.filter(
      ({ owner }) => owner.enrolment.account.profile.account === payment.payee,
    );
    const requests = await Promise.all(
      own.map(({ disk }) => disk.reader.readRequest(payment.requestDigest)),
    );
    const isMarked = requests.some(
      (request) => request?.paid?.paymentId === payment.id && request.paid.asAsked,
    );
    const wasWiped = retired.some(({ name }) => own.some((each) => each.name === name));
    must(
      isMarked || wasWiped,
      'payee',
      `${payment.id} was accepted, and its request is not marked`,
    );
  }
}

/** I13: everything that was ever sent is sent again, in any order. */
async function replayAll(world: World): Promise<void> {
  const { network, chance, server } = world;
  const before = await ledgerText(server);
  // What never arrived and was destroyed with its phone would be settled now, for the first time.
  const sent = network.sentKnown(await readSettled(server));
  for (let i = sent.length - 1; i > 0; i--) {
    const j = chance.below(i + 1);
    [sent[i], sent[j]] = [sent[j] ?? [], sent[i] ?? []];
  }
  // The book, which witnesses every answer, holds each receipt against the first one.
  for (let i = 0; i < sent.length; i += REPLAYED_TOGETHER) {
    await network.bring(sent.slice(i, i + REPLAYED_TOGETHER).flat(), 'anybody');
  }
  must((await ledgerText(server)) === before, 'I13', 'a replay changed the ledger');
}

const REPLAYED_TOGETHER = 6;

export async function healAndCheck(world: World, look: () => Promise<void>): Promise<void> {
  const { server, book, phones, network, restores, suspects } = world;
  await heal(world);
  if (world.restores === 0) {
    for (const phone of phones) if (!phone.isSeller) await promiseWhileBusy(world, phone);
    for (const phone of phones) if (!phone.isSeller) await breakAtCommit(world, phone);
    for (const phone of phones) await openOnce(world, phone);
  }
  await look();
  await checkAgreement(world);
  await checkBroughtBack(world);
  await checkGaps(world);
  if (restores === 0) {
    await checkRevoked(server.database, world.revoked);
    await checkNobodyAccused(server.database, suspects);
  }
  for (const batch of network.sent) checkUploadOrder(batch, suspects);
  await replayAll(world);
  await checkServer(server, book);
}
