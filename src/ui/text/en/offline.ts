/** Owns the English texts of paying without a network, of devices, and of keeping what waits. */

export const enOffline = {
  'offline.title': 'Paying without a network',
  'offline.settings':
    'Set money aside, so that payees know it is there while you both have no network.',
  'offline.open': 'Money set aside, my devices',
  'offline.left': 'left of {total}',
  'offline.until': 'Until {moment}. At most {cap} at a time.',
  'offline.nothing': 'Nothing is set aside.',
  'offline.asking': '{amount} will be set aside as soon as the server answers.',
  'offline.ending': 'You stopped it. What is not spent returns as soon as the server answers.',
  'offline.choose': 'Set money aside',
  'offline.change': 'Change',
  'offline.stop': 'Stop',
  'offline.how-much': 'How much to set aside?',
  'offline.most':
    'Up to {max}, and {cap} in one payment. It stays yours, and is filled up by itself when you have network.',
  'offline.set': 'Set {amount} aside',
  'offline.set-nothing': 'Set aside',
  'offline.done': '{amount} is to be set aside',
  'offline.stopped': 'Nothing is set aside any more',
  'offline.pay': 'Back to the payment you began',
  'offline.how': 'How it works',
  'offline.how-1':
    'The server keeps this money for this phone alone. A payee’s phone sees that and says “guaranteed”, with no network on either side.',
  'offline.how-2':
    'It is good for {days} days and {countMax} payments. After {countSoft} the wallet looks for a network and fills it up.',
  'offline.how-3':
    'What is not spent returns when you stop it, and by itself {grace} days after its end.',
  'offline.no-terms': 'The operator’s limits are not known without network.',
  'offline.owed-title': 'You owe {amounts} to the operator',
  'offline.owed-text':
    'This account promised more than it had, and the operator paid in your place. The next money that comes in pays it back.',

  'devices.title': 'My devices',
  'devices.unknown': 'The list comes from the server. It cannot be read without network.',
  'devices.this': 'This phone, no. {device}',
  'devices.since': 'No. {device}, since {moment}',
  'devices.holds': '{amounts} set aside',
  'devices.frozen': 'Reported lost',
  'devices.missing': {
    one: '{count} payment approved on it has not arrived. It was taken back, still waits there, or is lost with it.',
    other:
      '{count} payments approved on it have not arrived. They were taken back, still wait there, or are lost with it.',
  },
  'devices.unnamed': 'Device {device}',
  'devices.lost': 'I lost this phone',
  'devices.lost-ask': 'Is it lost: {name}, no. {device}?',
  'devices.lost-pays': 'This does not block it: whoever can unlock it can still pay.',
  'devices.lost-pays-next':
    'Tell support at once. They can switch its passkey off, or freeze your wallet.',
  'devices.lost-returns': 'What is set aside for it and not spent returns to you at once.',
  'devices.lost-comes': 'What it promised before is still paid: the payees could not know.',
  'devices.lost-yes': 'Yes, it is lost',
  'devices.lost-no': 'No, I have it',
  'devices.lost-done':
    'Reported lost. What was not spent is yours again. Ask support to switch its passkey off.',

  'keep.title': 'Save what waits',
  'keep.lead':
    'These payments have no receipt yet. Save a copy: if you lose the phone, nothing is lost.',
  'keep.nothing': 'Nothing waits. Everything has its receipt.',
  'keep.once':
    'Whoever has the copy can bring it to the server, and it counts once. After this nothing can be taken back.',
  'keep.mine': 'To {name}',
  'keep.taken': 'From {name}',
  'keep.show': 'Show as code',
  'keep.make': { one: 'Make a copy of {count} payment', other: 'Make a copy of {count} payments' },
  'keep.share': 'Share',
  'keep.copy': 'Copy',
  'keep.file': 'As a file',
  'keep.saved': 'Saved as a file',
  'keep.made': { one: '{count} payment in the copy', other: '{count} payments in the copy' },
  'keep.label': 'A waiting payment as a QR code',
  'keep.how': 'To bring them in: open Scan on any phone with this wallet and paste the text.',
} as const;
