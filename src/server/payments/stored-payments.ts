/** Owns settlement's port to PostgreSQL: what is known of ids and payers, and the ledger's settlement. */
import { byteaColumn, int4Column } from '#ledger/column.ts';
import type { Database } from '#ledger/database.ts';
import type { PaymentRules } from '#ledger/decide.ts';
import { settlePayments } from '#ledger/post-payments.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import type { Clock } from '../ports.ts';
import type { KnownPayment, PayerQuestion, PayerRecord, PaymentsLedger } from './ports.ts';

export type StoredPaymentsParts = {
  readonly database: Database;
  readonly rules: PaymentRules;
  readonly clock: Clock;
  readonly onFault: (cause: unknown) => void;
};

type KnownRow = { id: Bytes; authorization_bytes: Bytes; receipt: Bytes };

async function findKnown(
  database: Database,
  ids: readonly Bytes[],
): Promise<(KnownPayment | null)[]> {
  const { rows } = await database.query<KnownRow>({
    name: 'find_known_payments',
    text: 'SELECT id, authorization_bytes, receipt FROM payment WHERE id = ANY($1::bytea[])',
    values: [byteaColumn(ids)],
  });
  const byId = new Map(rows.map((row) => [toBase64url(row.id), row]));
  return ids.map((id) => {
    const row = byId.get(toBase64url(id));
    return row ? { authorization: row.authorization_bytes, receipt: row.receipt } : null;
  });
}

type PayerRow = {
  place: bigint;
  is_known: boolean;
  is_device_known: boolean;
  credential: Bytes | null;
  public_key_spki: Bytes | null;
  revoked: boolean | null;
};

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
  return questions.map((_, index) => {
    const own = rows.filter((row) => row.place === BigInt(index + 1));
    return {
      isKnown: own[0]?.is_known === true,
      isDeviceKnown: own[0]?.is_device_known === true,
      credentials: own.flatMap(({ credential: id, public_key_spki: spki, revoked }) =>
        id && spki ? [{ id, spki, revoked: revoked === true }] : [],
      ),
    };
  });
}

export function createStoredPayments(parts: StoredPaymentsParts): PaymentsLedger {
  const { database, rules, clock, onFault } = parts;
  return {
    findKnown: (ids) => findKnown(database, ids),
    findPayers: (questions) => findPayers(database, questions),
    settle: (payments, sign) =>
      settlePayments(database, payments, {
        rules,
        nowS: () => Math.floor(clock.nowMs() / 1000),
        sign,
        onFault,
      }),
  };
}
