/** Owns the English texts for trouble: unreadable storage, a broken screen, a wrong address. */

export const enTrouble = {
  'trouble.title': 'Your wallet cannot be read now',
  'trouble.lost': 'There is nothing at this address',
} as const;
