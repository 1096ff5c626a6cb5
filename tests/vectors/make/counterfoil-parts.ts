// Owns how the counterfoils of our vectors are made: order, approval and cover, each as it should be or not.
import type { Allowance, SignedAllowance } from '#protocol/allowance.ts';
import { type Bytes, concatBytes, toBase64url } from '#protocol/bytes.ts';
import { type Cbor, encodeCbor } from '#protocol/cbor.ts';
import { encodeOrder, type Order, paymentId } from '#protocol/order.ts';
import { compressPoint } from '#protocol/p256-point.ts';
import { ALLOWANCE, signedAllowance } from './allowance-parts.ts';
import { authorize, type Ceremony, clientData } from './make-authorizations.ts';
import { TYPICAL } from './make-orders.ts';
import { SERVER_KEY } from './test-keys.ts';

/** What the payee of keys.json asked for, as its order repeats it. */
export const ASKED = {
  digest: TYPICAL.requestDigest,
  currency: TYPICAL.currency,
  amountMinor: TYPICAL.amountMinor,
};

/** 12.50 EUR of an allowance of which 30.00 were promised before. */
export const COVERED: Order = { ...TYPICAL, allowance: ALLOWANCE.id, spentBeforeMinor: 3_000n };

/** The order's fields, in which undefined leaves one out. */
export type OrderChanges = { readonly [name in keyof Order]?: Order[name] | undefined };

export function coveredOrder(changes: OrderChanges = {}): Bytes {
  const fields = Object.entries({ ...COVERED, ...changes }).filter(
    ([, value]) => value !== undefined,
  );
  return encodeOrder(Object.fromEntries(fields) as Order);
}

/** The nine items of a cover: hint, point, total, cap, count, place, from, hours, signature. */
export function coverItems(seq: number, signed: SignedAllowance): Cbor[] {
  const { allowance, keyId, signature } = signed;
  return [
    keyId[0] ?? 0,
    compressPoint(allowance.point),
    allowance.totalMinor,
    allowance.capMinor,
    allowance.countMax,
    seq - allowance.firstSeq,
    allowance.validFromS,
    allowance.hours,
    signature,
  ];
}

export type Making = {
  readonly order?: OrderChanges;
  readonly allowance?: Partial<Allowance>;
  readonly key?: Pick<typeof SERVER_KEY, 'keyId' | 'secret'>;
  readonly ceremony?: Ceremony;
  /** Items of the cover replaced after the signing, by their place. */
  readonly cover?: Readonly<Record<number, Cbor>>;
};

/** A counterfoil as its parts come: nothing here sees to it that they fit each other. */
export function counterfoilOf(making: Making = {}): Bytes {
  const orderBytes = coveredOrder(making.order);
  const signed = signedAllowance(making.allowance, making.key ?? SERVER_KEY);
  const items = coverItems(making.order?.seq ?? COVERED.seq, signed);
  for (const [place, item] of Object.entries(making.cover ?? {})) items[Number(place)] = item;
  return concatBytes(authorize({ ...making.ceremony, orderBytes }), encodeCbor(items));
}

/** Client data of the covered order's approval, with changes. */
export function coveredClientData(changes: {
  readonly type?: string;
  readonly origin?: string;
  readonly more?: string;
}): string {
  return clientData({ challenge: toBase64url(paymentId(coveredOrder())), ...changes });
}
