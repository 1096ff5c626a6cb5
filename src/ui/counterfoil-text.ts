/** Owns the texts that carry a waiting payment to another phone: with its guarantee, or as the bare promise. Pure. */
import { authorizationToQrText } from '#protocol/authorization.ts';
import { counterfoilToQrText } from '#protocol/counterfoil.ts';
import type { Payment } from '#wallet/payment.ts';
import { counterfoilOf } from '#wallet/show-counterfoil.ts';

/** Undefined where nothing on this phone covers it: then only the bare promise can be shown. */
export function counterfoilText(payment: Payment): string | undefined {
  const bytes = counterfoilOf(payment);
  return bytes && counterfoilToQrText(bytes);
}

/** The most that this phone can say of it in one line of text. */
export function carriedText(payment: Payment): string {
  return counterfoilText(payment) ?? authorizationToQrText(payment.authorization);
}
