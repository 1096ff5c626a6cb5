/** Owns one item of `POST /api/reoffers`: a payment and the receipt that the server gave for it, before a restore. */
import type { Bytes } from './bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { accept, type Outcome, refuse } from './refusals.ts';

/** Both as they are kept: an authorization, and a receipt that stands alone. */
export type Reoffer = { readonly authorization: Bytes; readonly receipt: Bytes };

export function encodeReoffer({ authorization, receipt }: Reoffer): Bytes {
  return encodeCbor([authorization, receipt]);
}

/** Refusals: bytes_malformed. What the two say is judged by who reads them. */
export function decodeReoffer(bytes: Uint8Array): Outcome<Reoffer> {
  const item = decodeCbor(bytes);
  if (!item.ok) return refuse('bytes_malformed', item.fault);
  const [authorization, receipt, ...more] = Array.isArray(item.value) ? (item.value as Cbor[]) : [];
  const isPair = authorization instanceof Uint8Array && receipt instanceof Uint8Array;
  if (!isPair || more.length > 0) return refuse('bytes_malformed', 'not a payment and its receipt');
  return accept({ authorization: authorization.slice(), receipt: receipt.slice() });
}
