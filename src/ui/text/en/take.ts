/** Owns the English texts of taking a payment without a network, and of what was taken. */

export const enTake = {
  'take.checking': 'Checking the payment…',
  'take.guaranteed': 'Guaranteed',
  'take.kept': 'Kept, not guaranteed',
  'take.promise': 'A promise, not guaranteed',
  'take.promise-text': 'If you keep it, this phone sends it.',
  'take.refused': 'Not taken',
  'take.not-kept': 'Nothing of it was kept on this phone.',
  'take.seen': 'Taken before',
  'take.seen-text': 'This payment is kept on this phone already. It counts once.',
  'take.seen-next': 'Hand over nothing more for it; ask for a new payment if more is owed.',
  'take.keep': 'Keep it anyway',
  'take.again': 'Scan again',
  'take.said': 'Guaranteed: {amount}, until {moment}',

  'taken.title': 'Payment taken',
  'taken.missing': 'This payment is not on this phone',
  'taken.until': 'Until {moment}.',
  'taken.guaranteed-text':
    'Checked and kept on this phone, which sends it by itself with the next network. It must reach the server by then.',
  'taken.doubted-text':
    'Kept on this phone, which sends it with the next network. It must reach the server by {moment}.',
  'taken.paid-text': 'The server signed the receipt on {moment}. You have the money.',
  'taken.waiting': 'Guaranteed, not paid yet',
  'taken.waiting-doubted': 'Promised, not guaranteed',
  'taken.paid': 'Paid',
  'taken.not-paid': 'Not paid',
  'taken.when': 'Taken',
  'taken.good-until': 'Good until',
  'taken.request': 'Your request',
  'taken.look': 'Show it',
  'taken.number': 'Slip of their phone',

  'taken.why-payment_expired': 'It reached the server after its last date. No money has moved.',
  'taken.why-insufficient_funds': 'The payer’s balance did not cover it. No money has moved.',
  'taken.why-currency_not_held': 'The payer holds no money in this currency. No money has moved.',
  'taken.why-allowance_overspent':
    'The payer promised more than was set aside, and the guarantee for it is used up. No money has moved.',
  'taken.why-payer_frozen': 'The payer’s wallet is frozen. No money has moved.',
  'taken.why-payee_frozen': 'Your wallet is frozen. No money has moved.',
  'taken.why-request_already_paid':
    'Your request was paid by another payment. This one moved no money.',
  'taken.why-counterfoil_other_request': 'It answers no request of this phone.',
  'taken.why-counterfoil_other_amount': 'It is not of the amount your code asks for.',
  'taken.why-next': 'Ask the payer to pay again, or in another way.',

  'list.checking': 'Reading line {place} of {count}…',
  'list.summary': { one: '{count} line read', other: '{count} lines read' },
  'list.taken': 'Guaranteed, kept here',
  'list.promise': 'A promise to you. Scan it alone to keep it.',
  'list.silence': 'No answer. Try again with network.',
  'list.known': 'On this phone already',
} as const;
