/** Owns judging a counterfoil on the payee's phone, without a network: guaranteed, a promise only, or nothing. */
import { allowanceSignedBytes, coverFault } from '#protocol/allowance.ts';
import { approvalCandidates } from '#protocol/approval.ts';
import { type Authorization, decodeAuthorization } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import { type Counterfoil, decodeCounterfoil } from '#protocol/counterfoil.ts';
import type { Order } from '#protocol/order.ts';
import { accept, assert, type Outcome, type RefusalCode } from '#protocol/refusals.ts';
import {
  isLive,
  isSeen,
  type TakenCounterfoil,
  type TakingKeys,
  type TakingView,
} from './offline-records.ts';
import type { VerifyEs256 } from './ports.ts';
import { hasClockGoneBack, presentMs } from './present.ts';
import { takenRecord } from './taken-counterfoil.ts';

/** `WalletStore.readTaking` and the time. */
export type TakingSituation = TakingView & { readonly nowMs: number };

export type CounterfoilVerdict =
  | { readonly kind: 'guaranteed'; readonly untilS: number }
  /** For this payee, and not guaranteed: `code` says why. May be kept if a person wants it. */
  | { readonly kind: 'promise'; readonly code: RefusalCode }
  /** Nothing may be stored. */
  | { readonly kind: 'refused'; readonly code: RefusalCode };

/** What a payer's screen may show: a counterfoil, or the bare authorization of a payment. */
export type Presented =
  | { readonly kind: 'counterfoil'; readonly bytes: Bytes }
  | { readonly kind: 'authorization'; readonly bytes: Bytes };

/** Two phones without a network never agree on the second, and a finger takes its time. */
const REQUEST_GRACE_S = 300;
/**
 * Approved so much later than now: one of the clocks is in doubt. Earlier proves nothing, since a
 * payment may be shown days after it was approved, and a clock that runs ahead ends a guarantee too soon.
 */
const AHEAD_S_MAX = 3600;
/** A phone's time may be behind the server's by this much. */
const EARLY_S_MAX = 3600;

const refused = (code: RefusalCode): CounterfoilVerdict => ({ kind: 'refused', code });
const promise = (code: RefusalCode): CounterfoilVerdict => ({ kind: 'promise', code });

type Read = { readonly authorization: Authorization; readonly counterfoil?: Counterfoil };

function readPresented({ kind, bytes }: Presented): Outcome<Read> {
  if (kind === 'counterfoil') {
    const counterfoil = decodeCounterfoil(bytes);
    if (!counterfoil.ok) return counterfoil;
    const { value } = counterfoil;
    return accept({ authorization: value.authorization, counterfoil: value });
  }
  const authorization = decodeAuthorization(bytes);
  return authorization.ok ? accept({ authorization: authorization.value }) : authorization;
}

/** What `readTaking` is asked with. Refusals: those of `decodeCounterfoil` or `decodeAuthorization`. */
export function takingKeys(presented: Presented): Outcome<TakingKeys> {
  const read = readPresented(presented);
  if (!read.ok) return read;
  const { authorization, counterfoil } = read.value;
  const { order } = authorization;
  return accept({
    id: toBase64url(authorization.id),
    requestDigest: toBase64url(order.requestDigest),
    once: order.once,
    payer: toBase32(order.payer),
    device: order.device,
    seq: order.seq,
    ...(counterfoil && { allowance: toBase64url(counterfoil.allowance.id) }),
  });
}

/** Whether it is for this payee at this server, and new. */
function checkAddress(order: Order, situation: TakingSituation): RefusalCode | undefined {
  const { identity, wallet } = situation;
  if (!equalBytes(order.server, identity.server)) return 'wrong_server';
  const isOwn = toBase32(order.payee) === wallet.account.profile.account;
  if (!isOwn) return 'counterfoil_other_payee';
  return isSeen(situation) ? 'counterfoil_seen' : undefined;
}

async function checkAllowance(
  { allowance, keyHint, signature }: Counterfoil,
  { identity }: TakingSituation,
  verify: VerifyEs256,
): Promise<RefusalCode | undefined> {
  const candidates = identity.keys.filter(({ keyId }) => keyId[0] === keyHint);
  if (candidates.length === 0) return 'server_key_unknown';
  for (const { keyId, point } of candidates) {
    const signed = allowanceSignedBytes(allowance, keyId);
    if (await verify(point, signed, signature)) return undefined;
  }
  return 'allowance_altered';
}

/** Without the payer's key (a bare promise) all but the signature itself is checked. */
async function checkApproval(
  { authorization, counterfoil }: Read,
  { identity }: TakingSituation,
  verify: VerifyEs256,
): Promise<RefusalCode | undefined> {
  const { rpId, origins } = identity;
  const candidates = approvalCandidates(authorization, { rpId, origins });
  if (!candidates.ok) return candidates.refusal.code;
  if (!counterfoil) return undefined;
  for (const { signed, signature } of candidates.value) {
    if (await verify(counterfoil.allowance.point, signed, signature)) return undefined;
  }
  return 'assertion_signature';
}

