/** Owns the rate limits: a token bucket for each network address. */
import { createTokenBuckets } from '../token-buckets.ts';

export type RateLimit = {
  /** Takes so many tokens, one unless said: 0 when they were there, else how many milliseconds until they are. */
  take(address: string, nowMs: number, tokens?: number): number;
};

/**
 * One IPv6 customer has 2^64 addresses, so those count together by their /64.
 * An IPv4 address written as IPv6 counts as itself.
 */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const behind = tail.split(':').filter((group) => group !== '');
  const zeros = address.includes('::') ? 8 - groups.length - behind.length : 0;
  const all = [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...behind];
  return all.slice(0, 4).join(':');
}

/** `perMinute` tokens come back in a minute, and as many can be spent at once. */
export function createRateLimit(perMinute: number): RateLimit {
  const buckets = createTokenBuckets(perMinute);
  return {
    take(address, nowMs, tokens = 1) {
      const key = addressKey(address);
      const waitMs = buckets.waitMs(key, nowMs, tokens);
      if (waitMs === 0) buckets.spend(key, nowMs, tokens);
      return waitMs;
    },
  };
}
