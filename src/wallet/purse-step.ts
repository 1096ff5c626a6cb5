/** Owns the rule by which a purse is filled: when to ask the server for how much, or to give back. Pure. */
import { type Allowance, decodeAllowance, validUntilS } from '#protocol/allowance.ts';
import { credentialHint } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import { equalBytes, fromBase64url } from '#protocol/bytes.ts';
import type { OfflinePurse } from './offline-records.ts';
import type { Payment } from './payment.ts';
import type { OpenAllowance } from './ports.ts';
import { presentMs } from './present.ts';
import type { KnownIdentity, WalletState } from './records.ts';

/** What the rule goes by; `promised` are this phone's own payments without a receipt. */
export type PurseSituation = {
  readonly wallet: WalletState;
  readonly identity: KnownIdentity;
  readonly promised: readonly Payment[];
  /** Of this device, as the server says; absent where it was not asked or did not answer. */
  readonly open?: readonly OpenAllowance[];
  readonly nowMs: number;
};

/** `ask` for this much, `release` what was granted and is wanted no more, or leave the purse as it is. */
export type PurseStep =
  | { readonly kind: 'ask'; readonly amountMinor: bigint }
  | { readonly kind: 'release' }
  | { readonly kind: 'rest' };

const REST: PurseStep = { kind: 'rest' };

export function isOfThisPhone(allowance: Allowance, { wallet, identity }: PurseSituation): boolean {
  const hint = credentialHint(fromBase64url(wallet.credentialId) ?? new Uint8Array(0));
  return (
    equalBytes(allowance.server, identity.server) &&
    toBase32(allowance.account) === wallet.account.profile.account &&
    allowance.device === wallet.device &&
    equalBytes(allowance.credentialHint, hint)
  );
}

function allowanceOf(purse: OfflinePurse, situation: PurseSituation): Allowance | undefined {
  const signed = purse.granted && decodeAllowance(purse.granted.bytes);
  if (!signed?.ok || !isOfThisPhone(signed.value.allowance, situation)) return undefined;
  return signed.value.allowance;
}

/** One may still be on its way to the server, which would have to pay it from elsewhere. */
function waitsForCovered({ currency }: OfflinePurse, situation: PurseSituation): boolean {
  const presentS = presentMs(situation) / 1000;
  return situation.promised.some(
    (payment) =>
      payment.currency === currency &&
      payment.allowance !== undefined &&
      payment.validUntilS >= presentS,
  );
}

/** Where nothing may be moved: an order that draws on the purse may still be on its way. */
export function mustWait(purse: OfflinePurse, situation: PurseSituation): boolean {
  return situation.wallet.account.frozen || waitsForCovered(purse, situation);
}

/** By this phone’s own word. */
export function leftOf(purse: OfflinePurse, situation: PurseSituation): bigint {
  const allowance = allowanceOf(purse, situation);
  return allowance ? allowance.totalMinor - (purse.granted?.spentMinor ?? 0n) : 0n;
}

/** What the server sets free when the device's allowance ends: by its own word, else by what is here. */
function returningMinor(purse: OfflinePurse, situation: PurseSituation): bigint {
  if (!situation.open) return leftOf(purse, situation);
  let minor = 0n;
  for (const { currency, totalMinor, spentMinor } of situation.open) {
    if (currency === purse.currency) minor += totalMinor - spentMinor;
  }
  return minor;
}

/** What a new allowance could hold: all that nobody else has been promised. */
function affordableMinor(purse: OfflinePurse, situation: PurseSituation): bigint {
  const { wallet, promised } = situation;
  const { currency } = purse;
  const balance = wallet.account.balances.find((held) => held.currency === currency);
  if (!balance) return 0n;
  let minor = balance.amountMinor - balance.heldMinor - balance.owedMinor;
  minor += returningMinor(purse, situation);
  for (const payment of promised) {
    const isUncovered = payment.currency === currency && payment.allowance === undefined;
    if (isUncovered) minor -= payment.amountMinor;
  }
  return minor;
}

/** Used up, or nearly: by payments, or by time. */
function isWorn(allowance: Allowance, countSoft: number, situation: PurseSituation): boolean {
  const used = situation.wallet.lastSeq + 1 - allowance.firstSeq;
  const leftS = validUntilS(allowance) - presentMs(situation) / 1000;
  return used >= countSoft || leftS < allowance.hours * 1800;
}

/**
 * Asks where nothing is granted, or less than half of what is wanted is left, or the soft count is
 * reached, or less than half of the hours is left. Where the account cannot give more than is left
 * already it asks for nothing, and never while a covered promise of its own waits.
 */
export function purseStep(purse: OfflinePurse, situation: PurseSituation): PurseStep {
  const { wantedMinor, granted } = purse;
  if (mustWait(purse, situation)) return REST;
  if (!wantedMinor) {
    return granted || returningMinor(purse, situation) > 0n ? { kind: 'release' } : REST;
  }
  const allowance = allowanceOf(purse, situation);
  const leftMinor = leftOf(purse, situation);
  const affordable = affordableMinor(purse, situation);
  const amountMinor = affordable < wantedMinor ? affordable : wantedMinor;
  if (amountMinor <= 0n) return REST;
  const isLow = leftMinor * 2n < wantedMinor && amountMinor > leftMinor;
  const isDue = !allowance || !granted || isLow || isWorn(allowance, granted.countSoft, situation);
  return isDue ? { kind: 'ask', amountMinor } : REST;
}
