import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkLedger } from '#ledger/check-ledger.ts';
import { type LedgerRule, MONEY_RULES } from '#ledger/check-report.ts';
import type { Database } from '#ledger/database.ts';
import { toHex } from '#protocol/bytes.ts';
import { enrolWith, settle } from '../../support/settling.ts';
import {
  EUR,
  enrol,
  JPY,
  newPayment,
  type Person,
  random,
  VERIFIERS,
} from '../../support/signed-payments.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

let cluster: TestCluster;
let database: Database;
let payer: Person;
let payee: Person;
let paymentId: string;
let refusedId: string;

const hex = (bytes: Uint8Array) => `'\\x${toHex(bytes)}'::bytea`;

/** A small ledger with every kind of row in it. */
beforeEach(async () => {
  ({ database } = await cluster.fresh());
  payer = await enrolWith(database, 1000n);
  payee = await enrol(database);
  const payments = [
    newPayment(payer, payee, { once: true, requestDigest: random(8) }),
    newPayment(payer, payee, { amountMinor: 5000n }),
    newPayment(payee, payer, { amountMinor: 30n }),
    newPayment(payee, payer, { amountMinor: 30n, currency: JPY }),
  ];
  await settle(database, payments);
  paymentId = hex(payments[0]!.id);
  refusedId = hex(payments[1]!.id);
});
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

async function rulesBroken(): Promise<Set<LedgerRule>> {
  const report = await checkLedger(database, VERIFIERS);
  expect(report.clean).toBe(report.findingsTotal === 0);
  return new Set(report.findings.map((finding) => finding.rule));
}

test('what settlement wrote is clean', async () => {
  expect(await checkLedger(database, VERIFIERS)).toEqual({
    clean: true,
    findings: [],
    findingsTotal: 0,
    accounts: 4,
    entries: 6,
    payments: 4,
    circulation: [{ currency: EUR, minor: 1000n }],
  });
});

