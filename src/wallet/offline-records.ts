/** Owns the shapes of what the phone keeps for paying and being paid without a network: purses and counterfoils. */
import type { Bytes } from '#protocol/bytes.ts';
import type { Verdict } from '#protocol/receipt.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import type { KnownIdentity, OutboxEntry, ShownRequest, WalletState } from './records.ts';

/** What one currency may be paid from without a network: the person's wish, and what the server granted. */
export type OfflinePurse = {
  readonly currency: number;
  /** Chosen once; absent: nothing is to be set aside. */
  readonly wantedMinor?: bigint;
  readonly granted?: Granted;
};

/** What its bytes say stands beside them, so that screens and storage need not decode them. */
export type Granted = {
  /** base64url; with the time, all that a transaction compares without reading the bytes. */
  readonly id: string;
  readonly validFromS: number;
  /** COSE_Sign1, as the server sent it. */
  readonly bytes: Bytes;
  /** After so many payments the wallet looks for the network. */
  readonly countSoft: number;
  /** What orders of this device have drawn on it, settled or not. Moved by `promise` alone. */
  readonly spentMinor: bigint;
};

/** A counterfoil (or bare promise) that this phone, the payee's, took from a payer's screen. */
export type TakenCounterfoil = {
  /** Payment id, base64url. */
  readonly id: string;
  /** `taken` until a receipt. */
  readonly state: 'taken' | Verdict;
  readonly authorization: Bytes;
  /** Account ids, base32. */
  readonly payer: string;
  readonly payee: string;
  readonly device: number;
  readonly seq: number;
  /** All that the payer pays, tip and fee included. */
  readonly amountMinor: bigint;
  readonly currency: number;
  readonly tipMinor?: bigint;
  readonly note?: string;
  /** base64url of the request's digest. */
  readonly requestDigest: string;
  readonly once: boolean;
  /** base64url id of the allowance that came with it, signed by the server. Absent: a bare promise. */
  readonly allowance?: string;
  readonly takenAtMs: number;
  readonly validUntilS: number;
  /**
   * Verified on this phone: paid by the operator at the latest, if it reaches the server by
   * validUntilS. Otherwise a promise only, and `doubt` says why.
   */
  readonly guaranteed: boolean;
  readonly doubt?: RefusalCode;
  readonly settledAtMs?: number;
  readonly code?: RefusalCode;
  readonly receipt?: Bytes;
  /** In which the server last stood by the verdict, if not in the first: see `isForgotten`. */
  readonly epoch?: number;
  /** A second receipt with another verdict: the first one stands. */
  readonly contradiction?: Bytes;
};

/** A refused or expired one binds nobody any more. */
export function isLive({ state }: TakenCounterfoil): boolean {
  return state === 'taken' || state === 'accepted';
}

/**
 * The server will not judge it and nobody guarantees it: anybody could have written it, and nothing is lost
 * with it. What a restored server puts off it has verified, and may have paid already.
 */
export function isUnfounded(
  { carried, quarantine }: OutboxEntry,
  taken: TakenCounterfoil | undefined,
): boolean {
  const isUnjudged = quarantine !== undefined && quarantine.code !== 'restored_lately';
  return carried === true && isUnjudged && taken?.guaranteed === false;
}

/** By what `readTaking` finds all that a counterfoil is held against (`takingKeys`). */
export type TakingKeys = Pick<
  TakenCounterfoil,
  'id' | 'requestDigest' | 'once' | 'payer' | 'device' | 'seq' | 'allowance'
>;

/** Everything that judging one counterfoil needs to know, read in one transaction. */
export type TakingView = {
  readonly wallet: WalletState;
  readonly identity: KnownIdentity;
  /** This phone's own request with the digest that the order repeats. */
  readonly request?: ShownRequest;
  /** The payment of this id is here already, taken or this phone's own. */
  readonly known: boolean;
  /** Taken before for the same request, where that is to be paid once. */
  readonly sameRequest: readonly TakenCounterfoil[];
  /** Taken before: from the same allowance, with the same number of the same device. */
  readonly sameAllowance: readonly TakenCounterfoil[];
  readonly sameSeq: readonly TakenCounterfoil[];
};

/** Taken before, itself or another with the same number of the same device. */
export function isSeen({ known, sameSeq }: Pick<TakingView, 'known' | 'sameSeq'>): boolean {
  // A bare promise is not verified: anybody could write one in a payer's name and block their number.
  return known || sameSeq.some((other) => other.allowance !== undefined && isLive(other));
}
