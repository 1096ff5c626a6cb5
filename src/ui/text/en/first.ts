/** Owns the English texts of the first screens: all that welcome and home say. Small on purpose. */

export const enFirst = {
  'app.name': 'Counterfoil',
  'app.skip': 'Skip to content',

  'welcome.title': 'Pay now.',
  'welcome.title-later': 'The network can come later.',
  'welcome.lead':
    'A wallet that pays by scanning a code and touching your phone. With no network it promises, signs and delivers later.',
  'welcome.open': 'Open a wallet',
  'welcome.sign-in': 'I have a wallet already',
  'welcome.asked': 'Somebody asks you to pay. Open a wallet first; the request waits for you.',
  'welcome.half-pay': 'Your half',
  'welcome.half-receive': 'Their half',
  'welcome.language': 'Language',

  'home.title': 'Your money',
  'home.balance': 'Balance',
  'home.as-of': 'as of {moment}',
  'home.left': 'Left to spend',
  'home.of': 'Balance {balance}, promised {promised}',
  'home.stamp': 'Play money',
  'home.actions': 'Pay or get paid',
  'home.pay': 'Pay',
  'home.pay-hint': 'Scan a code',
  'home.receive': 'Get paid',
  'home.receive-hint': 'Show a code',
  'home.newest': 'Newest',
  'home.everything': 'All activity',
  'home.nothing': 'Nothing yet. Your first slip will stand here.',
  'home.settings': 'Settings',
  'home.aside': 'The server did not take one of your promises.',
  'home.look': 'Have a look',
  'home.damaged': 'Some records on this phone cannot be read.',
  'home.signed-out': 'Sign in again to see new money. Paying still works.',
  'home.sign-in': 'Sign in',
  'home.draft': 'You had begun a payment.',
  'home.update': 'A new version of the app is here.',
  'home.update-take': 'Use it',
  'home.install': 'Keep the wallet on your home screen.',
  'home.install-go': 'Install',
  'home.cannot-pay-offline':
    'Not tried offline yet. Try it once so that you can pay without network.',
  'home.rehearse': 'Try it now',

  'connection.reached': 'Reached the server at {time}',
  'connection.trying': 'Trying to reach the server…',
  'connection.silent': 'No answer since {time}',
  'connection.never': 'The server has not answered yet',

  'entry.to': 'To {name}',
  'entry.from': 'From {name}',
  'entry.issue': 'Money put in',
  'entry.unnamed': 'Account {account}',

  'state.promised': 'Promised',
  'state.accepted': 'Accepted',
  'state.refused': 'Refused',
  'state.expired': 'Expired',
  'state.cancelled': 'Cancelled',
  'state.received': 'Received',

  'day.today': 'Today',
  'day.yesterday': 'Yesterday',

  'action.back': 'Back',
  'action.close': 'Close',
  'action.retry': 'Try again',
  'action.later': 'Later',
  'action.continue': 'Continue',
  'action.done': 'Done',

  'fault.title': 'Something in the app broke',
  'fault.text':
    'Your money and your promises are safe: they are stored apart from this screen. Open the app again.',
  'fault.again': 'Open again',

  'part.loading': 'One moment…',
  'part.missing': 'This part of the app is not on this phone yet. It needs the network once.',
} as const;
