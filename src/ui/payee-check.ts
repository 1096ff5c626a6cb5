/** Owns whether the name in a code is the one the server knows the payee by. */
import { toBase32 } from '#protocol/base32.ts';
import { NAME_CHARACTERS_MAX } from '#protocol/emv-rules.ts';
import type { PaymentRequest } from '#protocol/payment-request.ts';
import { fitForCode } from '#protocol/payment-request-writer.ts';
import type { PayeeProfile } from '#protocol/wire.ts';
import type { Wallet } from './wallet-model.ts';

/** `unchecked`: anybody can print any name; nobody has said that this one is right. */
export type PayeeCheck =
  | { readonly kind: 'unchecked' }
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

/** From the phone at once, from the server when it answers: `tell` may be called twice. */
export async function checkPayee(
  wallet: Wallet,
  request: PaymentRequest,
  tell: (check: PayeeCheck) => void,
): Promise<void> {
  const account = payeeAccount(request);
  const name = request.merchantName ?? '';
  if (account === undefined) return;
  const known = await wallet.store.readPayee(account);
  if (known) tell(comparePayee(name, known.profile));
  const { api } = await wallet.engine();
  const answer = await api.readPayee(account);
  if (!answer.ok) return;
  await wallet.store.writePayee(answer.value, wallet.clock.nowMs());
  tell(comparePayee(name, answer.value));
}
