/** Owns the rate limits: a token bucket for each network address. */
import { isIP } from 'node:net';
import { createTokenBuckets } from '../token-buckets.ts';

export type RateLimit = {
  /** Takes so many tokens, one unless said: 0 when they were there, else how many milliseconds until they are. */
  take(address: string, nowMs: number, tokens?: number): number;
};

/** What a proxy says of where a request came from need not be an address: all of that counts together. */
const NO_ADDRESS = 'none';

const shortest = (group: string) => Number.parseInt(group, 16).toString(16);

/**
 * One IPv6 customer has 2^64 addresses, so those count together by their /64, however they are
 * written. An IPv4 address written as IPv6 counts as itself.
 */
export function addressKey(address: string): string {
  if (isIP(address) === 0) return NO_ADDRESS;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const behind = tail.split(':').filter((group) => group !== '');
  const zeros = address.includes('::') ? 8 - groups.length - behind.length : 0;
  const all = [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...behind];
  return all.slice(0, 4).map(shortest).join(':');
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
