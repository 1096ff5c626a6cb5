import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { releaseAllowance } from '#ledger/allowances.ts';
import { checkLedger } from '#ledger/check-ledger.ts';
import { type LedgerRule, OFFLINE_RULES } from '#ledger/check-report.ts';
import type { Database } from '#ledger/database.ts';
import { toHex } from '#protocol/bytes.ts';
import { enrolWith, fund, open, settle } from '../../support/settling.ts';
import {
  drawnOn,
  EUR,
  enrol,
  NOW_S,
  newPayment,
  type Person,
  random,
  VERIFIERS,
} from '../../support/signed-payments.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let database: Database;
let payer: Person;
let cheat: Person;
let openId: string;
let heldPaymentId: string;
let firstId: string;
let guaranteedId: string;
let centId: string;
let outpaidId: string;

const hex = (bytes: Uint8Array) => `'\\x${toHex(bytes)}'::bytea`;

/**
 * A small ledger in which allowances were drawn on, ended, promised twice, advanced and repaid, and
 * in which a request was paid with a cent first.
 */
beforeEach(async () => {
  ({ database } = await cluster.fresh());
  payer = await enrolWith(database, 1000n);
  cheat = await enrolWith(database, 300n);
  const payee = await enrol(database);
  const kept = await open(database, payer, { totalMinor: 400n });
  const spent = await open(database, cheat, { totalMinor: 300n });
  const held = newPayment(payer, payee, drawnOn(kept));
  const twice = { amountMinor: 300n, ...drawnOn(spent), seq: 9 };
  const [first, second] = [newPayment(cheat, payee, twice), newPayment(cheat, payee, twice)];
  const request = { once: true, requestDigest: random(8) };
  const cent = newPayment(payer, payee, { ...request, amountMinor: 1n });
  const outpaid = newPayment(payer, payee, { ...request, ...drawnOn(kept, 100n) });
  await settle(database, [held, first, second, cent]);
  await settle(database, [outpaid]);
  await fund(database, cheat.account, 120n);
  await releaseAllowance(database, { account: cheat.account, device: 1, currency: EUR }, NOW_S);
  openId = hex(kept.limits.id);
  heldPaymentId = hex(held.id);
  firstId = hex(first.id);
  guaranteedId = hex(second.id);
  centId = hex(cent.id);
  outpaidId = hex(outpaid.id);
});
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

test('what allowances and the guarantee wrote is clean', async () => {
  const { rows } = await database.query('SELECT owed FROM balance WHERE account = $1', [
    cheat.account,
  ]);
  expect(rows).toEqual([{ owed: 180n }]);
  expect(await checkLedger(database, VERIFIERS)).toMatchObject({ findings: [], payments: 5 });
});

