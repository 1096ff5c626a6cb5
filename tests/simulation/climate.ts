// How often each thing happens in a world: every world has a climate of its own.
import type { Seeded } from './seeded.ts';

const USUAL = {
  'go on': 130,
  pay: 30,
  ask: 12,
  hint: 12,
  cancel: 4,
  refresh: 5,
  'show a counterfoil': 12,
  'look at a counterfoil': 20,
  mirror: 3,
  crash: 6,
  'lose power': 4,
  'deliver late': 3,
  'change the weather': 6,
  'change a disk': 3,
  'let time pass': 5,
  'wake timers': 1,
  'lose a phone': 0.08,
  'revoke a passkey': 0.06,
  'wipe a phone': 0.12,
  'copy a phone': 0.08,
  'set a clock': 0.4,
  'back up': 0.4,
  restore: 0.15,
};

export type Action = keyof typeof USUAL;
export type Climate = Readonly<Record<Action, number>>;

/** Most of what happens in every world; the rest is what most worlds have no time for. */
const EVERYWHERE: ReadonlySet<Action> = new Set(['go on', 'pay', 'ask', 'hint']);

/**
 * What is rare in most worlds is common in some, and never happens in others: some bugs need a thing many
 * times, or without what usually comes with it (Groce et al., Swarm Testing, 2012).
 */
export function climateOf(chance: Seeded): Climate {
  const entries = Object.entries(USUAL) as [Action, number][];
  const weights = entries.map(([action, weight]) => {
    const factor = EVERYWHERE.has(action) ? 1 : chance.pick([0, 0.5, 1, 1, 2, 8]);
    return [action, weight * factor];
  });
  return Object.fromEntries(weights);
}
