/** Owns keeping purses filled: when to ask the server for an allowance, and what of its answer is believed. */
import { type Allowance, decodeAllowance, validUntilS } from '#protocol/allowance.ts';
import { credentialHint } from '#protocol/authorization.ts';
import { toBase32 } from '#protocol/base32.ts';
import { type Bytes, equalBytes, fromBase64url, toBase64url } from '#protocol/bytes.ts';
import { accept, type Outcome, type RefusalCode, refuse } from '#protocol/refusals.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import type { AllowanceBody, AllowanceGrant } from '#protocol/wire-offline.ts';
import type { Granted, OfflinePurse } from './offline-records.ts';
import type { Payment } from './payment.ts';
import type { AllowanceOffice, Clock, OutboxLock, VerifyEs256, WalletStore } from './ports.ts';
import { presentMs } from './present.ts';
import type { KnownIdentity, WalletState } from './records.ts';

/** What the rule goes by; `promised` are this phone's own payments without a receipt. */
export type PurseSituation = {
  readonly wallet: WalletState;
  readonly identity: KnownIdentity;
  readonly promised: readonly Payment[];
  readonly nowMs: number;
};

/** `ask` for this much, `release` what was granted and is wanted no more, or leave the purse as it is. */
export type PurseStep =
  | { readonly kind: 'ask'; readonly amountMinor: bigint }
  | { readonly kind: 'release' }
  | { readonly kind: 'rest' };

const REST: PurseStep = { kind: 'rest' };

