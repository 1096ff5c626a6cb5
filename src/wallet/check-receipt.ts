/** Owns believing a receipt: the server's key, its signature, and that it speaks of this very payment. */
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import { decodeReceipt, type Receipt } from '#protocol/receipt.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import type { VerifyEs256 } from './ports.ts';
import type { OutboxEntry } from './records.ts';

/** The key is not among those we know: the server may have a new one since we last asked. */
export type UnknownKey = { readonly ok: false; readonly refusal: 'key_unknown' };

/** Whether our server signed it. Refusals: those of `decodeReceipt`, receipt_not_this_server, receipt_altered. */
export async function checkReceipt(
  bytes: Bytes,
  identity: ServerIdentity,
  verify: VerifyEs256,
): Promise<Outcome<Receipt> | UnknownKey> {
  const decoded = decodeReceipt(bytes);
  if (!decoded.ok) return decoded;
  const receipt = decoded.value;
  if (!equalBytes(receipt.server, identity.server)) return refuse('receipt_not_this_server');
  const key = identity.keys.find(({ keyId }) => equalBytes(keyId, receipt.keyId));
  if (!key) return { ok: false, refusal: 'key_unknown' };
  const genuine = await verify(key.point, receipt.signed, receipt.signature);
  return genuine ? accept(receipt) : refuse('receipt_altered');
}

/** Whether it speaks of this payment and repeats what the payer signed. Refusal: receipt_other_payment. */
export function matchReceipt(receipt: Receipt, entry: OutboxEntry): Outcome<undefined> {
  const same =
    toBase64url(receipt.paymentId) === entry.id &&
    toBase32(receipt.payer) === entry.payer &&
    toBase32(receipt.payee) === entry.payee &&
    receipt.amountMinor === entry.amountMinor &&
    receipt.currency === entry.currency;
  return same ? accept(undefined) : refuse('receipt_other_payment');
}
