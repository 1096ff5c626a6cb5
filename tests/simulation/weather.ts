// What a network may do to an upload, and how often, in each weather.
import type { Bytes } from '#protocol/bytes.ts';
import type { Seeded } from './seeded.ts';

export type Fate =
  | 'delivered'
  | 'lost on the way'
  | 'answer lost'
  | 'delivered twice'
  | 'delivered late'
  | 'request bent'
  | 'answer bent'
  | 'answer cut'
  | 'answer of another'
  | 'portal'
  | 'busy'
  | 'server dies'
  | 'connection cut';

export type Mood = Readonly<Record<Fate, number>>;

export const HEALED: Mood = {
  delivered: 20,
  'lost on the way': 0,
  'answer lost': 0,
  'delivered twice': 2,
  'delivered late': 0,
  'request bent': 0,
  'answer bent': 0,
  'answer cut': 0,
  'answer of another': 0,
  portal: 0,
  busy: 0,
  'server dies': 0,
  'connection cut': 0,
};

export const CALM: Mood = { ...HEALED, 'lost on the way': 1, 'answer lost': 1, 'server dies': 1 };

export const WILD: Mood = {
  delivered: 4,
  'lost on the way': 2,
  'answer lost': 3,
  'delivered twice': 2,
  'delivered late': 2,
  'request bent': 3,
  'answer bent': 1,
  'answer cut': 1,
  'answer of another': 1,
  portal: 1,
  busy: 1,
  'server dies': 2,
  'connection cut': 2,
};

const NOTHING: Mood = { ...HEALED, delivered: 0, 'delivered twice': 0 };
export const DEAD: Mood = { ...NOTHING, 'lost on the way': 9 };
export const PORTAL: Mood = { ...NOTHING, delivered: 1, portal: 9 };
export const MOODS = { CALM, WILD, DEAD, PORTAL };

/** One bit of it is another. */
export function bent(bytes: Bytes, chance: Seeded): Bytes {
  const copy = bytes.slice();
  const at = chance.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
  return copy;
}
