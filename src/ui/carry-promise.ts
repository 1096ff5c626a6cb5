/** Owns carrying somebody else's promise to the server: the signed bytes authorize themselves. */
import { verifyEs256 } from '#device/verify-es256.ts';
import { decodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import { ANSWER_MEDIA_TYPE, decodePaymentsAnswer } from '#protocol/payments-answer.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { checkReceipt } from '#wallet/check-receipt.ts';
import type { Transport } from '#wallet/ports.ts';
import type { Wallet } from './wallet-model.ts';

const TIMEOUT_MS = 20_000;

export type Carried =
  /** The server's verdict, verified and about this very promise. */
  | { readonly kind: 'receipt'; readonly receipt: Bytes }
  | { readonly kind: 'refused'; readonly code: RefusalCode }
  /** Nothing came back that says anything: it may have arrived all the same. */
  | { readonly kind: 'silence' };

async function believed(wallet: Wallet, promise: Bytes, receipt: Bytes): Promise<boolean> {
  const authorization = decodeAuthorization(promise);
  const identity = await wallet.store.readIdentity();
  if (!identity || !authorization.ok) return false;
  const checked = await checkReceipt(receipt, identity, verifyEs256);
  // The id is a digest of all that was signed: what names it speaks of this promise and no other.
  return checked.ok && equalBytes(checked.value.paymentId, authorization.value.id);
}

/** Any number of times, by anybody: the server settles it once. */
export async function carryPromise(
  wallet: Wallet,
  transport: Transport,
  promise: Bytes,
): Promise<Carried> {
  const answer = await transport.postPayments([promise], TIMEOUT_MS);
  if (answer.kind === 'silence') return { kind: 'silence' };
  // Only an answer in our own form says anything; a busy server or a captive portal does not.
  if (answer.mediaType !== ANSWER_MEDIA_TYPE) return { kind: 'silence' };
  const answers = decodePaymentsAnswer(answer.body);
  const first = answers.ok ? answers.value[0] : undefined;
  if (first?.kind === 'refusal') return { kind: 'refused', code: first.code };
  if (!first || !(await believed(wallet, promise, first.receipt))) return { kind: 'silence' };
  return { kind: 'receipt', receipt: first.receipt };
}
