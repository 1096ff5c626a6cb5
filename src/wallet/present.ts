/** Owns what time it is, by the server's word and what this phone's clock has counted since. */
import type { KnownIdentity } from './records.ts';

type Moment = { readonly nowMs: number; readonly identity: KnownIdentity };

/** The clock says earlier than when the server was last heard: nothing can be counted with it. */
export function hasClockGoneBack({ nowMs, identity }: Moment): boolean {
  return nowMs < (identity.readAtMs ?? identity.nowMs);
}

/**
 * A clock that is off by years still counts hours, so only what it counted is believed. When it has
 * gone back, and for what was read before clocks were compared: never before the server's own word.
 */
export function presentMs(moment: Moment): number {
  const { nowMs, identity } = moment;
  if (identity.readAtMs !== undefined && !hasClockGoneBack(moment)) {
    return identity.nowMs + (nowMs - identity.readAtMs);
  }
  return identity.nowMs > nowMs ? identity.nowMs : nowMs;
}
