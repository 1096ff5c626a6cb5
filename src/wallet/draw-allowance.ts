/** Owns what an order draws on: the purse of its currency where it fits, else the balance. */
import { coverFault, decodeAllowance, validUntilS } from '#protocol/allowance.ts';
import { credentialHint } from '#protocol/authorization.ts';
import { equalBytes, fromBase64url } from '#protocol/bytes.ts';
import type { Order } from '#protocol/order.ts';
import { presentMs } from './present.ts';
import type { PayingView } from './records.ts';

/** A payee without a network needs at least so long to find one. */
const LEFT_S_MIN = 24 * 3600;

/**
 * The order as it draws on its purse; undefined when no allowance covers it. Nothing of it is left to
 * choice: a covered payment is guaranteed to the payee, and its money is set aside already.
 */
export function drawnOrder(
  order: Order,
  situation: PayingView & { readonly nowMs: number },
): Order | undefined {
  const { purses, identity, wallet } = situation;
  const granted = purses.find(({ currency }) => currency === order.currency)?.granted;
  const signed = granted && decodeAllowance(granted.bytes);
  if (!granted || !signed?.ok) return undefined;
  const { allowance } = signed.value;
  // The allowance names one passkey's key: an approval by another proves nothing to a payee.
  const hint = credentialHint(fromBase64url(wallet.credentialId) ?? new Uint8Array(0));
  const isOurs = equalBytes(allowance.server, identity.server);
  if (!isOurs || !equalBytes(allowance.credentialHint, hint)) return undefined;
  const endS = validUntilS(allowance);
  if (endS - presentMs(situation) / 1000 < LEFT_S_MIN) return undefined;
  const drawn: Order = {
    ...order,
    allowance: allowance.id,
    spentBeforeMinor: granted.spentMinor,
    validUntilS: endS < order.validUntilS ? endS : order.validUntilS,
  };
  return coverFault(drawn, allowance) ? undefined : drawn;
}
