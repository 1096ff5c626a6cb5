/** Owns the English texts of: receive. */

export const enReceive = {
  'receive.title': 'Get paid',
  'receive.amount': 'How much?',
  'receive.currency': 'Currency',
  'receive.add-note': 'Add what it is for',
  'receive.note': 'For',
  'receive.show': 'Show the code',
  'receive.open-amount': 'They choose the amount',
  'receive.print': 'Print a code',

  'receive.shown-title': 'Let them scan this',
  'receive.shown-said': 'The code for {amount} is shown',
  'receive.any-amount': 'Any amount',
  'receive.qr-label': 'QR code that asks for {amount}',
  'receive.share': 'Send as a link',
  'receive.waiting': 'Waiting. “Paid” appears here by itself.',
  'receive.silent': 'No answer since {time}.',
  'receive.never': 'The server has not answered yet.',
  'receive.silent-next': 'No network needed: let them scan this, then scan their phone’s code.',
  'receive.scan': 'Scan their payment',
  'receive.until': 'Good until {time}.',
  'receive.bright': 'Make your screen bright.',
  'receive.expired': 'This code is too old to be paid',
  'receive.expired-next':
    'If they approved in time, scan their phone’s code. What comes by itself stands in your activity.',
  'receive.again': 'Make a new code',

  'receive.paid': 'Paid',
  'receive.paid-said': 'Paid: {amount} from {name}',
  'receive.from': 'From {name}',
  'receive.somebody': 'somebody',
  'receive.tip': 'Tip in it',
  'receive.when': 'When',
  'receive.next': 'Next payment',
  'receive.story': 'Everything about it',
  'receive.not-as-asked': 'This is not what you asked for',
  'receive.not-as-asked-text': 'You asked for {asked}; {came} came.',

  'share.copied': 'Copied',
  'share.failed': 'This phone cannot share it. Copy the text yourself.',
} as const;
