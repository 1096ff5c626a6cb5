/** Owns how many live streams may be open: of one address, and of all together. */
import type { Refusal } from '#protocol/refusals.ts';

export type StreamLimit = {
  /** Counts one more, unless it answers why not. */
  enter(address: string): Refusal | undefined;
  leave(address: string): void;
};

export function createStreamLimit(max: number, perAddressMax: number): StreamLimit {
  const open = new Map<string, number>();
  let total = 0;
  return {
    enter(address) {
      const count = open.get(address) ?? 0;
      if (count >= perAddressMax) return { code: 'too_many_requests' };
      if (total >= max) return { code: 'overloaded' };
      open.set(address, count + 1);
      total++;
      return undefined;
    },
    leave(address) {
      const rest = (open.get(address) ?? 1) - 1;
      if (rest > 0) open.set(address, rest);
      else open.delete(address);
      total--;
    },
  };
}
