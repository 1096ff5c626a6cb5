/** Owns keeping purses filled: asking the server for allowances, and what of its answers is believed. */
import { type Allowance, decodeAllowance } from '#protocol/allowance.ts';
import { type Bytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import { FIRST_EPOCH } from '#protocol/epoch.ts';
import { accept, type Outcome, type RefusalCode, refuse } from '#protocol/refusals.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import type { AllowanceBody, AllowanceGrant } from '#protocol/wire-offline.ts';
import type { Granted, OfflinePurse } from './offline-records.ts';
import type { AllowanceOffice, Clock, OutboxLock, VerifyEs256, WalletStore } from './ports.ts';
import {
  isOfThisPhone,
  leftOf,
  mustWait,
  type PurseSituation,
  type PurseStep,
  purseStep,
} from './purse-step.ts';

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
  const { id, validFromS } = allowance;
  return { id: toBase64url(id), validFromS, bytes, countSoft };
}

export type AllowanceKeeperParts = {
  readonly store: Pick<
    WalletStore,
    'readWallet' | 'readIdentity' | 'readPurses' | 'readPromised' | 'writeGrant' | 'dropGrants'
  >;
  readonly office: AllowanceOffice;
  readonly clock: Clock;
  readonly verify: VerifyEs256;
  /** Reads the server's keys anew and keeps them; undefined when it does not answer. */
  freshKeys(): Promise<ServerIdentity | undefined>;
  /** Has the relay bring back what it can; the epoch in which it has done so once, if not the first. */
  reofferedEpoch(): Promise<number | undefined>;
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
const ENDED: ReadonlySet<RefusalCode> = new Set([
  'device_frozen',
  'device_behind',
  'allowances_stopped',
]);

/** The server may have a new key since its keys were read. It may not become another server. */
async function believeGrant(
  { verify, freshKeys }: AllowanceKeeperParts,
  bytes: Bytes,
  asked: AllowanceBody,
  situation: PurseSituation,
): Promise<Outcome<Allowance>> {
  const checked = await checkGrant(bytes, asked, situation, verify);
  if (checked.ok || checked.refusal.code !== 'server_key_unknown') return checked;
  const identity = await freshKeys();
  const isSame = identity && equalBytes(identity.server, situation.identity.server);
  return isSame ? checkGrant(bytes, asked, { ...situation, identity }, verify) : checked;
}

async function askFor(
  parts: AllowanceKeeperParts,
  { currency, granted }: OfflinePurse,
  amountMinor: bigint,
  situation: PurseSituation,
): Promise<Outcome<unknown>> {
  const { device, credentialId, lastSeq } = situation.wallet;
  const body = { device, credentialId, currency, amountMinor, firstSeq: lastSeq + 1 };
  const { store, office } = parts;
  const answer = await office.request(body);
  if (!answer.ok) return answer;
  const allowance = await believeGrant(parts, answer.value.allowance, body, situation);
  if (allowance.ok) {
    await store.writeGrant(currency, grantOf(allowance.value, answer.value), granted);
  }
  return allowance;
}

/**
 * Where the balance says that as much is set aside as is left here, that is it. Else another device
 * has some, or the answer to an earlier call was lost, or this device was reported lost: then asks.
 */
async function lookAtServer(
  { office }: AllowanceKeeperParts,
  purse: OfflinePurse,
  situation: PurseSituation,
): Promise<PurseSituation> {
  const { account, device } = situation.wallet;
  const balance = account.balances.find(({ currency }) => currency === purse.currency);
  const isAgreed = (balance?.heldMinor ?? 0n) === leftOf(purse, situation);
  if (isAgreed || mustWait(purse, situation)) return situation;
  const open = await office.readOpen(device);
  return open.ok ? { ...situation, open: open.value } : situation;
}

/** A grant that has ended at the server would still be paid, by what was not set aside for it. */
async function withoutEnded(
  { store }: AllowanceKeeperParts,
  purse: OfflinePurse,
  { open }: PurseSituation,
): Promise<OfflinePurse> {
  const { granted, ...ungranted } = purse;
  if (!open || !granted || open.some(({ id }) => id === granted.id)) return purse;
  await store.dropGrants(purse.currency);
  return ungranted;
}

async function keepPurse(
  parts: AllowanceKeeperParts,
  kept: OfflinePurse,
  known: PurseSituation,
): Promise<KeptPurse> {
  const situation = await lookAtServer(parts, kept, known);
  const purse = await withoutEnded(parts, kept, situation);
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

/**
 * A restored server may hold for an allowance what this phone paid under it long ago. What ends that
 * allowance before the receipt was brought back would take the money away from under the payment.
 */
async function isBroughtBack({ store, reofferedEpoch }: AllowanceKeeperParts): Promise<boolean> {
  const epoch = (await store.readIdentity())?.epoch ?? FIRST_EPOCH;
  return epoch <= FIRST_EPOCH || ((await reofferedEpoch()) ?? FIRST_EPOCH) >= epoch;
}

async function keepAll(parts: AllowanceKeeperParts): Promise<KeptPurse[]> {
  const { store, clock } = parts;
  const kept: KeptPurse[] = [];
  if (!(await isBroughtBack(parts))) {
    return (await store.readPurses()).map(({ currency }) => ({ currency, step: 'rest' }));
  }
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
