/** Owns what a receipt is worth that a phone brings back after a restore: the verdict that it proves, or nothing. */
import type { StandingVerdict } from '#ledger/standing-verdict.ts';
import type { Authorization } from '#protocol/authorization.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import { decodeReceipt, type Receipt } from '#protocol/receipt.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { ServerKey } from '#protocol/wire.ts';
import type { VerifySignatures } from './ports.ts';
import { type KeyRing, publicKeyOf } from './server-keys.ts';

const spkiOf = (key: ServerKey): Bytes =>
  new Uint8Array(publicKeyOf(key).export({ format: 'der', type: 'spki' }));

/** It speaks of this payment and repeats what the payer signed. */
function isAbout(receipt: Receipt, { id, order }: Authorization): boolean {
  return (
    equalBytes(receipt.paymentId, id) &&
    equalBytes(receipt.payer, order.payer) &&
    equalBytes(receipt.payee, order.payee) &&
    receipt.amountMinor === order.amountMinor &&
    receipt.currency === order.currency
  );
}

export type JudgeReoffer = (
  receipt: Bytes,
  authorization: Authorization,
) => Promise<Outcome<StandingVerdict>>;

/**
 * Keys come back with the backup. A key that was made after it is lost, and what it signed cannot be
 * told from what anybody else did. Refusals: those of `decodeReceipt`, receipt_not_this_server (also
 * for a receipt of this very epoch, which cannot have been forgotten), receipt_other_payment,
 * receipt_altered.
 */
export function createJudgeReoffer(
  ring: () => Promise<KeyRing>,
  verify: VerifySignatures,
): JudgeReoffer {
  const spkis = new Map<string, Bytes>();

  return async (bytes, authorization) => {
    const decoded = decodeReceipt(bytes);
    if (!decoded.ok) return decoded;
    const receipt = decoded.value;
    const { server, epoch, keys } = await ring();
    const key = keys.find(({ keyId }) => equalBytes(keyId, receipt.keyId));
    const isOurs = equalBytes(receipt.server, server) && receipt.epoch < epoch;
    if (!key || !isOurs) return refuse('receipt_not_this_server');
    if (!isAbout(receipt, authorization)) return refuse('receipt_other_payment');
    const name = toBase64url(key.keyId);
    const spki = spkis.get(name) ?? spkiOf(key);
    spkis.set(name, spki);
    const { signed, signature } = receipt;
    const [isGenuine] = await verify([{ spki, signed, signature }]);
    if (!isGenuine) return refuse('receipt_altered');
    const { verdict, code, settledAtS } = receipt;
    return accept({ verdict, settledAtS, receipt: bytes, ...(code !== undefined && { code }) });
  };
}
