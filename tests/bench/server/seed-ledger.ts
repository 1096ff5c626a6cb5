/** Owns the ledger's state before a measurement: everybody enrolled and funded, nothing paid yet. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { ISSUER_ACCOUNT } from '#ledger/accounts.ts';
import { byteaColumn } from '#ledger/column.ts';
import { openDatabase } from '#ledger/database.ts';
import { migrate } from '#ledger/migrate.ts';
import { credentialHint } from '#protocol/authorization.ts';
import { createIdentityOnce } from '#server/payments/server-keys.ts';
import { systemRandom } from '#server/ports.ts';
import { EUR, SERVER_ID } from '../../support/signed-payments.ts';
import type { PayerRecord } from './payers.ts';
import { AMOUNT_MINOR } from './signer.ts';

/** Nobody runs out of money within a run. */
const FUNDS_MINOR = 1_000_000_000_000n;
const SILENT = { info: () => undefined, warn: () => undefined };

async function emptyTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ tablename: string }>(
    `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'migration%'`,
  );
  await client.query(`TRUNCATE ${rows.map((row) => row.tablename).join(', ')}`);
}

async function enrolAll(client: pg.Client, payers: readonly PayerRecord[]): Promise<void> {
  const accounts = byteaColumn(payers.map((payer) => payer.account));
  await client.query(`INSERT INTO account (id, kind) VALUES ($1, 'issuer'), ($2, 'system')`, [
    Buffer.from(ISSUER_ACCOUNT),
    Buffer.from('01'.padStart(32, '0'), 'hex'),
  ]);
  await client.query(
    `INSERT INTO account (id, kind) SELECT id, 'person' FROM unnest($1::bytea[]) AS a (id)`,
    [accounts],
  );
  await client.query(
    `INSERT INTO device (account, number, label) SELECT id, 1, 'phone' FROM unnest($1::bytea[]) AS a (id)`,
    [accounts],
  );
  await client.query(
    `INSERT INTO credential (id, account, hint, public_key_spki, cose)
      SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[])`,
    [
      byteaColumn(payers.map((payer) => payer.credential)),
      accounts,
      byteaColumn(payers.map((payer) => credentialHint(new Uint8Array(payer.credential)))),
      byteaColumn(payers.map((payer) => payer.spki)),
      byteaColumn(payers.map(() => randomBytes(77))),
    ],
  );
}

/** As `fundAccount` would for each in turn: an issue, two entries, two balances. */
async function fundAll(client: pg.Client, payers: readonly PayerRecord[]): Promise<void> {
  const values = [byteaColumn(payers.map((payer) => payer.account)), EUR, FUNDS_MINOR];
  const people = `unnest($1::bytea[]) WITH ORDINALITY AS a (id, place)`;
  await client.query(
    `INSERT INTO issue (id, account, currency, amount, transfer_id, issued_at)
      SELECT id, id, $2::integer, $3::bigint, place, date_trunc('second', now()) FROM ${people}`,
    values,
  );
  await client.query(
    `INSERT INTO entry (account, version, currency, amount, balance_after, transfer_id,
        payment_id, counterparty, posted_at)
      SELECT account, 1, currency, amount, amount, transfer_id, NULL::bytea, $1::bytea, issued_at
        FROM issue
      UNION ALL
      SELECT $1::bytea, transfer_id, currency, -amount, -amount * transfer_id, transfer_id, NULL,
        account, issued_at FROM issue`,
    [Buffer.from(ISSUER_ACCOUNT)],
  );
  await client.query(
    `INSERT INTO balance (account, currency, balance, version)
      SELECT id, $2::integer, $3::bigint, 1 FROM ${people}`,
    values,
  );
  await client.query(
    `INSERT INTO balance (account, currency, balance, version, may_go_negative)
      VALUES ($1::bytea, $2::integer, -$3::bigint * $4::bigint, $4::bigint, true)`,
    [Buffer.from(ISSUER_ACCOUNT), EUR, FUNDS_MINOR, payers.length],
  );
  await client.query(`SELECT setval('transfer_number', $1)`, [payers.length]);
}

