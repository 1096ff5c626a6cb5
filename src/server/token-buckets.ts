/** Owns token buckets by name, in the memory of this process: who was quick has to wait. */

export type TokenBuckets = {
  /** How many milliseconds until so many tokens are there; 0 when they are. Takes nothing. */
  waitMs(name: string, nowMs: number, tokens: number): number;
  /** Takes them, also where there are fewer: then the bucket is in debt. */
  spend(name: string, nowMs: number, tokens: number): void;
};

type Bucket = { readonly tokens: number; readonly atMs: number };

/** Beyond this many the longest unused are forgotten, so that memory has a bound. */
const BUCKETS_MAX = 20_000;

/** `perMinute` tokens come back in a minute, and as many can be spent at once. */
export function createTokenBuckets(perMinute: number): TokenBuckets {
  // A map remembers the order of insertion: taken out and put in again, the first is the oldest.
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / 60_000;

  function tokensOf(name: string, nowMs: number): number {
    const bucket = buckets.get(name);
    if (!bucket) return perMinute;
    const { tokens, atMs } = bucket;
    if (nowMs >= atMs) return Math.min(perMinute, tokens + (nowMs - atMs) * perMs);
    // The clock was put back: from now on, not from when it comes here again.
    buckets.set(name, { tokens, atMs: nowMs });
    return tokens;
  }

  return {
    waitMs(name, nowMs, tokens) {
      // What is more than a full bucket would otherwise wait for ever.
      const missing = Math.min(tokens, perMinute) - tokensOf(name, nowMs);
      return missing > 0 ? Math.ceil(missing / perMs) : 0;
    },
    spend(name, nowMs, tokens) {
      const left = tokensOf(name, nowMs) - tokens;
      buckets.delete(name);
      buckets.set(name, { tokens: left, atMs: nowMs });
      if (buckets.size > BUCKETS_MAX) buckets.delete(buckets.keys().next().value ?? '');
    },
  };
}
