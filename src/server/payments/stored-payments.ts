/** Owns settlement's port to PostgreSQL: what is known of ids and payers, and the ledger's settlement. */
import { byteaColumn, int4Column } from '#ledger/column.ts';
import type { Database } from '#ledger/database.ts';
import type { PaymentRules } from '#ledger/decide.ts';
import { settlePayments } from '#ledger/post-payments.ts';
import type { Bytes } from '#protocol/bytes.ts';
import type { Clock } from '../ports.ts';
import type { Found, PayerQuestion, PayerRecord, PaymentsLedger } from './ports.ts';

export type StoredPaymentsParts = {
  readonly database: Database;
  readonly rules: PaymentRules;
  readonly clock: Clock;
  readonly onFault: (cause: unknown) => void;
};

type PayerRow = {
  place: bigint;
  is_known: boolean;
  is_device_known: boolean;
  credential: Bytes | null;
  public_key_spki: Bytes | null;
  revoked: boolean | null;
};

type FoundRow = PayerRow & { authorization_bytes: Bytes | null; receipt: Bytes | null };

function payerOf(rows: readonly PayerRow[]): PayerRecord {
  return {
    isKnown: rows[0]?.is_known === true,
    isDeviceKnown: rows[0]?.is_device_known === true,
    credentials: rows.flatMap(({ credential: id, public_key_spki: spki, revoked }) =>
      id && spki ? [{ id, spki, revoked: revoked === true }] : [],
    ),
  };
}

/** By the place of their question, from 1: a payer may have several passkeys for one hint. */
function byPlace<Row extends PayerRow>(rows: readonly Row[], count: number): Row[][] {
  const places: Row[][] = Array.from({ length: count }, () => []);
  for (const row of rows) places[Number(row.place) - 1]?.push(row);
  return places;
}

/** One look for each: a payer is only looked for when the id is not known. */
async function find(
  database: Database,
  questions: readonly (PayerQuestion & { readonly id: Bytes })[],
): Promise<Found[]> {
  const { rows } = await database.query<FoundRow>({
    name: 'find_payments_or_payers',
    text: `SELECT w.place, p.authorization_bytes, p.receipt,
        d.number IS NOT NULL OR a.id IS NOT NULL AS is_known, d.number IS NOT NULL AS is_device_known,
        c.id AS credential, c.public_key_spki, c.revoked_at IS NOT NULL AS revoked
      FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::integer[]) WITH ORDINALITY
        AS w (id, payer, hint, device, place)
      LEFT JOIN payment p ON p.id = w.id
      LEFT JOIN device d ON p.id IS NULL AND d.account = w.payer AND d.number = w.device
      LEFT JOIN account a ON p.id IS NULL AND d.number IS NULL AND a.id = w.payer
        AND a.kind = 'person'
      LEFT JOIN credential c ON p.id IS NULL AND c.account = w.payer AND c.hint = w.hint`,
    values: [
      byteaColumn(questions.map((question) => question.id)),
      byteaColumn(questions.map((question) => question.payer)),
      byteaColumn(questions.map((question) => question.credentialHint)),
      int4Column(questions.map((question) => question.device)),
    ],
  });
  return byPlace(rows, questions.length).map((own): Found => {
    const [first] = own;
    if (!first?.authorization_bytes || !first.receipt) return { kind: 'new', payer: payerOf(own) };
    const known = { authorization: first.authorization_bytes, receipt: first.receipt };
    return { kind: 'known', known };
  });
}

async function findPayers(
  database: Database,
  questions: readonly PayerQuestion[],
): Promise<PayerRecord[]> {
  const { rows } = await database.query<PayerRow>({
    name: 'find_payers',
    text: `SELECT w.place, a.id IS NOT NULL AS is_known, d.number IS NOT NULL AS is_device_known,
        c.id AS credential, c.public_key_spki, c.revoked_at IS NOT NULL AS revoked
      FROM unnest($1::bytea[], $2::bytea[], $3::integer[]) WITH ORDINALITY
        AS w (payer, hint, device, place)
      LEFT JOIN account a ON a.id = w.payer AND a.kind = 'person'
      LEFT JOIN device d ON d.account = w.payer AND d.number = w.device
      LEFT JOIN credential c ON c.account = w.payer AND c.hint = w.hint`,
    values: [
      byteaColumn(questions.map((question) => question.payer)),
      byteaColumn(questions.map((question) => question.credentialHint)),
      int4Column(questions.map((question) => question.device)),
    ],
  });
  return byPlace(rows, questions.length).map(payerOf);
}

export function createStoredPayments(parts: StoredPaymentsParts): PaymentsLedger {
  const { database, rules, clock, onFault } = parts;
  return {
    find: (questions) => find(database, questions),
    findPayers: (questions) => findPayers(database, questions),
    settle: (payments, epoch, sign) =>
      settlePayments(database, payments, {
        rules,
        epoch,
        nowS: () => Math.floor(clock.nowMs() / 1000),
        sign,
        onFault,
      }),
  };
}
