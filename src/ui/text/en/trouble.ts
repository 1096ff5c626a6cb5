/** Owns the English texts for trouble: unreadable storage, a wrong address. */

export const enTrouble = {
  'trouble.title': 'Your wallet cannot be read now',
  'trouble.blocked':
    'Another tab of this wallet is in the way. Close all of them and open it again.',
  'trouble.safe':
    'Until it can be read this app changes nothing and promises nothing. Money at the server is not touched by this.',
  'trouble.spares': {
    one: '{count} payment that waits has a second copy',
    other: '{count} payments that wait have second copies',
  },
  'trouble.lost': 'There is nothing here',
  'trouble.lost-text': 'The address may be cut or old. Nothing has happened.',
  'trouble.home': 'To the wallet',
} as const;
