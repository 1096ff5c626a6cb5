/** Owns what the payee's phone scans from a slip: the authorization together with the allowance that covers it. Pure. */
import { coverFault, decodeAllowance } from '#protocol/allowance.ts';
import { authorizationToQrText, decodeAuthorization } from '#protocol/authorization.ts';
import { counterfoilToQrText, encodeCounterfoil } from '#protocol/counterfoil.ts';
import type { PaymentStory } from '#wallet/records.ts';

/** Undefined where nothing on this phone covers it: then only the bare promise can be shown. */
export function counterfoilText({ payment, allowance }: PaymentStory): string | undefined {
  if (!allowance) return undefined;
  const signed = decodeAllowance(allowance);
  const read = decodeAuthorization(payment.authorization);
  if (!signed.ok || !read.ok || coverFault(read.value.order, signed.value.allowance)) {
    return undefined;
  }
  return counterfoilToQrText(encodeCounterfoil(payment.authorization, signed.value));
}

/** The most that this phone can say of it in one line of text. */
export function carriedText(story: PaymentStory): string {
  return counterfoilText(story) ?? authorizationToQrText(story.payment.authorization);
}