type Judgement = CounterfoilVerdict | undefined;

/** Made for one sale: it answers this very request of this phone, in time, first, and in full. */
function checkSale(order: Order, situation: TakingSituation): Judgement {
  const { request, sameRequest } = situation;
  if (!request || request.printed) return refused('counterfoil_other_request');
  if (order.authorizedAtS > request.validUntilS + REQUEST_GRACE_S) {
    return refused('request_expired');
  }
  if (request.paid || sameRequest.some(isLive)) return refused('request_already_paid');
  return asksMore(order, situation) ? refused('counterfoil_other_amount') : undefined;
}

function asksMore(order: Order, { request }: TakingSituation): boolean {
  const pricedMinor = order.amountMinor - (order.tipMinor ?? 0n);
  return order.currency !== request?.currency || pricedMinor < (request.amountMinor ?? 1n);
}

function checkRequest(order: Order, situation: TakingSituation): Judgement {
  if (order.once) return checkSale(order, situation);
  if (!situation.request?.printed) return promise('counterfoil_other_request');
  return asksMore(order, situation) ? promise('counterfoil_other_amount') : undefined;
}

/** By the allowance, what was taken of it before, and the time. */
function coverDoubt(
  order: Order,
  { allowance }: Counterfoil,
  situation: TakingSituation,
): RefusalCode | undefined {
  const fault = coverFault(order, allowance);
  if (fault) return fault;
  let drawnMinor = order.amountMinor;
  for (const other of situation.sameAllowance) if (isLive(other)) drawnMinor += other.amountMinor;
  if (drawnMinor > allowance.totalMinor) return 'counterfoil_over_total';
  const presentS = presentMs(situation) / 1000;
  const isEarly = presentS < allowance.validFromS - EARLY_S_MAX;
  if (presentS > order.validUntilS || isEarly) return 'counterfoil_expired';
  const isAhead = order.authorizedAtS > presentS + AHEAD_S_MAX;
  return isAhead || hasClockGoneBack(situation) ? 'clock_doubtful' : undefined;
}

async function judge(
  read: Read,
  situation: TakingSituation,
  verify: VerifyEs256,
): Promise<CounterfoilVerdict> {
  const { authorization, counterfoil } = read;
  const { order } = authorization;
  const elsewhere = checkAddress(order, situation);
  if (elsewhere) return refused(elsewhere);
  const unsigned =
    (counterfoil && (await checkAllowance(counterfoil, situation, verify))) ??
    (await checkApproval(read, situation, verify));
  if (unsigned) return refused(unsigned);
  const asked = checkRequest(order, situation);
  if (asked?.kind === 'refused') return asked;
  if (!counterfoil) return promise('not_guaranteed');
  if (asked) return asked;
  const doubt = coverDoubt(order, counterfoil, situation);
  if (doubt) return promise(doubt);
  return { kind: 'guaranteed', untilS: order.validUntilS };
}

/**
 * In this order. Refused: those of `decodeCounterfoil`, wrong_server, counterfoil_other_payee,
 * counterfoil_seen, server_key_unknown, allowance_altered, assertion_*, counterfoil_other_request,
 * request_expired, request_already_paid, counterfoil_other_amount. A promise:
 * counterfoil_other_request and counterfoil_other_amount (not made for one sale), not_guaranteed,
 * counterfoil_over_cap, _over_total, _over_count, _expired, clock_doubtful.
 */
export async function checkCounterfoil(
  bytes: Bytes,
  situation: TakingSituation,
  verify: VerifyEs256,
): Promise<CounterfoilVerdict> {
  return checkPresented({ kind: 'counterfoil', bytes }, situation, verify);
}

/** The same for either kind; a bare authorization is never more than a promise: not_guaranteed. */
export async function checkPresented(
  presented: Presented,
  situation: TakingSituation,
  verify: VerifyEs256,
): Promise<CounterfoilVerdict> {
  const read = readPresented(presented);
  if (!read.ok) return refused(read.refusal.code);
  return judge(read.value, situation, verify);
}

/** The record to be stored (`WalletStore.take`) of what was judged, where its verdict is no refusal. */
export function takenCounterfoil(
  presented: Presented,
  verdict: Exclude<CounterfoilVerdict, { readonly kind: 'refused' }>,
  takenAtMs: number,
): TakenCounterfoil {
  const read = readPresented(presented);
  assert(read.ok, 'what was judged can be read');
  const { counterfoil } = read.value;
  const taken = takenRecord(counterfoil?.authorizationBytes ?? presented.bytes, {
    takenAtMs,
    guaranteed: verdict.kind === 'guaranteed',
    ...(verdict.kind === 'promise' && { doubt: verdict.code }),
    ...(counterfoil && { allowance: toBase64url(counterfoil.allowance.id) }),
  });
  assert(taken.ok, 'what was judged can be read');
  return taken.value;
}
