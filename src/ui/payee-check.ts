/** Owns whether the name in a code is the one the server knows the payee by. */
import { verifyEs256 } from '#device/verify-es256.ts';
import { toBase32 } from '#protocol/base32.ts';
import { NAME_CHARACTERS_MAX } from '#protocol/emv-rules.ts';
import type { PaymentRequest } from '#protocol/payment-request.ts';
import { fitForCode } from '#protocol/payment-request-writer.ts';
import type { PayeeProfile } from '#protocol/wire.ts';
import { checkPayeeName } from '#wallet/check-payee-name.ts';
import type { Payment } from '#wallet/payment.ts';
import { presentMs } from '#wallet/present.ts';
import type { Wallet } from './wallet-model.ts';

/** `unchecked`: anybody can print any name; nobody has said that this one is right. */
export type PayeeCheck =
  | { readonly kind: 'unchecked' }
  /** The server's signature over the name was checked on this phone, with no network needed. */
  | { readonly kind: 'verified' }
  /** The code claims to be signed, and the server never signed it. */
  | { readonly kind: 'forged' }
  /** The same name was met before, with another account. */
  | { readonly kind: 'elsewhere'; readonly account: string }
  | { readonly kind: 'confirmed'; readonly profile: PayeeProfile }
  | { readonly kind: 'different'; readonly profile: PayeeProfile };

export function comparePayee(codeName: string, profile: PayeeProfile): PayeeCheck {
  // A code holds the name in its own spelling: composed, cut to length, in capitals when ASCII.
  const spelled = fitForCode(profile.name, NAME_CHARACTERS_MAX);
  const same = spelled === fitForCode(codeName, NAME_CHARACTERS_MAX);
  return { kind: same ? 'confirmed' : 'different', profile };
}

export function payeeAccount(request: PaymentRequest): string | undefined {
  return request.counterfoil && toBase32(request.counterfoil.payee);
}

/** By what the code itself carries; undefined where it says nothing that can be checked here. */
async function checkSignature(
  wallet: Wallet,
  request: PaymentRequest,
): Promise<PayeeCheck | undefined> {
  const identity = await wallet.store.readIdentity();
  if (!identity) return undefined;
  const present = presentMs({ nowMs: wallet.clock.nowMs(), identity });
  const found = await checkPayeeName(request, identity, present, verifyEs256);
  return found === 'verified' || found === 'forged' ? { kind: found } : undefined;
}

/** Payments looked through for a name that was met before. */
const SEEN_MAX = 200;

/** A swapped code on a known counter: the name that this person paid before, and another account. */
export function nameElsewhere(
  name: string,
  account: string,
  paid: readonly Pick<Payment, 'payee' | 'payeeName'>[],
): string | undefined {
  const spelled = fitForCode(name, NAME_CHARACTERS_MAX);
  if (spelled === '') return undefined;
  const same = paid.filter((one) => fitForCode(one.payeeName, NAME_CHARACTERS_MAX) === spelled);
  return same.some(({ payee }) => payee === account) ? undefined : same[0]?.payee;
}

/** From the phone at once, from the server when it answers: `tell` may be called several times. */
export async function checkPayee(
  wallet: Wallet,
  request: PaymentRequest,
  tell: (check: PayeeCheck) => void,
): Promise<void> {
  const account = payeeAccount(request);
  const name = request.merchantName ?? '';
  if (account === undefined) return;
  const signed = await checkSignature(wallet, request);
  if (signed?.kind === 'forged') return tell(signed);
  // Before the server's word: it vouches for a name, not for whom this person means by it.
  const other = nameElsewhere(name, account, await wallet.store.readPayments(SEEN_MAX));
  if (other !== undefined) return tell({ kind: 'elsewhere', account: other });
  if (signed) return tell(signed);
  const known = await wallet.store.readPayee(account);
  if (known) tell(comparePayee(name, known.profile));
  const { api } = await wallet.engine();
  const answer = await api.readPayee(account);
  if (!answer.ok) return;
  await wallet.store.writePayee(answer.value, wallet.clock.nowMs());
  tell(comparePayee(name, answer.value));
}