/** Each corruption, done by SQL as somebody with the password could, and the rules that name it. */
const CORRUPTIONS: readonly [string, () => string, LedgerRule[]][] = [
  [
    'a balance raised',
    () => `UPDATE balance SET balance = balance + 1 WHERE account = ${hex(payee.account)}`,
    ['balance_differs'],
  ],
  [
    'a balance removed',
    () => `DELETE FROM balance WHERE account = ${hex(payee.account)}`,
    ['balance_differs'],
  ],
  [
    'a balance below zero',
    () =>
      `UPDATE balance SET balance = -7, may_go_negative = true WHERE account = ${hex(payee.account)}`,
    ['balance_differs', 'balance_negative'],
  ],
  [
    'a person below zero who passes for an issuer',
    () =>
      `WITH passed AS (UPDATE account SET kind = 'issuer' WHERE id = ${hex(payee.account)})
        UPDATE balance SET balance = -7, may_go_negative = true WHERE account = ${hex(payee.account)}`,
    ['balance_differs', 'balance_negative'],
  ],
  [
    'an entry of another day',
    () =>
      `UPDATE entry SET posted_at = posted_at - interval '1 day' WHERE account = ${hex(payee.account)} AND version = 1`,
    ['transfer_differs'],
  ],
  [
    'an entry’s amount changed',
    () =>
      `UPDATE entry SET amount = amount + 1 WHERE account = ${hex(payee.account)} AND version = 1`,
    ['chain_broken', 'sum_not_zero', 'transfer_unbalanced', 'transfer_differs'],
  ],
  [
    'an entry’s balance changed',
    () =>
      `UPDATE entry SET balance_after = 4 WHERE account = ${hex(payee.account)} AND version = 1`,
    ['chain_broken'],
  ],
  [
    'an entry’s balance below zero',
    () =>
      `UPDATE entry SET balance_after = -4 WHERE account = ${hex(payee.account)} AND version = 1`,
    ['chain_broken', 'balance_negative'],
  ],
  [
    'an entry removed from the middle',
    () => `DELETE FROM entry WHERE account = ${hex(payer.account)} AND version = 2`,
    ['version_gap', 'chain_broken', 'sum_not_zero', 'transfer_unbalanced', 'transfer_differs'],
  ],
  [
    'the newest entry removed',
    () => `DELETE FROM entry WHERE account = ${hex(payer.account)} AND version = 3`,
    [
      'version_differs',
      'balance_differs',
      'sum_not_zero',
      'transfer_unbalanced',
      'transfer_differs',
    ],
  ],
  [
    'a version raised',
    () => `UPDATE balance SET version = version + 1 WHERE account = ${hex(payer.account)}`,
    ['version_differs'],
  ],
  [
    'an entry of an account that is not there',
    () => `UPDATE entry SET account = ${hex(random(16))} WHERE account = ${hex(payee.account)}`,
    [
      'account_missing',
      'version_differs',
      'balance_differs',
      'transfer_unbalanced',
      'transfer_differs',
      'sum_not_zero',
    ],
  ],
  [
    'both legs of a transfer made larger',
    () => `UPDATE entry SET amount = amount * 2 WHERE payment_id = ${paymentId}`,
    ['chain_broken', 'transfer_differs'],
  ],
  [
    'a transfer for which nobody signed',
    () =>
      `INSERT INTO entry SELECT account, version + 1, currency, sign(version - 2.5)::bigint, balance_after + sign(version - 2.5)::bigint,
        999, NULL, counterparty, posted_at FROM entry e
        WHERE counterparty IN (${hex(payer.account)}, ${hex(payee.account)})
        AND version = (SELECT max(version) FROM entry m WHERE m.account = e.account)
        AND account IN (${hex(payer.account)}, ${hex(payee.account)})`,
    ['version_differs', 'balance_differs', 'transfer_without_cause'],
  ],
  [
    'an accepted payment whose transfer is gone',
    () => `UPDATE payment SET transfer_id = 999 WHERE id = ${paymentId}`,
    ['payment_without_transfer', 'transfer_without_cause', 'receipt_differs'],
  ],
  [
    'two payments that claim one transfer',
    () =>
      `UPDATE payment SET verdict = 1, code = NULL, transfer_id =
        (SELECT transfer_id FROM payment WHERE id = ${paymentId}) WHERE id = ${refusedId}`,
    ['payment_without_transfer', 'receipt_differs'],
  ],
  [
    'a payment’s payee exchanged',
    () => `UPDATE payment SET payee = ${hex(random(16))} WHERE id = ${paymentId}`,
    [
      'transfer_differs',
      'order_differs',
      'receipt_differs',
      'paid_request_missing',
      'paid_request_stray',
    ],
  ],
  [
    'a payment’s amount changed',
    () => `UPDATE payment SET amount = amount + 1 WHERE id = ${paymentId}`,
    ['transfer_differs', 'order_differs', 'receipt_differs'],
  ],
  [
    'a payment under another id',
    () => `UPDATE payment SET id = ${hex(random(32))} WHERE id = ${refusedId}`,
    ['id_not_of_order', 'receipt_differs'],
  ],
  [
    'a bit of a signature flipped',
    () =>
      `UPDATE payment SET authorization_bytes = set_bit(authorization_bytes,
        octet_length(authorization_bytes) * 8 - 1,
        1 - get_bit(authorization_bytes, octet_length(authorization_bytes) * 8 - 1))
        WHERE id = ${paymentId}`,
    ['signature_invalid'],
  ],
  [
    'a bit of an order flipped',
    () =>
      `UPDATE payment SET authorization_bytes = set_bit(authorization_bytes, 240,
        1 - get_bit(authorization_bytes, 240)) WHERE id = ${refusedId}`,
    ['id_not_of_order', 'signature_invalid', 'order_differs'],
  ],
  [
    'an authorization cut short',
    () =>
      `UPDATE payment SET authorization_bytes = substring(authorization_bytes FROM 1 FOR 50) WHERE id = ${paymentId}`,
    ['authorization_unreadable'],
  ],
  [
    'a passkey exchanged',
    () => `UPDATE credential SET public_key_spki = (SELECT public_key_spki FROM credential
      WHERE account = ${hex(payee.account)}) WHERE account = ${hex(payer.account)}`,
    ['signature_invalid'],
  ],
  [
    'a verdict turned around',
    () => `UPDATE payment SET code = 'payer_frozen' WHERE id = ${refusedId}`,
    ['receipt_differs'],
  ],
  [
    'receipts exchanged',
    () => `UPDATE payment SET receipt = (SELECT receipt FROM payment WHERE id = ${paymentId})`,
    ['receipt_differs'],
  ],
  [
    'a receipt that is none',
    () => `UPDATE payment SET receipt = '\\x00' WHERE id = ${paymentId}`,
    ['receipt_unreadable'],
  ],
  [
    'a bit of a receipt’s signature flipped',
    () =>
      `UPDATE payment SET receipt = set_bit(receipt, octet_length(receipt) * 8 - 1,
        1 - get_bit(receipt, octet_length(receipt) * 8 - 1)) WHERE id = ${paymentId}`,
    ['receipt_invalid'],
  ],
  [
    'the mark of a paid request removed',
    () => 'DELETE FROM paid_request',
    ['paid_request_missing'],
  ],
  [
    'a request marked as paid by a refused payment',
    () =>
      `INSERT INTO paid_request SELECT payee, request_digest, id FROM payment WHERE id = ${refusedId}`,
    ['paid_request_stray'],
  ],
  [
    'a payment brought back after a restore whose old receipt is another’s',
    () =>
      `INSERT INTO reoffer SELECT ${paymentId}, receipt, now() FROM payment WHERE id = ${refusedId}`,
    ['reoffer_differs'],
  ],
  ['an issue removed', () => 'DELETE FROM issue', ['transfer_without_cause']],
  ['an issue’s amount changed', () => 'UPDATE issue SET amount = amount + 1', ['transfer_differs']],
];

test.each(CORRUPTIONS)('%s is found', async (_, corrupt, rules) => {
  await database.query(corrupt());
  expect(await rulesBroken()).toEqual(new Set(rules));
});

test('every rule of money has a corruption that it finds', () => {
  const found = new Set(CORRUPTIONS.flatMap(([, , rules]) => rules));
  expect(found).toEqual(new Set(Object.keys(MONEY_RULES)));
});

test('the report names the row, so that it can be looked up', async () => {
  await database.query(`UPDATE balance SET balance = 7 WHERE account = ${hex(payee.account)}`);
  const { findings } = await checkLedger(database, VERIFIERS);
  expect(findings).toEqual([
    {
      rule: 'balance_differs',
      detail: `account \\x${toHex(payee.account)} currency 978: 7 instead of 70`,
    },
  ]);
});

test('a check sees one moment of the ledger while payments go on', async () => {
  const people = await Promise.all(Array.from({ length: 4 }, () => enrolWith(database, 100_000n)));
  const settling = Array.from({ length: 20 }, (_, round) =>
    settle(
      database,
      Array.from({ length: 10 }, (_, index) =>
        newPayment(people[(index + round) % 4]!, people[(index + round + 1) % 4]!),
      ),
    ),
  );
  const checks = Array.from({ length: 3 }, () => checkLedger(database, VERIFIERS));
  for (const report of await Promise.all(checks)) expect(report.findings).toEqual([]);
  await Promise.all(settling);
  expect(await checkLedger(database, VERIFIERS)).toMatchObject({ clean: true, payments: 204 });
});
