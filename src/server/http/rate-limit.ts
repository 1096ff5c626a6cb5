/** Owns the rate limits: a token bucket for each network address, in the memory of this process. */

export type RateLimit = {
  /** Takes one token: 0 when it was there, else how many milliseconds until one is. */
  take(address: string, nowMs: number): number;
};

type Bucket = { tokens: number; atMs: number };

/** Beyond this many addresses the longest unused are forgotten, so that memory has a bound. */
const ADDRESSES_MAX = 20_000;

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
  // A map remembers the order of insertion: taken out and put in again, the first is the oldest.
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / 60_000;
  return {
    take(address, nowMs) {
      const key = addressKey(address);
      const bucket = buckets.get(key) ?? { tokens: perMinute, atMs: nowMs };
      const elapsedMs = Math.max(0, nowMs - bucket.atMs);
      const tokens = Math.min(perMinute, bucket.tokens + elapsedMs * perMs);
      const granted = tokens >= 1;
      buckets.delete(key);
      buckets.set(key, { tokens: granted ? tokens - 1 : tokens, atMs: nowMs });
      if (buckets.size > ADDRESSES_MAX) buckets.delete(buckets.keys().next().value ?? '');
      return granted ? 0 : Math.ceil((1 - tokens) / perMs);
    },
  };
}
