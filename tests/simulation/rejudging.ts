// Holds the ledger's verdicts against what their orders say, by other means than the server's own.
import type { Database } from '#ledger/database.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { must } from './broken.ts';

type Row = {
  readonly id: Uint8Array;
  readonly verdict: number;
  readonly settled_s: number;
  readonly authorization_bytes: Uint8Array<ArrayBuffer>;
};

const EXPIRED = 3;

/** I15: the server's clock, and no other, decides what has expired. What came back had its verdict before. */
export async function checkExpiry(database: Database): Promise<void> {
  const { rows } = await database.query<Row>(
    `SELECT p.id, p.verdict::int AS verdict, extract(epoch FROM p.settled_at)::float AS settled_s,
        p.authorization_bytes
      FROM payment p WHERE NOT EXISTS (SELECT 1 FROM reoffer o WHERE o.payment_id = p.id)`,
  );
  for (const { id, verdict, settled_s, authorization_bytes } of rows) {
    const decoded = decodeAuthorization(authorization_bytes);
    must(decoded.ok, 'I5', `${toBase64url(new Uint8Array(id))} was settled, and cannot be read`);
    const isLate = settled_s > decoded.value.order.validUntilS;
    const name = toBase64url(new Uint8Array(id));
    must(isLate === (verdict === EXPIRED), 'I15', `${name} came ${isLate ? 'late' : 'in time'}`);
  }
}

/** Whose phones were never copied, lost or emptied promised nothing that they could not keep. */
export async function checkNobodyAccused(
  database: Database,
  suspects: ReadonlySet<string>,
): Promise<void> {
  const { rows } = await database.query<{ account: Uint8Array; kind: string }>(
    'SELECT account, kind FROM double_promise',
  );
  for (const { account, kind } of rows) {
    const isSuspect = suspects.has(toBase32(new Uint8Array(account)));
    must(isSuspect, 'F62', `an honest wallet is accused: ${kind}`);
  }
}

/** F73: a revoked passkey pays nothing any more, but what an allowance covers. */
export async function checkRevoked(
  database: Database,
  revoked: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<void> {
  const { rows } = await database.query<{ authorization_bytes: Uint8Array }>(
    'SELECT authorization_bytes FROM payment',
  );
  for (const { authorization_bytes } of rows) {
    const decoded = decodeAuthorization(authorization_bytes);
    if (!decoded.ok) continue;
    const { id, order } = decoded.value;
    const before = revoked.get(toBase32(order.payer));
    const isAllowed = !before || order.allowance !== undefined || before.has(toBase64url(id));
    must(isAllowed, 'F73', `${toBase64url(id)} was paid with a revoked passkey`);
  }
}
