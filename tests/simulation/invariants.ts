// What must be true whatever happens (failures.md by number). Each check throws, naming what broke.

import { openWalletDatabase } from '#device/database.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { verifyEs256 } from '#device/verify-es256.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import { decodePaymentsAnswer } from '#protocol/payments-answer.ts';
import { decodeReceipt } from '#protocol/receipt.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import { checkReceipt, matchReceipt } from '#wallet/check-receipt.ts';
import { isLive, type TakenCounterfoil } from '#wallet/offline-records.ts';
import { occupiesRequest, type Payment } from '#wallet/payment.ts';
import type { HttpAnswer } from '#wallet/ports.ts';
import { outboxEntryOf } from '#wallet/records.ts';
import { isOurs } from './network.ts';
import type { Phone } from './phone.ts';
import type { SimulatedServer } from './simulated-server.ts';

export class Broken extends Error {
  override name = 'Broken';
}

function must(condition: boolean, invariant: string, what: string): asserts condition {
  if (!condition) throw new Broken(`${invariant}: ${what}`);
}

/** Remembers the first verdict that anybody saw of each payment, and holds every later one against it. */
export type VerdictBook = {
  /** I4, I13: one verdict, and the very same receipt. */
  see(receipt: Bytes, by: string): void;
  witness(answer: HttpAnswer): void;
  readonly first: ReadonlyMap<string, Bytes>;
};

export function createVerdictBook(): VerdictBook {
  const first = new Map<string, Bytes>();
  function see(bytes: Bytes, by: string): void {
    const receipt = decodeReceipt(bytes);
    must(receipt.ok, 'I4', `${by} gave a receipt that cannot be read`);
    const id = toBase64url(receipt.value.paymentId);
    const known = first.get(id);
    if (known) must(equalBytes(known, bytes), 'I4', `${by} says otherwise of ${id}`);
    else first.set(id, bytes);
  }
  return {
    see,
    witness(answer) {
      if (!isOurs(answer)) return;
      const answers = decodePaymentsAnswer(answer.body);
      must(answers.ok, 'wire', `the server answers ${Buffer.from(answer.body).toString('hex')}`);
      for (const item of answers.value) {
        if (item.kind === 'receipt') see(item.receipt, 'the server');
      }
    },
    first,
  };
}

/** What a phone has stored, read past its own processes. */
export async function readDisk(phone: Phone) {
  const database = openWalletDatabase({ name: phone.name });
  try {
    const store = createPaymentStore(database);
    const [payments, taken, outbox, wallet, damaged] = await Promise.all([
      store.readPayments(10_000),
      store.readTakenList(10_000),
      store.readOutbox(),
      store.readWallet(),
      store.readDamaged(),
    ]);
    return { payments, taken, outbox, wallet, damaged };
  } finally {
    database.close();
  }
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

export async function checkPhone(
  phone: Phone,
  identity: ServerIdentity,
  book: VerdictBook,
): Promise<void> {
  const { payments, taken, outbox, wallet, damaged } = await readDisk(phone);
  must(damaged.length === 0, 'storage', `${phone.name} has damaged records`);
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
    must(payment.contradiction === undefined, 'I4', `${payment.id} has two verdicts`);
    if (payment.state === 'promised') continue;
    await checkAcknowledged(payment, identity);
    if (payment.receipt) book.see(payment.receipt, phone.name);
  }
  await checkTaken(phone, taken, waiting, identity, book);
  const occupied = payments
    .filter(occupiesRequest)
    .map(({ payee, requestDigest }) => payee + requestDigest);
  must(new Set(occupied).size === occupied.length, 'F35', `${phone.name} pays a request twice`);
  const seqs = payments.filter(({ device }) => device === phone.device).map(({ seq }) => seq);
  must(new Set(seqs).size === seqs.length, 'I11', `${phone.name} used a seq twice`);
  must(Math.max(0, ...seqs) === (wallet?.lastSeq ?? 0), 'I11', `${phone.name} forgot a seq`);
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
    must(each.contradiction === undefined, 'I4', `${id} has two verdicts`);
    if (state === 'taken') continue;
    await checkAcknowledged(each, identity);
    if (receipt) book.see(receipt, phone.name);
  }
  const sold = taken.filter((each) => each.once && isLive(each));
  const digests = new Set(sold.map(({ requestDigest }) => requestDigest));
  must(digests.size === sold.length, 'F72', `${phone.name} took two payments of one sale`);
}

/** What a payee's phone called guaranteed was paid: all but what came too late, or second to its sale. */
export function checkGuarantee({ id, guaranteed, state, code }: TakenCounterfoil): void {
  const isExcused = state === 'expired' || code === 'request_already_paid';
  must(!guaranteed || state === 'accepted' || isExcused, 'guarantee', `${id} is ${code ?? state}`);
}

/** I11: within an upload, in the order of each device's numbers. */
export function checkUploadOrder(authorizations: readonly Bytes[]): void {
  const last = new Map<string, number>();
  for (const bytes of authorizations) {
    const decoded = decodeAuthorization(bytes);
    must(decoded.ok, 'I11', 'a phone sent what it cannot read');
    const { payer, device, seq } = decoded.value.order;
    const who = `${toBase64url(payer)} ${device}`;
    must(seq > (last.get(who) ?? 0), 'I11', `sent ${seq} of ${who} after ${last.get(who)}`);
    last.set(who, seq);
  }
}

type Row = { readonly id: Buffer; readonly verdict: number; readonly transfers: number };

/** I1, I2, I5, I6, I7 and I10, over every row of the ledger. */
export async function checkServer(server: SimulatedServer, book: VerdictBook): Promise<void> {
  must(server.faults.length === 0, 'server', `a fault: ${String(server.faults[0])}`);
  const report = await server.check();
  must(
    report.clean,
    'ledger',
    report.findings.map(({ rule, detail }) => `${rule} ${detail}`).join('; '),
  );
  const { rows } = await server.database.query<Row>(
    `SELECT p.id, p.verdict::int AS verdict,
            (SELECT count(DISTINCT e.transfer_id) FROM entry e WHERE e.payment_id = p.id)::int AS transfers
       FROM payment p`,
  );
  for (const { id, verdict, transfers } of rows) {
    const name = toBase64url(new Uint8Array(id));
    must(transfers === (verdict === 1 ? 1 : 0), 'I2', `${name} moved money ${transfers} times`);
    must(book.first.has(name), 'I2', `${name} was settled, and nobody was ever told`);
  }
  const twice = await server.database.query(
    `SELECT p.id FROM payment p JOIN paid_request r USING (payee, request_digest)
      JOIN payment m ON m.id = r.payment_id
      WHERE p.verdict = 1 AND p.id <> m.id
        AND (m.source IS NULL OR (m.currency = p.currency AND m.amount <= p.amount))`,
  );
  must(twice.rows.length === 0, 'I10', 'a request for one sale was paid twice');
}

/** Everything in the ledger as one text: I13 says that a replay does not change it. */
export async function ledgerText(server: SimulatedServer): Promise<string> {
  const parts = await Promise.all(
    ['account', 'balance', 'entry', 'payment', 'paid_request', 'issue', 'allowance', 'advance'].map(
      (table) =>
        server.database.query<{ text: string }>(
          `SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS text FROM ${table} t`,
        ),
    ),
  );
  return parts.map(({ rows }) => rows[0]?.text).join(' ');
}
