// What must be true whatever happens (failures.md by number). Each check throws, naming what broke.

import { verifyEs256 } from '#device/verify-es256.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import { checkReceipt, matchReceipt } from '#wallet/check-receipt.ts';
import { isLive, type TakenCounterfoil } from '#wallet/offline-records.ts';
import { occupiesRequest, type Payment } from '#wallet/payment.ts';
import { outboxEntryOf } from '#wallet/records.ts';
import { must } from './broken.ts';
import type { Phone } from './phone.ts';
import type { VerdictBook } from './verdict-book.ts';

/** What a phone has stored, read past its own processes. */
export async function readDisk({ disk: { reader } }: Phone) {
  const [payments, taken, outbox, wallet] = await Promise.all([
    reader.readPayments(10_000),
    reader.readTakenList(10_000),
    reader.readOutbox(),
    reader.readWallet(),
  ]);
  return { payments, taken, outbox, wallet };
}

const verified = new Set<string>();

/** I8: a verdict on the phone has a receipt that verifies and says what was signed. */
async function checkAcknowledged(
  payment: Payment | TakenCounterfoil,
  identity: ServerIdentity,
): Promise<void> {
  must(payment.receipt !== undefined, 'I8', `${payment.id} is ${payment.state} without a receipt`);
  const name = `${payment.id} ${toBase64url(payment.receipt)}`;
  if (verified.has(name)) return;
  const receipt = await checkReceipt(payment.receipt, identity, verifyEs256);
  must(receipt.ok, 'I8', `${payment.id} has a receipt that does not verify`);
  must(matchReceipt(receipt.value, outboxEntryOf(payment)).ok, 'I8', `${payment.id} has another’s`);
  must(receipt.value.verdict === payment.state, 'I8', `${payment.id} is not what its receipt says`);
  verified.add(name);
}

const isContradicted = (record: Payment | TakenCounterfoil, book: VerdictBook) =>
  record.contradiction !== undefined && !book.isOpen(record.id);

/** Nothing on it is damaged. Reads every record, so it is asked now and then. */
export async function checkSound({ disk, name }: Phone): Promise<void> {
  const damaged = await disk.reader.readDamaged();
  must(damaged.length === 0, 'storage', `${name} has damaged records`);
}

export async function checkPhone(
  phone: Phone,
  identity: ServerIdentity,
  book: VerdictBook,
): Promise<void> {
  const { payments, taken, outbox, wallet } = await readDisk(phone);
  const byId = new Map(payments.map((payment) => [payment.id, payment]));
  const waiting = new Set(outbox.map(({ id }) => id));
  for (const [id, told] of phone.told) {
    const payment = byId.get(id);
    must(payment !== undefined, 'I3', `${phone.name} was told ${told} of ${id}, and it is gone`);
    const kept = waiting.has(id) || payment.receipt !== undefined;
    const withdrawn = payment.state === 'cancelled' && phone.withdrawn.has(id);
    must(kept || withdrawn, 'I9', `${id} is neither waiting nor receipted`);
    must(told !== 'cancelled' || withdrawn, 'I9', `${id} was withdrawn and is ${payment.state}`);
  }
  for (const payment of payments) {
    if (payment.state === 'cancelled') {
      must(!waiting.has(payment.id), 'I9', `${payment.id} was cancelled and waits`);
      continue;
    }
    must(
      waiting.has(payment.id) === (payment.state === 'promised'),
      'I9',
      `${payment.id} is ${payment.state}`,
    );
    must(!isContradicted(payment, book), 'I4', `${payment.id} has two verdicts`);
    if (payment.state === 'promised') continue;
    await checkAcknowledged(payment, identity);
    if (payment.receipt) book.see(payment.receipt, phone.name);
  }
  await checkTaken(phone, taken, waiting, identity, book);
  if (!book.wasRestored) await checkPaid(phone, taken);
  // What comes back from the copies of a wiped phone may have been paid anew: the server refuses one.
  const occupied = payments
    .filter((payment) => payment.device === phone.device && occupiesRequest(payment))
    .map(({ payee, requestDigest }) => payee + requestDigest);
  must(new Set(occupied).size === occupied.length, 'F35', `${phone.name} pays a request twice`);
  const seqs = payments.filter(({ device }) => device === phone.device).map(({ seq }) => seq);
  must(new Set(seqs).size === seqs.length, 'I11', `${phone.name} used a seq twice`);
  must(Math.max(0, ...seqs) === (wallet?.lastSeq ?? 0), 'I11', `${phone.name} forgot a seq`);
}

/** F78: a request is paid by what has a receipt here, or stands in the statement. */
async function checkPaid({ disk: { reader }, name }: Phone, taken: readonly TakenCounterfoil[]) {
  const came = new Set(taken.filter(({ state }) => state === 'accepted').map(({ id }) => id));
  for (const { paymentId } of await reader.readEntries(10_000)) if (paymentId) came.add(paymentId);
  for (const { paid } of await reader.readRequests(10_000)) {
    must(!paid || came.has(paid.paymentId), 'F78', `${name} was not paid by ${paid?.paymentId}`);
  }
}

/** What a payee was told is kept is kept, until its receipt is here (I3, I8, I9). */
async function checkTaken(
  phone: Phone,
  taken: readonly TakenCounterfoil[],
  waiting: ReadonlySet<string>,
  identity: ServerIdentity,
  book: VerdictBook,
): Promise<void> {
  const ids = new Set(taken.map(({ id }) => id));
  for (const id of phone.took) must(ids.has(id), 'I3', `${phone.name} took ${id}, and it is gone`);
  for (const each of taken) {
    const { id, state, receipt } = each;
    must(waiting.has(id) === (state === 'taken'), 'I9', `${id} was taken and is ${state}`);
    must(!isContradicted(each, book), 'I4', `${id} has two verdicts`);
    if (state === 'taken') continue;
    await checkAcknowledged(each, identity);
    if (receipt) book.see(receipt, phone.name);
  }
  const sold = taken.filter((each) => each.once && isLive(each));
  const digests = new Set(sold.map(({ requestDigest }) => requestDigest));
  must(digests.size === sold.length, 'F72', `${phone.name} took two payments of one sale`);
}

/**
 * What a payee's phone called guaranteed was paid: all but what came too late, or second to its sale, or
 * beyond what the operator guarantees for a payer who broke promises. That those are true is for the ledger.
 */
export function checkGuarantee(taken: TakenCounterfoil, suspects: ReadonlySet<string>): void {
  const { id, guaranteed, state, code, payer } = taken;
  const isBeyond = code === 'allowance_overspent' && suspects.has(payer);
  const isExcused = state === 'expired' || code === 'request_already_paid' || isBeyond;
  must(!guaranteed || state === 'accepted' || isExcused, 'guarantee', `${id} is ${code ?? state}`);
}

/** I11: within an upload, in the order of each device's numbers. */
export function checkUploadOrder(
  authorizations: readonly Bytes[],
  suspects: ReadonlySet<string>,
): void {
  const last = new Map<string, number>();
  for (const bytes of authorizations) {
    const decoded = decodeAuthorization(bytes);
    must(decoded.ok, 'I11', 'a phone sent what it cannot read');
    const { payer, device, seq } = decoded.value.order;
    const who = `${toBase64url(payer)} ${device}`;
    // Of a phone and its copy, and of who lies, a payee may carry the same number twice.
    const least = (last.get(who) ?? 0) + (suspects.has(toBase32(payer)) ? 0 : 1);
    must(seq >= least, 'I11', `sent ${seq} of ${who} after ${last.get(who)}`);
    last.set(who, seq);
  }
}