function isOfThisPhone(allowance: Allowance, { wallet, identity }: PurseSituation): boolean {
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

/** What the server has set aside; less than is left here when it has ended that without a word. */
function heldMinor(currency: number, { wallet }: PurseSituation): bigint {
  return wallet.account.balances.find((held) => held.currency === currency)?.heldMinor ?? 0n;
}

/** What a new allowance could hold: all that nobody else has been promised. */
function affordableMinor(
  currency: number,
  leftMinor: bigint,
  { wallet, promised }: PurseSituation,
): bigint {
  const balance = wallet.account.balances.find((held) => held.currency === currency);
  if (!balance) return 0n;
  let minor = balance.amountMinor - balance.heldMinor - balance.owedMinor + leftMinor;
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
 * Asks where nothing is granted, or the server ended it, or less than half of what is wanted is left,
 * or the soft count is reached, or less than half of the hours is left. Where the account cannot give more than is left
 * already it asks for nothing, and never while a covered promise of its own waits.
 */
export function purseStep(purse: OfflinePurse, situation: PurseSituation): PurseStep {
  const { currency, wantedMinor, granted } = purse;
  if (situation.wallet.account.frozen || waitsForCovered(purse, situation)) return REST;
  if (!wantedMinor) return granted ? { kind: 'release' } : REST;
  const known = allowanceOf(purse, situation);
  const unspentMinor = known ? known.totalMinor - (granted?.spentMinor ?? 0n) : 0n;
  const isEnded = unspentMinor > heldMinor(currency, situation);
  const allowance = isEnded ? undefined : known;
  const leftMinor = isEnded ? 0n : unspentMinor;
  const affordable = affordableMinor(currency, leftMinor, situation);
  const amountMinor = affordable < wantedMinor ? affordable : wantedMinor;
  if (amountMinor <= 0n) return REST;
  const isLow = leftMinor * 2n < wantedMinor && amountMinor > leftMinor;
  const isDue = !allowance || !granted || isLow || isWorn(allowance, granted.countSoft, situation);
  return isDue ? { kind: 'ask', amountMinor } : REST;
}

/**
 * Whether the answer is our server's word for what was asked. Refusals: those of `decodeAllowance`,
 * server_key_unknown, allowance_altered, not_guaranteed (another account, device or currency).
 */
export async function checkGrant(
  bytes: Bytes,
  asked: Pick<AllowanceBody, 'currency' | 'firstSeq'>,
  situation: PurseSituation,
  verify: VerifyEs256,
): Promise<Outcome<Allowance>> {
  const decoded = decodeAllowance(bytes);
  if (!decoded.ok) return decoded;
  const { allowance, keyId, signed, signature } = decoded.value;
  const keys: ServerIdentity['keys'] = situation.identity.keys;
  const key = keys.find((known) => equalBytes(known.keyId, keyId));
  if (!key) return refuse('server_key_unknown');
  if (!(await verify(key.point, signed, signature))) return refuse('allowance_altered');
  const isAsked = allowance.currency === asked.currency && allowance.firstSeq <= asked.firstSeq;
  return isAsked && isOfThisPhone(allowance, situation)
    ? accept(allowance)
    : refuse('not_guaranteed', 'an allowance for somebody else');
}

/** A verified grant as it is kept. */
export function grantOf(
  allowance: Allowance,
  { allowance: bytes, countSoft }: AllowanceGrant,
): Omit<Granted, 'spentMinor'> {
  const { totalMinor, validFromS } = allowance;
  const id = toBase64url(allowance.id);
  return { id, totalMinor, validFromS, validUntilS: validUntilS(allowance), bytes, countSoft };
}

export type AllowanceKeeperParts = {
  readonly store: Pick<
    WalletStore,
    'readWallet' | 'readIdentity' | 'readPurses' | 'readPromised' | 'writeGrant' | 'dropGrants'
  >;
  readonly office: AllowanceOffice;
  readonly clock: Clock;
  readonly verify: VerifyEs256;
  /** Another than the outbox's: two tabs must not ask at once, one would end what the other got. */
  readonly lock: OutboxLock;
};

/** What became of one purse: `asked` and `released` changed it; a refusal left it or, if final, emptied it. */
export type KeptPurse = {
  readonly currency: number;
  readonly step: PurseStep['kind'];
  readonly refusal?: RefusalCode;
};

/** These say that the server gives this phone nothing any more: what it gave is ended there too. */
const ENDED: ReadonlySet<RefusalCode> = new Set(['device_frozen', 'allowances_stopped']);

async function askFor(
  { store, office, verify }: AllowanceKeeperParts,
  { currency }: OfflinePurse,
  amountMinor: bigint,
  situation: PurseSituation,
): Promise<Outcome<unknown>> {
  const { device, credentialId, lastSeq } = situation.wallet;
  const body = { device, credentialId, currency, amountMinor, firstSeq: lastSeq + 1 };
  const answer = await office.request(body);
  if (!answer.ok) return answer;
  const allowance = await checkGrant(answer.value.allowance, body, situation, verify);
  if (allowance.ok) await store.writeGrant(currency, grantOf(allowance.value, answer.value));
  return allowance;
}

async function keepPurse(
  parts: AllowanceKeeperParts,
  purse: OfflinePurse,
  situation: PurseSituation,
): Promise<KeptPurse> {
  const { store, office } = parts;
  const { currency } = purse;
  const step = purseStep(purse, situation);
  if (step.kind === 'rest') return { currency, step: 'rest' };
  if (step.kind === 'ask') {
    const asked = await askFor(parts, purse, step.amountMinor, situation);
    if (!asked.ok && ENDED.has(asked.refusal.code)) await store.dropGrants();
    return { currency, step: 'ask', ...(!asked.ok && { refusal: asked.refusal.code }) };
  }
  const { device } = situation.wallet;
  const released = await office.release({ device, currency });
  if (released.ok) await store.dropGrants(currency);
  return { currency, step: 'release', ...(!released.ok && { refusal: released.refusal.code }) };
}

async function keepAll(parts: AllowanceKeeperParts): Promise<KeptPurse[]> {
  const { store, clock } = parts;
  const kept: KeptPurse[] = [];
  for (const { currency } of await store.readPurses()) {
    // Read again for each: an answer takes its time, and a person may pay meanwhile.
    const wallet = await store.readWallet();
    const identity = await store.readIdentity();
    const purses = await store.readPurses();
    const promised = await store.readPromised();
    const purse = purses.find((other) => other.currency === currency);
    if (!wallet || !identity || !purse) continue;
    const situation = { wallet, identity, promised, nowMs: clock.nowMs() };
    kept.push(await keepPurse(parts, purse, situation));
  }
  return kept;
}

export type AllowanceKeeper = {
  /** After each refresh of the account and each drain that settled something. Throws `StoreFault` alone. */
  keep(): Promise<readonly KeptPurse[]>;
};

/** A call during another shares its end: what it would have asked for is being asked for. */
export function createAllowanceKeeper(parts: AllowanceKeeperParts): AllowanceKeeper {
  let running: Promise<readonly KeptPurse[]> | undefined;
  return {
    keep() {
      running ??= parts.lock
        .run(() => keepAll(parts))
        .finally(() => {
          running = undefined;
        });
      return running;
    },
  };
}
