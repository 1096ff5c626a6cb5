/** Owns the making of receipts: what was settled for one upload shares one signature of the server. */
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import {
  encodeReceiptBody,
  protectedHeader,
  type ReceiptGroup,
  sealGroup,
} from '#protocol/receipt.ts';
import { assert } from '#protocol/refusals.ts';
import type { ReceiptSigner, SettledPayment } from './ports.ts';

export type SignedReceipt = {
  readonly group: ReceiptGroup;
  readonly index: number;
  readonly receipt: Bytes;
};

export function signGroup(
  settled: readonly SettledPayment[],
  signer: ReceiptSigner,
): SignedReceipt[] {
  const { server, epoch, keyId } = signer;
  const bodies = settled.map((payment) => encodeReceiptBody({ ...payment, server, epoch }));
  const header = protectedHeader(keyId);
  const { group, receipts } = sealGroup(header, bodies, signer.sign);
  return receipts.map((receipt, index) => ({ group, index, receipt }));
}

/**
 * Several uploads may be settled in one transaction, but none learns of another's payments: each has
 * a group of its own. `uploadOf` says to which upload a payment belongs. In the order given.
 */
export function signUploads(
  settled: readonly SettledPayment[],
  uploadOf: (paymentId: Bytes) => object,
  signer: ReceiptSigner,
): SignedReceipt[] {
  const byUpload = new Map<object, SettledPayment[]>();
  for (const payment of settled) {
    const upload = uploadOf(payment.paymentId);
    const members = byUpload.get(upload);
    if (members) members.push(payment);
    else byUpload.set(upload, [payment]);
  }
  const signed = new Map<string, SignedReceipt>();
  for (const members of byUpload.values()) {
    const receipts = signGroup(members, signer);
    members.forEach(({ paymentId }, index) => {
      const receipt = receipts[index];
      assert(receipt !== undefined, 'every member has a receipt');
      signed.set(toBase64url(paymentId), receipt);
    });
  }
  return settled.map(({ paymentId }) => {
    const receipt = signed.get(toBase64url(paymentId));
    assert(receipt !== undefined, 'every payment is in a group');
    return receipt;
  });
}
