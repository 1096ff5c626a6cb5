/** Owns the English texts of the slip: one payment's state as it changes, and what to do next. */

export const enSlip = {
  'slip.title': 'Slip',
  'slip.missing': 'This slip is not on this phone',
  'slip.missing-text': 'It was made on another phone, or the address is wrong.',
  'slip.made': 'Promised',
  'slip.number': 'Number',
  'slip.note': 'Note',
  'slip.tip': 'Tip in it',
  'slip.fee': 'Fee in it',

  'slip.promised': 'Promised, not paid yet',
  'slip.promised-here':
    'Signed and kept on this phone. It leaves by itself as soon as there is a network.',
  'slip.promised-sent':
    'Sending was tried. It may have reached the server, whose receipt is awaited.',
  'slip.promised-quarantine': 'The server did not take it. It stays here and is offered again.',
  'slip.accepted': 'Paid',
  'slip.accepted-text': 'The server signed the receipt on {moment}. The payee has the money.',
  'slip.refused': 'Refused, not paid',
  'slip.expired': 'Too late, not paid',
  'slip.cancelled': 'Withdrawn, not paid',
  'slip.cancelled-text':
    'You took this promise back before anybody else saw it. No money has moved.',
  'slip.contradiction':
    'The server has signed two different verdicts for this payment. The first one stands; both are kept. Tell support.',

  'slip.said-accepted': 'Paid. {amount} to {name}.',
  'slip.said-not-paid': 'Not paid. {what}',

  'slip.cancel': 'Take it back',
  'slip.cancel-ask': 'Take this promise back?',
  'slip.cancel-text':
    'Nobody else has seen it yet. If you owe the money, you will have to pay again.',
  'slip.cancel-yes': 'Yes, take it back',
  'slip.cancel-no': 'Keep it',
  'slip.now': 'Send now',
  'slip.no-answer':
    'Tried at {time}: no answer. It stays on this phone, which tries again by itself.',
  'slip.not-taken':
    'Tried at {time}: not taken by the server yet. It stays on this phone, which tries again by itself.',
  'slip.show': 'Show as code',
  'slip.guaranteed': 'Show to the payee',
  'slip.guaranteed-title': 'Let them scan this',
  'slip.guaranteed-text':
    'When their phone says “Guaranteed”, you are done. It cannot be taken back now.',
  'slip.guaranteed-label': 'Your payment as a QR code, with its guarantee',
  'slip.promised-shown':
    'Guaranteed. Whichever phone meets a network first brings it to the server, whose receipt is awaited.',
  'slip.promised-tried':
    'Sending was tried, and it may have reached the server. Show it to the payee: they need no network.',
  'slip.promised-handed':
    'Handed over. This phone, or whoever has it, brings it to the server, whose receipt is awaited.',
  'slip.promised-covered':
    'Signed and kept on this phone, with money set aside for it. Show it to the payee: they need no network.',
  'slip.show-title': 'Let them carry it',
  'slip.show-text':
    'The payee scans this with their wallet and brings it to the server. After this it cannot be taken back.',
  'slip.show-label': 'Your promise as a QR code',
  'slip.story': 'Receipt and details',
} as const;