/**
 * Everybody pays the next one, in rounds: what comes in goes out, so balances end as they began. The
 * signed bytes are as long as real ones, and are none.
 */
async function payBefore(
  client: pg.Client,
  payers: readonly PayerRecord[],
  stored: number,
): Promise<void> {
  const rounds = Math.floor(stored / payers.length);
  if (rounds === 0) return;
  const filler = (seed: number, length: number) =>
    `substring(${Array.from({ length: Math.ceil(length / 32) }, (_, part) => `sha256(int8send(n * 64 + ${seed + part}))`).join(' || ')} FOR ${length})`;
  await client.query(
    `CREATE TABLE paid_before AS
      SELECT n, sha256(int8send(-n)) AS id, a.id AS payer, b.id AS payee, r.round,
        $2::bigint + n AS transfer_id
      FROM generate_series(0, $3::integer - 1) AS r (round)
      CROSS JOIN unnest($1::bytea[]) WITH ORDINALITY AS a (id, place)
      JOIN unnest($1::bytea[]) WITH ORDINALITY AS b (id, place) ON b.place = a.place % $2 + 1
      CROSS JOIN LATERAL (SELECT r.round * $2::bigint + a.place AS n) AS named`,
    [byteaColumn(payers.map((payer) => payer.account)), payers.length, rounds],
  );
  await client.query(
    `INSERT INTO payment (id, authorization_bytes, payer, payee, currency, amount, request_digest,
        device, seq, verdict, transfer_id, receipt, settled_at)
      SELECT id, ${filler(0, 240)}, payer, payee, ${EUR}, ${AMOUNT_MINOR}, ${filler(20, 8)}, 1,
        round + 1, 1, transfer_id, ${filler(24, 330)}, date_trunc('second', now()) FROM paid_before`,
  );
  await client.query(
    `INSERT INTO entry (account, version, currency, amount, balance_after, transfer_id, payment_id,
        counterparty, posted_at)
      SELECT payer, 2 + 2 * round, ${EUR}, -${AMOUNT_MINOR}, ${FUNDS_MINOR - AMOUNT_MINOR},
        transfer_id, id, payee, date_trunc('second', now()) FROM paid_before
      UNION ALL
      SELECT payee, 3 + 2 * round, ${EUR}, ${AMOUNT_MINOR}, ${FUNDS_MINOR}, transfer_id, id, payer,
        date_trunc('second', now()) FROM paid_before`,
  );
  await client.query('DROP TABLE paid_before');
  await client.query('UPDATE balance SET version = $1 WHERE NOT may_go_negative', [1 + 2 * rounds]);
  await client.query(`SELECT setval('transfer_number', $1)`, [payers.length * (rounds + 1)]);
}

/** Empties the ledger and fills it anew; no server may be running on it. */
export async function seedLedger(
  connection: pg.PoolConfig,
  payers: readonly PayerRecord[],
  stored: number,
): Promise<void> {
  const database = openDatabase(connection, { log: SILENT });
  const client = new pg.Client(connection);
  try {
    await migrate(database);
    await client.connect();
    await client.query('BEGIN');
    await emptyTables(client);
    await enrolAll(client, payers);
    await fundAll(client, payers);
    await payBefore(client, payers, stored);
    await client.query('INSERT INTO server_state (server_id, sandbox) VALUES ($1, true)', [
      Buffer.from(SERVER_ID),
    ]);
    await client.query('COMMIT');
    await createIdentityOnce(database, systemRandom);
    // Both so that neither falls into a measurement. An empty table stays as a new ledger has it:
    // unknown, while one that is known to be empty gets plans which read all of it.
    await client.query(`VACUUM ANALYZE account, balance, credential, device, entry, issue`);
    if (stored > 0) await client.query('VACUUM ANALYZE payment');
    await client.query('CHECKPOINT').catch(() => undefined);
  } finally {
    await client.end();
    await database.close();
  }
}
