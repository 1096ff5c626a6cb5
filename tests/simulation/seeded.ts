// Chance that a number decides: the same seed is the same run.
import type { Bytes } from '#protocol/bytes.ts';
import type { Random } from '#wallet/ports.ts';

export type Seeded = Random & {
  /** Whole, from 0 to `limit` − 1. */
  below(limit: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** One of the names, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
};

/** Chance that begins anew at each step: a step that is left out changes nothing for the others. */
export type Turning = Seeded & {
  turn(step: number): void;
  /** One of them, chosen by name: whoever else is there makes no difference among those who stay. */
  steady<T>(list: readonly T[], nameOf: (item: T) => string): T;
};

/** One well-mixed number of two. */
function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

function hashOf(text: string, salt: number): number {
  let h = salt;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h, salt);
}

function seededBy(fraction: () => number): Seeded {
  const below = (limit: number) => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    bytes: (length): Bytes => Uint8Array.from({ length }, () => below(256)),
    chance: (share) => fraction() < share,
    pick(list) {
      const item = list[below(list.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
    weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
      const entries = Object.entries(weights) as [K, number][];
      let left = fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) {
        left -= weight;
        if (left < 0) return name;
      }
      throw new RangeError('weights without weight');
    },
  };
}

/** mulberry32, from where the state says. */
function createFraction(state: { value: number }): () => number {
  return () => {
    state.value = (state.value + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state.value ^ (state.value >>> 15), 1 | state.value);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const createSeeded = (seed: number): Seeded =>
  seededBy(createFraction({ value: seed >>> 0 }));

export function createTurning(seed: number): Turning {
  const state = { value: mix(seed, 0) };
  const seeded = seededBy(createFraction(state));
  return {
    ...seeded,
    turn(step) {
      state.value = mix(seed, step);
    },
    steady(list, nameOf) {
      const salt = seeded.below(2 ** 32);
      let best = list[0];
      let most = -1;
      for (const item of list) {
        const rank = hashOf(nameOf(item), salt);
        if (rank <= most) continue;
        most = rank;
        best = item;
      }
      if (best === undefined) throw new RangeError('nothing to choose from');
      return best;
    },
  };
}
