/** Owns the device's own clock and chance. */
import type { Clock, Random } from '#wallet/ports.ts';

export const systemClock: Clock = { nowMs: () => Date.now() };

export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  fraction: () => Math.random(),
};
