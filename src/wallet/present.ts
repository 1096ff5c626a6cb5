/** Owns what time it is, by the server's word and what this phone's clock has counted since. */
import type { KnownIdentity } from './records.ts';

type Moment = { readonly nowMs: number; readonly identity: KnownIdentity };

/** The clock says earlier than when the server was last heard: nothing can be counted with it. */
export function hasClockGoneBack({ nowMs, identity }: Moment): boolean {
  return nowMs < (identity.readAtMs ?? identity.nowMs);
}

/** A clock that was set right shows a moment soon after the server's; one that is off by years does not. */
const SOON_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * A clock that is off by years still counts hours, so only what it counted is believed. Where it has
 * gone back, it is believed if it was likely set right; else it is the moment of the server's last word.
 */
export function presentMs(moment: Moment): number {
  const { nowMs, identity } = moment;
  const { readAtMs } = identity;
  // Read before clocks were compared.
  if (readAtMs === undefined) return identity.nowMs > nowMs ? identity.nowMs : nowMs;
  if (!hasClockGoneBack(moment)) return identity.nowMs + (nowMs - readAtMs);
  const sinceMs = nowMs - identity.nowMs;
  return sinceMs >= 0 && sinceMs < SOON_MS ? nowMs : identity.nowMs;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Whether a wrong clock may be why nothing answers: certificates are judged by it, and a connection
 * that they fail looks like no network (F49). `heardAtMs` is when, by this same clock, the server was
 * last heard.
 */
export function isClockDoubtful(nowMs: number, heardAtMs: number): boolean {
  const sinceMs = nowMs - heardAtMs;
  return sinceMs < -DAY_MS || sinceMs > SOON_MS;
}
