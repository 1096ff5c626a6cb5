/** Owns the English texts of: payment-story. */

export const enPaymentStory = {
  'story.steps': 'What happened',
  'story.approved': 'You approved it',
  'story.kept': 'Kept safe on this phone',
  'story.sent': 'Sending was tried',
  'story.handed': 'Handed over',
  'story.arrived': 'Reached the server',
  'story.leaves': 'Leaves by itself with the next network',
  'story.not-taken': 'The server did not take it',
  'story.awaited': 'The server’s receipt is awaited',
  'story.until': 'Good until {moment}',
  'story.accepted': 'The server settled it',
  'story.refused': 'The server refused it',
  'story.expired': 'It came too late',
  'story.cancelled': 'You took it back before anybody saw it',

  'story.receipt': 'Receipt',
  'story.show': 'Show it',
  'story.share': 'Share',
  'story.receipt-label': 'The receipt as a QR code',
  'story.receipt-text':
    'Anybody can scan it with this app, with no wallet and no network, and check the server’s signature.',
  'story.promise': 'Promise',
  'story.promise-text':
    'As text, for a message. Whoever gets it can bring it to the server, once. After this it cannot be taken back.',
  'story.share-promise': 'Share the promise',

  'story.facts': 'Details',
  'story.restored':
    'The payment server was restored from a backup. This phone is giving it the receipt again.',
  'story.tip': 'Tip in it',
  'story.fee': 'Fee in it',
  'story.purpose': 'For',
  'story.reference': 'Reference',
  'story.bill': 'Bill',
  'story.good-until': 'Good until',
  'story.transfer': 'Entry in the ledger',
  'story.device': 'Phone',
  'story.device-seq': 'no. {device}, slip {seq}',
  'story.payee-account': 'Payee’s account',
  'story.account': 'Account',
  'story.asked': 'You asked for',
  'story.shown': 'Code shown',
  'story.balance': 'Balance then',
  'story.copy': 'Copy: {what}',
  'story.damaged': 'The signed bytes on this phone are damaged. The rest is as it was kept.',
} as const;
