/** Owns the English texts of review: who is paid, how much, and the approval. */

export const enReview = {
  'entry.erase': 'Erase last digit',

  'review.title': 'You pay',
  'review.nothing': 'Nothing to pay',
  'review.nothing-text': 'Scan the code of the person you want to pay.',
  'review.scan': 'Scan a code',
  'review.scheme': 'This is a {scheme} code.',
  'review.unnamed': 'A payee without a name',
  'review.amount': 'Amount',
  'review.enter': 'How much?',
  'review.fee': 'Fee',
  'review.fee-percent': 'Fee, {percent} %',
  'review.tip': 'Tip',
  'review.total': 'Total',
  'review.reference': 'Reference',
  'review.purpose': 'For',
  'review.bill': 'Bill',
  'review.tip-ask': 'A tip?',
  'review.tip-none': 'None',
  'review.tip-own': 'Other',
  'review.tip-enter': 'Your tip',
  'review.note': 'Note, for both of you',
  'review.note-add': 'Add a note',
  'review.pay': 'Pay {amount}',
  'review.pay-nothing': 'Pay',
  'review.approving': 'Approve with your fingerprint, face or PIN…',

  'review.name-unchecked': 'Name not checked',
  'review.name-unchecked-text':
    'Nobody has checked this name: anybody can print a code. Compare it with the person you pay.',
  'review.name-verified': 'Verified name',
  'review.name-forged': 'This name is forged. Do not pay.',
  'review.name-forged-text':
    'The code says that the server verified its name. The server never did. Somebody made it to take your money.',
  'review.name-elsewhere': 'You know this name with another account',
  'review.name-elsewhere-text':
    'You paid {account} under this name before. The code may be a swapped one. Ask before you pay.',
  'review.name-confirmed': 'Name known to the server',
  'review.name-different': 'The server knows this payee as {name}',
  'review.name-different-text': 'The code may be a swapped one. Ask before you pay.',
  'review.paid-before': 'You promised {amount} for this code at {time}',
  'review.paid-before-text': 'Pay again only if you owe it twice.',
  'review.paid': 'You have paid this request: {amount} on {moment}',
  'review.paid-text': 'It is not paid twice. Ask for a new code if more is owed.',
  'review.over-asked':
    'Wait for money to arrive, put money in, or ask for a code with a smaller amount.',
  'review.held': '{amount} of your money is set aside',
  'review.held-text': 'No money has moved. To pay with it,',
  'review.held-go': 'stop that on the phone it is for.',
  'review.see-slip': 'See that slip',

  'review.covered': 'Guaranteed, also without a network.',
  'review.uncovered':
    'What is set aside does not cover it: without a network it is a promise only.',
  'review.over-cap':
    'Only up to {cap} at a time is guaranteed. Without a network this is a promise only.',

  'review.offline-untried': 'This phone has not been tried without network',
  'review.offline-cannot': 'This passkey only works online',
  'review.offline-text':
    'The server does not answer now, so this payment has to wait. Your entry is kept.',
  'review.reaching': 'Trying to reach the server…',
} as const;
