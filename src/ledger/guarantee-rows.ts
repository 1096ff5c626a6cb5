/** Owns the statements about promises that were not kept: evidence, advances, repayments, and the stop. */
import type { Bytes } from '#protocol/bytes.ts';
import { byteaColumn, int4Column, int8Column, textColumn } from './column.ts';
import type { Statement } from './database.ts';
import type { DoublePromise, PromisedNumber } from './decide-group.ts';
import type { Advance, Repayment } from './guarantee.ts';

export type PromisedNumberRow = {
  readonly payer: Bytes;
  readonly device: number;
  readonly seq: bigint;
  readonly id: Bytes;
};

/** Covered payments that have one of these numbers already, the first of each number first. */
export function findPromisedNumbers(
  wanted: readonly Omit<PromisedNumber, 'paymentId'>[],
): Statement {
  return {
    name: 'find_promised_numbers',
    text: `SELECT p.payer, p.device, p.seq, p.id
      FROM (SELECT unnest($1::bytea[]) AS payer, unnest($2::integer[]) AS device,
          unnest($3::bigint[]) AS seq) w
      JOIN payment p ON p.payer = w.payer AND p.device = w.device AND p.seq = w.seq
        AND p.allowance_id IS NOT NULL
      ORDER BY p.settled_at, p.id`,
    values: [
      byteaColumn(wanted.map((want) => want.payer)),
      int4Column(wanted.map((want) => want.device)),
      int8Column(wanted.map((want) => BigInt(want.seq))),
    ],
  };
}

export const numberOf = ({ payer, device, seq, id }: PromisedNumberRow): PromisedNumber => ({
  payer,
  device,
  seq: Number(seq),
  paymentId: id,
});

function insertAdvances(advances: readonly Advance[], nowS: number): Statement {
  return {
    name: 'insert_advances',
    text: `INSERT INTO advance (account, payment_id, currency, amount, transfer_id, advanced_at)
      SELECT a.*, to_timestamp($6::bigint)
      FROM unnest($1::bytea[], $2::bytea[], $3::integer[], $4::bigint[], $5::bigint[]) AS a`,
    values: [
      byteaColumn(advances.map((advance) => advance.account)),
      byteaColumn(advances.map((advance) => advance.paymentId)),
      int4Column(advances.map((advance) => advance.currency)),
      int8Column(advances.map((advance) => advance.amountMinor)),
      int8Column(advances.map((advance) => advance.transfer)),
      nowS,
    ],
  };
}

function insertRepayments(repayments: readonly Repayment[], nowS: number): Statement {
  return {
    name: 'insert_repayments',
    text: `INSERT INTO repayment (account, transfer_id, currency, amount, repaid_at)
      SELECT r.*, to_timestamp($5::bigint)
      FROM unnest($1::bytea[], $2::bigint[], $3::integer[], $4::bigint[]) AS r`,
    values: [
      byteaColumn(repayments.map((repayment) => repayment.account)),
      int8Column(repayments.map((repayment) => repayment.transfer)),
      int4Column(repayments.map((repayment) => repayment.currency)),
      int8Column(repayments.map((repayment) => repayment.amountMinor)),
      nowS,
    ],
  };
}

function insertDoublePromises(proofs: readonly DoublePromise[], nowS: number): Statement {
  return {
    name: 'insert_double_promises',
    text: `INSERT INTO double_promise
        (account, second_payment, kind, device, allowance_id, first_payment, found_at)
      SELECT d.*, to_timestamp($7::bigint)
      FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::integer[], $5::bytea[], $6::bytea[])
        AS d`,
    values: [
      byteaColumn(proofs.map((proof) => proof.account)),
      byteaColumn(proofs.map((proof) => proof.second)),
      textColumn(proofs.map((proof) => proof.kind)),
      int4Column(proofs.map((proof) => proof.device)),
      byteaColumn(proofs.map((proof) => proof.allowance)),
      byteaColumn(proofs.map((proof) => proof.first)),
      nowS,
    ],
  };
}

function stopAllowances(accounts: readonly Bytes[]): Statement {
  return {
    name: 'stop_allowances',
    text: 'UPDATE account SET allowances_stopped = true WHERE id = ANY($1::bytea[])',
    values: [byteaColumn(accounts)],
  };
}

export type BrokenPromises = {
  readonly advances: readonly Advance[];
  readonly repayments: readonly Repayment[];
  readonly doublePromises: readonly DoublePromise[];
};

export function writeBrokenPromises(
  { advances, repayments, doublePromises }: BrokenPromises,
  nowS: number,
): Statement[] {
  const statements: Statement[] = [];
  if (advances.length > 0) statements.push(insertAdvances(advances, nowS));
  if (repayments.length > 0) statements.push(insertRepayments(repayments, nowS));
  if (doublePromises.length > 0) {
    statements.push(insertDoublePromises(doublePromises, nowS));
    statements.push(stopAllowances(doublePromises.map((proof) => proof.account)));
  }
  return statements;
}
