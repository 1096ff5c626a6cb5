/** Owns payments as a real passkey signs them and receipts as a real server does, for tests of the ledger and the server. */
import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { openAccount } from '#ledger/accounts.ts';
import type { NewAllowance } from '#ledger/allowance-rows.ts';
import type { LedgerVerifiers } from '#ledger/check-payments.ts';
import type { Database } from '#ledger/database.ts';
import type { SettledPayment, VerifiedPayment } from '#ledger/payment-rows.ts';
import {
  type Allowance,
  allowanceSignedBytes,
  decodeAllowance,
  encodeAllowance,
  validUntilS,
} from '#protocol/allowance.ts';
import { checkAssertion } from '#protocol/assertion.ts';
import {
  assertionOf,
  credentialHint,
  decodeAuthorization,
  encodeAuthorization,
} from '#protocol/authorization.ts';
import { type Bytes, concatBytes, toBase64url, toUtf8 } from '#protocol/bytes.ts';
import { encodeOrder, type Order, paymentId } from '#protocol/order.ts';
import { decodeReceipt, encodeReceiptBody, protectedHeader, sealGroup } from '#protocol/receipt.ts';

export const PARTY = { rpId: 'localhost', origin: 'http://localhost:8080' };
export const SERVER_ID: Bytes = new Uint8Array(5).fill(7);
export const EUR = 978;
export const JPY = 392;
/** The time of these tests, in seconds: nothing reads a real clock. */
export const NOW_S = 1_800_000_000;

export const random = (length: number): Bytes => new Uint8Array(randomBytes(length));

export type Person = {
  readonly account: Bytes;
  readonly credentialId: Bytes;
  readonly privateKey: KeyObject;
  readonly publicKeySpki: Bytes;
  seq: number;
};

export function newPerson(): Person {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    account: random(16),
    credentialId: random(32),
    privateKey,
    publicKeySpki: new Uint8Array(spki),
    seq: 0,
  };
}

/** A person with an account and a passkey in the database. */
export async function enrol(database: Database): Promise<Person> {
  const person = newPerson();
  await openAccount(database, person.account);
  await database.query(
    `INSERT INTO credential (id, account, hint, public_key_spki, cose) VALUES ($1, $2, $3, $4, $5)`,
    [
      person.credentialId,
      person.account,
      credentialHint(person.credentialId),
      person.publicKeySpki,
      random(77),
    ],
  );
  await database.query(`INSERT INTO device (account, number, label) VALUES ($1, 1, 'phone')`, [
    person.account,
  ]);
  return person;
}

export function newOrder(payer: Person, payee: Bytes, change: Partial<Order> = {}): Order {
  payer.seq++;
  return {
    server: SERVER_ID,
    payer: payer.account,
    payee,
    amountMinor: 100n,
    currency: EUR,
    requestDigest: random(8),
    once: false,
    nonce: random(16),
    device: 1,
    seq: payer.seq,
    authorizedAtS: NOW_S - 10,
    validUntilS: NOW_S + 3600,
    ...change,
  };
}

/** Signs as an authenticator and a browser do together (WebAuthn Level 3 §6.3.3, §5.8.1). */
export function authorize(person: Person, order: Order): Bytes {
  const orderBytes = encodeOrder(order);
  const challenge = toBase64url(paymentId(orderBytes));
  const clientDataJson = toUtf8(
    `{"type":"webauthn.get","challenge":"${challenge}","origin":"${PARTY.origin}","crossOrigin":false}`,
  );
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  const authenticatorData = concatBytes(
    digest(toUtf8(PARTY.rpId)),
    Uint8Array.of(0x1d, 0, 0, 0, 0),
  );
  const signature = signBytes('sha256', concatBytes(authenticatorData, digest(clientDataJson)), {
    key: person.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return encodeAuthorization(
    orderBytes,
    person.credentialId,
    { authenticatorData, clientDataJson, signature: new Uint8Array(signature) },
    PARTY,
  );
}

export function readPayment(bytes: Bytes): VerifiedPayment {
  const decoded = decodeAuthorization(bytes);
  if (!decoded.ok) throw new Error(decoded.refusal.code);
  const { id, order, orderBytes } = decoded.value;
  return { id, order, orderBytes, bytes };
}

export function newPayment(
  payer: Person,
  payee: Person,
  change: Partial<Order> = {},
): VerifiedPayment {
  return readPayment(authorize(payer, newOrder(payer, payee.account, change)));
}

const serverKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEY_ID: Bytes = new Uint8Array(8).fill(9);
const header = protectedHeader(KEY_ID);

const signRaw = (bytes: Uint8Array): Bytes =>
  new Uint8Array(
    signBytes('sha256', bytes, { key: serverKey.privateKey, dsaEncoding: 'ieee-p1363' }),
  );

/** An allowance of this passkey, signed as the server does. */
export function newAllowance(person: Person, change: Partial<Allowance> = {}): NewAllowance {
  const totalMinor = change.totalMinor ?? 500n;
  const allowance: Allowance = {
    server: SERVER_ID,
    account: person.account,
    device: 1,
    id: random(8),
    credentialHint: credentialHint(person.credentialId),
    point: person.publicKeySpki.slice(-64),
    currency: EUR,
    totalMinor,
    capMinor: totalMinor,
    countMax: 60,
    firstSeq: person.seq + 1,
    validFromS: NOW_S,
    hours: 240,
    ...change,
  };
  const signature = signRaw(allowanceSignedBytes(allowance, KEY_ID));
  const signed = encodeAllowance(allowance, KEY_ID, signature);
  return { limits: allowance, credential: person.credentialId, signed };
}

/** What makes an order one that draws on the allowance. */
export function drawnOn({ limits }: NewAllowance, spentBeforeMinor = 0n): Partial<Order> {
  const { id, currency, device } = limits;
  return { allowance: id, spentBeforeMinor, currency, device, validUntilS: validUntilS(limits) };
}

/** One signature over the group, as the server makes it. */
export function signReceipts(settled: readonly SettledPayment[]): Bytes[] {
  const receipts: Bytes[] = [];
  for (let start = 0; start < settled.length; start += 256) {
    const bodies = settled
      .slice(start, start + 256)
      .map((item) => encodeReceiptBody({ ...item, server: SERVER_ID, epoch: 1 }));
    receipts.push(...sealGroup(header, bodies, signRaw).receipts);
  }
  return receipts;
}

function isServerSigned({ signed, signature }: { signed: Bytes; signature: Bytes }): boolean {
  const key = { key: serverKey.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  return verifyBytes('sha256', signed, key, signature);
}

export const VERIFIERS: LedgerVerifiers = {
  authorization(bytes, credentials) {
    const decoded = decodeAuthorization(bytes);
    if (!decoded.ok) return false;
    const assertion = assertionOf(decoded.value, PARTY.rpId, PARTY.origin);
    const signed = checkAssertion(assertion, decoded.value.id, {
      rpId: PARTY.rpId,
      origins: [PARTY.origin],
    });
    if (!signed.ok) return false;
    return credentials.some(({ publicKeySpki }) =>
      verifyBytes(
        'sha256',
        signed.value,
        { key: Buffer.from(publicKeySpki), format: 'der', type: 'spki', dsaEncoding: 'ieee-p1363' },
        assertion.signature,
      ),
    );
  },
  receipt(bytes) {
    const decoded = decodeReceipt(bytes);
    return decoded.ok && isServerSigned(decoded.value);
  },
  allowance(bytes) {
    const decoded = decodeAllowance(bytes);
    return decoded.ok && isServerSigned(decoded.value);
  },
};