/** Each corruption, done by SQL as somebody with the password could, and the rules that name it. */
const CORRUPTIONS: readonly [string, () => string, LedgerRule[]][] = [
  [
    'what is set aside made more',
    () => `UPDATE balance SET held = held + 1 WHERE account = ${hex(payer.account)}`,
    ['held_differs'],
  ],
  [
    'more set aside than there is',
    () =>
      `UPDATE balance SET held = balance + 1, may_go_negative = true WHERE account = ${hex(payer.account)}`,
    ['held_differs', 'held_beyond_balance'],
  ],
  [
    'an open allowance removed',
    () => `DELETE FROM allowance WHERE id = ${openId}`,
    ['held_differs', 'drawn_differs'],
  ],
  [
    'an allowance closed without its funds',
    () =>
      `UPDATE allowance SET state = 'closed', closed_reason = 'released', closed_at = now() WHERE id = ${openId}`,
    ['held_differs'],
  ],
  [
    'an allowance’s spent sum changed',
    () => `UPDATE allowance SET spent = spent - 1 WHERE id = ${openId}`,
    ['held_differs', 'drawn_differs'],
  ],
  [
    'an allowance’s drawn sum changed',
    () => `UPDATE allowance SET drawn = drawn + 1 WHERE id = ${openId}`,
    ['drawn_differs'],
  ],
  [
    'a payment moved to another source',
    () => `UPDATE payment SET source = 2 WHERE id = ${heldPaymentId}`,
    ['drawn_differs'],
  ],
  [
    'a payment moved to another allowance',
    () => `UPDATE payment SET allowance_id = ${hex(random(8))} WHERE id = ${heldPaymentId}`,
    ['drawn_differs', 'order_differs'],
  ],
  [
    'a debt forgiven',
    () => `UPDATE balance SET owed = 0 WHERE account = ${hex(cheat.account)}`,
    ['owed_differs'],
  ],
  [
    'an advance removed',
    () => 'DELETE FROM advance',
    ['owed_differs', 'advance_differs', 'transfer_without_cause'],
  ],
  [
    'an advance’s amount changed',
    () => 'UPDATE advance SET amount = amount - 1',
    ['owed_differs', 'advance_differs', 'transfer_differs'],
  ],
  [
    'an advance for a payment that needed none',
    () => `UPDATE advance SET payment_id = ${firstId}`,
    ['advance_differs'],
  ],
  [
    'a repayment removed',
    () => 'DELETE FROM repayment',
    ['owed_differs', 'transfer_without_cause'],
  ],
  [
    'a repayment that never moved',
    () => 'UPDATE repayment SET transfer_id = 999',
    ['payment_without_transfer', 'transfer_without_cause'],
  ],
  [
    'evidence that names another order',
    () => `UPDATE double_promise SET first_payment = ${heldPaymentId} WHERE kind = 'same-number'`,
    ['evidence_missing'],
  ],
  [
    'evidence whose order is gone',
    () => `UPDATE double_promise SET second_payment = ${hex(random(32))} WHERE kind = 'over-total'`,
    ['evidence_missing'],
  ],
  [
    'the mark of a request given back to the cent',
    () => `UPDATE paid_request SET payment_id = ${centId}`,
    ['paid_request_missing'],
  ],
  [
    'a payment for a paid request that is covered no more',
    () => `UPDATE payment SET allowance_id = NULL, source = NULL WHERE id = ${outpaidId}`,
    ['paid_request_missing', 'drawn_differs'],
  ],
  [
    'two payments of one amount for one request',
    () => `UPDATE payment SET amount = 100 WHERE id = ${centId}`,
    ['paid_request_missing', 'transfer_differs', 'order_differs', 'receipt_differs'],
  ],
  [
    'a payment from the guarantee without evidence',
    () => `DELETE FROM double_promise WHERE kind = 'beyond-funds'`,
    ['evidence_missing'],
  ],
  [
    'an allowance’s cap raised',
    () => `UPDATE allowance SET cap = cap + 1 WHERE id = ${openId}`,
    ['allowance_differs'],
  ],
  [
    'an allowance given another passkey',
    () => `UPDATE allowance SET credential = ${hex(random(32))} WHERE id = ${openId}`,
    ['allowance_differs'],
  ],
  [
    'a signed allowance that is none',
    () => `UPDATE allowance SET signed = '\\x00' WHERE id = ${openId}`,
    ['allowance_differs'],
  ],
  [
    'a bit of an allowance’s signature flipped',
    () =>
      `UPDATE allowance SET signed = set_bit(signed, octet_length(signed) * 8 - 1,
        1 - get_bit(signed, octet_length(signed) * 8 - 1)) WHERE id = ${openId}`,
    ['allowance_invalid'],
  ],
];

test.each(CORRUPTIONS)('%s is found', async (_, corrupt, rules) => {
  await database.query(corrupt());
  const { findings } = await checkLedger(database, VERIFIERS);
  expect(new Set(findings.map((finding) => finding.rule))).toEqual(new Set(rules));
});

test('every rule of allowances has a corruption that it finds', () => {
  const found = new Set<string>(CORRUPTIONS.flatMap(([, , rules]) => rules));
  expect(Object.keys(OFFLINE_RULES).filter((rule) => !found.has(rule))).toEqual([]);
});

test('the report says whose sums differ, and by how much', async () => {
  await database.query(`UPDATE payment SET source = 2 WHERE id = ${guaranteedId}`);
  const { findings } = await checkLedger(database, VERIFIERS);
  expect(findings).toEqual([
    {
      rule: 'advance_differs',
      detail: expect.stringMatching(
        new RegExp(
          `^account \\\\x${toHex(cheat.account)} payment \\\\x.* 300 in 978 instead of none$`,
        ),
      ),
    },
  ]);
});
