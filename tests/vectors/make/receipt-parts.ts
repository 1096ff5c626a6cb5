// Owns how the receipts of our vectors are made and taken apart.
import type { Bytes } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from '#protocol/cbor.ts';
import { encodeOrder, paymentId } from '#protocol/order.ts';
import {
  encodeReceiptBody,
  protectedHeader,
  type ReceiptBody,
  type ReceiptGroup,
  receiptOfGroup,
  sealGroup,
} from '#protocol/receipt.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { signEs256 } from './deterministic-es256.ts';
import { TYPICAL } from './make-orders.ts';
import { bytesFrom, PAYEE, PAYER, SERVER, SERVER_KEY } from './test-keys.ts';

export const ACCEPTED: ReceiptBody = {
  server: SERVER,
  paymentId: paymentId(encodeOrder(TYPICAL)),
  verdict: 'accepted',
  amountMinor: TYPICAL.amountMinor,
  currency: TYPICAL.currency,
  payer: PAYER,
  payee: PAYEE,
  settledAtS: TYPICAL.authorizedAtS + 100,
  transfer: 42n,
  epoch: 1,
};

export function refusedFor(code: RefusalCode): ReceiptBody {
  const { transfer: _, ...rest } = ACCEPTED;
  return { ...rest, verdict: code === 'payment_expired' ? 'expired' : 'refused', code };
}

export function groupOf(bodies: readonly Bytes[], key = SERVER_KEY): ReceiptGroup {
  const header = protectedHeader(key.keyId);
  return sealGroup(header, bodies, (signed) => signEs256(key.secret, signed)).group;
}

/** Bodies of so many payments, the first the typical one. */
export function bodiesOf(count: number): Bytes[] {
  return Array.from({ length: count }, (_, index) =>
    encodeReceiptBody(
      index === 0
        ? ACCEPTED
        : {
            ...ACCEPTED,
            paymentId: bytesFrom(`payment ${index}`, 32),
            transfer: BigInt(42 + index),
          },
    ),
  );
}

export function alone(body: ReceiptBody, key = SERVER_KEY): Bytes {
  return receiptOfGroup(groupOf([encodeReceiptBody(body)], key), 0);
}

type Parts = {
  readonly body: Cbor;
  readonly header: Cbor;
  readonly unprotected: Cbor;
  readonly payload: Cbor;
  readonly signature: Cbor;
};

/** A receipt with some of its parts replaced; the signature stays the one of the whole. */
export function withParts(changes: Partial<Parts>, receipt = alone(ACCEPTED)): Bytes {
  const read = decodeCbor(receipt);
  const [body = null, cose] = (read.ok ? read.value : []) as readonly Cbor[];
  const [header = null, unprotected = null, payload = null, signature = null] =
    cose as readonly Cbor[];
  const parts = { body, header, unprotected, payload, signature, ...changes };
  return encodeCbor([
    parts.body,
    [parts.header, parts.unprotected, parts.payload, parts.signature],
  ]);
}

export function proof(size: number | bigint, index: number, path: readonly Cbor[]): Cbor {
  return new Map([[396, new Map([[-1, [encodeCbor([size, index, path])]]])]]);
}

/** A body with fields changed, signed as it is: the server's own fault, and still refused. */
export function signedWith(changes: Readonly<Record<number, Cbor | undefined>>): Bytes {
  const read = decodeCbor(encodeReceiptBody(ACCEPTED));
  const fields = new Map((read.ok ? read.value : undefined) as ReadonlyMap<number, Cbor>);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) fields.delete(Number(key));
    else fields.set(Number(key), value);
  }
  return signedBytes(encodeCbor(fields));
}

export function signedBytes(body: Bytes): Bytes {
  return receiptOfGroup(groupOf([body]), 0);
}
