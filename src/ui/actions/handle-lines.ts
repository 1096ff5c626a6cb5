/** Owns what is done with each line of a pasted list, where nobody is asked: taken, carried, checked, or left. */
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { decodeCounterfoil } from '#protocol/counterfoil.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { carryPromise } from '../carry-promise.ts';
import { findReceipt, type ReceiptFinding } from '../receipt-check.ts';
import { findingOf } from '../scan-finding.ts';
import { fetchServerKeys } from '../server-keys.ts';
import type { Wallet } from '../wallet-model.ts';
import { takePayment } from './take.ts';

export type LineFinding = {
  readonly amountMinor?: bigint;
  readonly currency?: number;
} & (
  | { readonly kind: 'taken' | 'promise' | 'silence' | 'known' }
  | { readonly kind: 'receipt'; readonly finding: ReceiptFinding['kind'] }
  | { readonly kind: 'refused'; readonly code: RefusalCode }
);

async function receiptLine(wallet: Wallet, bytes: Bytes): Promise<LineFinding> {
  const keys = { kept: () => wallet.store.readIdentity(), fresh: () => fetchServerKeys(wallet) };
  const found = await findReceipt(bytes, keys);
  const facts = 'receipt' in found ? found.receipt : undefined;
  return {
    kind: 'receipt',
    finding: found.kind,
    ...(facts && { amountMinor: facts.amountMinor, currency: facts.currency }),
  };
}

/** Somebody else's: the server settles it whoever brings it. */
async function carryLine(wallet: Wallet, authorization: Bytes): Promise<LineFinding> {
  const { transport } = await wallet.engine();
  const carried = await carryPromise(wallet, transport, authorization);
  if (carried.kind === 'receipt') return receiptLine(wallet, carried.receipt);
  return carried.kind === 'refused' ? carried : { kind: 'silence' };
}

async function paymentLine(
  wallet: Wallet,
  kind: 'counterfoil' | 'authorization',
  bytes: Bytes,
): Promise<LineFinding> {
  const counterfoil = kind === 'counterfoil' ? decodeCounterfoil(bytes) : undefined;
  if (counterfoil && !counterfoil.ok) return { kind: 'refused', code: counterfoil.refusal.code };
  const authorizationBytes = counterfoil?.value.authorizationBytes ?? bytes;
  const read = decodeAuthorization(authorizationBytes);
  if (!read.ok) return { kind: 'refused', code: read.refusal.code };
  const { amountMinor, currency, payee } = read.value.order;
  const money = { amountMinor, currency };
  if (toBase32(payee) !== wallet.state.peek()?.account.profile.account) {
    return { ...money, ...(await carryLine(wallet, authorizationBytes)) };
  }
  const taking = await takePayment(wallet, { kind, bytes });
  if (taking.kind === 'taken') return { ...money, kind: 'taken' };
  if (taking.kind === 'promise') {
    // Worth keeping or not is a person's choice; that the server hears of it harms nobody.
    const carried = await carryLine(wallet, authorizationBytes);
    return { ...money, ...(carried.kind === 'silence' ? { kind: 'promise' } : carried) };
  }
  return taking.kind === 'seen'
    ? { ...money, kind: 'known' }
    : { ...money, kind: 'refused', code: taking.code };
}

async function handleLine(wallet: Wallet, line: string): Promise<LineFinding> {
  const finding = findingOf(line);
  switch (finding.kind) {
    case 'receipt':
      return receiptLine(wallet, finding.bytes);
    case 'counterfoil':
    case 'authorization':
      return paymentLine(wallet, finding.kind, finding.bytes);
    case 'refused':
      return { kind: 'refused', code: finding.code };
    default:
      return { kind: 'refused', code: 'text_unknown' };
  }
}

/** One after another, so that a list does not keep the phone from everything else. */
export async function handleLines(
  wallet: Wallet,
  lines: readonly string[],
  tell: (findings: readonly LineFinding[]) => void,
): Promise<void> {
  const findings: LineFinding[] = [];
  for (const line of lines) {
    findings.push(await handleLine(wallet, line));
    tell([...findings]);
  }
}
