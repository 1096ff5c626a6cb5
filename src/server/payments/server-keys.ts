/** Owns the server's own identity: its id and epoch, and the keys that sign receipts. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto';
import type { Database, Queryable } from '#ledger/database.ts';
import {
  type Bytes,
  concatBytes,
  equalBytes,
  fromBase64url,
  toBase64url,
} from '#protocol/bytes.ts';
import { KEY_ID_LENGTH } from '#protocol/cose-sign1.ts';
import { EPOCH_UNIT_S } from '#protocol/epoch.ts';
import { SERVER_ID_LENGTH } from '#protocol/order.ts';
import { assert } from '#protocol/refusals.ts';
import type { ServerKey } from '#protocol/wire.ts';
import type { Clock, Random } from '../ports.ts';
import type { ReceiptSigner } from './ports.ts';

export type KeyRing = {
  readonly server: Bytes;
  readonly epoch: number;
  /** Every key that ever signed: receipts are kept for years. */
  readonly keys: readonly ServerKey[];
  readonly signer: ReceiptSigner;
  /** For what phones check without a network: its key is one that they have had a day to learn. */
  readonly knownSigner: ReceiptSigner;
};

export type ServerKeys = {
  /** As of now, or of a few seconds ago: another process may rotate the key. */
  current(): Promise<KeyRing>;
};

/** How long another process's rotation may go unnoticed. An older key signs as well as a newer. */
const REFRESH_MS = 5000;
/** Phones ask for keys once a day. Until then what they are shown is signed with the key before. */
const LEARNED_AFTER_MS = 24 * 60 * 60 * 1000;

type KeyRow = {
  kid: Bytes;
  public_jwk: JsonWebKey;
  private_jwk: JsonWebKey;
  active: boolean;
  created_at: Date;
};

function pointOf({ x = '', y = '' }: JsonWebKey): Bytes {
  const point = concatBytes(
    fromBase64url(x) ?? new Uint8Array(0),
    fromBase64url(y) ?? new Uint8Array(0),
  );
  assert(point.length === 64, 'a server key is a P-256 point');
  return point;
}

export function publicKeyOf({ point }: ServerKey): KeyObject {
  const [x, y] = [toBase64url(point.subarray(0, 32)), toBase64url(point.subarray(32))];
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
}

async function insertKey(transaction: Queryable): Promise<void> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicJwk = pair.publicKey.export({ format: 'jwk' });
  const digest = createHash('sha256').update(pointOf(publicJwk)).digest();
  await transaction.query(
    'INSERT INTO server_key (kid, public_jwk, private_jwk, active) VALUES ($1, $2, $3, true)',
    [
      digest.subarray(0, KEY_ID_LENGTH),
      JSON.stringify(publicJwk),
      JSON.stringify(pair.privateKey.export({ format: 'jwk' })),
    ],
  );
}

/** Gives a new database its server id and first key. Of several processes at once one is the first. */
export async function createIdentityOnce(database: Database, random: Random): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query(
      'INSERT INTO server_state (server_id) VALUES ($1) ON CONFLICT (singleton) DO NOTHING',
      [random.bytes(SERVER_ID_LENGTH)],
    );
    await transaction.query('SELECT 1 FROM server_state FOR UPDATE');
    const { rowCount } = await transaction.query('SELECT 1 FROM server_key WHERE active');
    if (rowCount === 0) await insertKey(transaction);
  });
}

/** The old keys stay published, since receipts that they signed stay true. */
export async function rotateKey(database: Database): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query('SELECT 1 FROM server_state FOR UPDATE');
    await transaction.query('UPDATE server_key SET active = false WHERE active');
    await insertKey(transaction);
  });
}

/**
 * Transfers that the lost time has numbered stand in signed receipts; no other transfer may get their
 * numbers. So many are a day at ten thousand a second, and four leaps fit the receipt's five bytes.
 */
const TRANSFER_LEAP = 1_000_000_000n;

/**
 * To be done after a restore from a backup, before the server is started: phones that see a newer epoch
 * offer their payments again. It is called after the time in which it begins, so that two restores of
 * the same backup do not begin the same epoch, and everybody knows which orders are older.
 */
export async function beginEpoch(database: Queryable, nowMs: number): Promise<number> {
  await database.query(
    `SELECT setval('transfer_number', nextval('transfer_number') + $1::bigint)`,
    [TRANSFER_LEAP],
  );
  const { rows } = await database.query<{ epoch: number }>(
    'UPDATE server_state SET epoch = greatest(epoch + 1, $1::integer) RETURNING epoch',
    [Math.ceil(nowMs / 1000 / EPOCH_UNIT_S)],
  );
  return rows[0]?.epoch ?? 0;
}

function signerOf(server: Bytes, epoch: number, row: KeyRow): ReceiptSigner {
  const key: KeyObject = createPrivateKey({ key: row.private_jwk, format: 'jwk' });
  return {
    server,
    epoch,
    keyId: row.kid,
    sign: (bytes) => new Uint8Array(sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' })),
  };
}

/** The newest that phones know by now; of a server younger than a day its first. */
function learnedKey(rows: readonly KeyRow[], nowMs: number): KeyRow | undefined {
  const newest = rows.toSorted((a, b) => b.created_at.getTime() - a.created_at.getTime());
  return (
    newest.find((row) => nowMs - row.created_at.getTime() >= LEARNED_AFTER_MS) ?? newest.at(-1)
  );
}

async function readKeyRing(
  database: Database,
  last: KeyRing | undefined,
  nowMs: number,
): Promise<KeyRing> {
  const state = await database.query<{ server_id: Bytes; epoch: number }>(
    'SELECT server_id, epoch FROM server_state',
  );
  const { rows } = await database.query<KeyRow>(
    `SELECT kid, public_jwk, private_jwk, active, created_at FROM server_key
      ORDER BY active DESC, created_at DESC`,
  );
  const [first] = rows;
  const server = state.rows[0]?.server_id;
  assert(server !== undefined && first?.active === true, 'the server has an id and an active key');
  const epoch = state.rows[0]?.epoch ?? 0;
  const made = last?.epoch === epoch ? [last.signer, last.knownSigner] : [];
  const signerWith = (row: KeyRow) =>
    made.find(({ keyId }) => equalBytes(keyId, row.kid)) ?? signerOf(server, epoch, row);
  const signer = signerWith(first);
  const learned = learnedKey(rows, nowMs) ?? first;
  return {
    server,
    epoch,
    keys: rows.map((row) => ({
      keyId: row.kid,
      point: pointOf(row.public_jwk),
      active: row.active,
    })),
    signer,
    knownSigner: learned === first ? signer : signerWith(learned),
  };
}

export function createServerKeys(database: Database, clock: Clock): ServerKeys {
  let ring: KeyRing | undefined;
  let reading: Promise<KeyRing> | undefined;
  let readAtMs = 0;
  return {
    current() {
      const nowMs = clock.nowMs();
      const isFresh = nowMs - readAtMs < REFRESH_MS && nowMs >= readAtMs;
      if (ring && isFresh) return Promise.resolve(ring);
      reading ??= readKeyRing(database, ring, nowMs)
        .then((read) => {
          readAtMs = clock.nowMs();
          ring = read;
          return read;
        })
        .finally(() => {
          reading = undefined;
        });
      return reading;
    },
  };
}
