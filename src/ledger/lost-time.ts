/** Owns what a restore may have made the ledger forget: of which orders, and for how long. Pure. */
import { EPOCH_UNIT_S } from '#protocol/epoch.ts';
import type { Order } from '#protocol/order.ts';
import type { AllowanceRow } from './allowance-book.ts';

/** So long phones have to bring back what they hold. Some are in a drawer for a week, few for a month. */
export const AWAITED_FOR_S = 30 * 24 * 60 * 60;
/** By how much a phone's clock may be ahead of ours without being thought wrong. */
const CLOCK_AHEAD_S = 5 * 60;

/** Whether phones are still expected to bring back what was lost. */
export function isAwaiting(epoch: number, nowS: number): boolean {
  // Whatever a clock was set to: neither long ago nor yet to come.
  return Math.abs(nowS - epoch * EPOCH_UNIT_S) <= AWAITED_FOR_S;
}

/**
 * Whether the ledger may have known this order before it was restored, and said of it what somebody holds
 * a receipt of. What is dated later than now may have been signed at any time; what draws on an allowance
 * of this epoch (`cover`) was signed in it, since nobody can guess an allowance's id.
 */
export function mayBeForgotten(
  { authorizedAtS }: Pick<Order, 'authorizedAtS'>,
  cover: Pick<AllowanceRow, 'validFromS'> | undefined,
  epoch: number,
  nowS: number,
): boolean {
  if (!isAwaiting(epoch, nowS)) return false;
  const beganAtS = epoch * EPOCH_UNIT_S;
  // Else a payer who dates back promises the same money twice, and is accused of nothing for a month.
  if (cover && cover.validFromS >= beganAtS) return false;
  return authorizedAtS < beganAtS + CLOCK_AHEAD_S || authorizedAtS > nowS + CLOCK_AHEAD_S;
}
