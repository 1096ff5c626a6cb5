/** Owns the English texts of: scan, and of QR codes shown. */

export const enScan = {
  'scan.title': 'Scan a code',
  'scan.starting': 'Starting the camera…',
  'scan.asking': 'If your phone asks, allow the camera. No picture leaves this phone.',
  'scan.looking': 'Hold the code inside the corners',
  'scan.paused': 'The camera is off',
  'scan.found': 'Code read',
  'scan.view': 'What the camera sees',
  'scan.torch': 'Light',
  'scan.zoom': 'Zoom',
  'scan.switch': 'Other camera',

  'scan.denied': 'The camera is not allowed here',
  'scan.denied-next':
    'Allow it for this site in your browser’s settings, then come back. Or use a picture, or type the code.',
  'scan.no-camera': 'No camera was found',
  'scan.no-camera-next': 'Use a picture of the code, or type it.',
  'scan.in-use': 'Another app is using the camera',
  'scan.in-use-next': 'Close the other app, then try again.',
  'scan.insecure': 'The camera needs a secure address',
  'scan.insecure-next': 'Open the wallet at an address that begins with https.',
  'scan.failed': 'The camera shows no picture',
  'scan.failed-next': 'Try again. If it stays dark, use a picture, or type the code.',
  'scan.no-reader': 'The code reader cannot start',
  'scan.no-reader-next': 'Close the app and open it again, or type the code.',

  'scan.photo': 'Picture',
  'scan.photo-reading': 'Reading the picture…',
  'scan.photo-nothing': 'There is no code in this picture',
  'scan.photo-nothing-next': 'Take it from nearer, with the white edge around the code.',
  'scan.photo-not-a-picture': 'This file cannot be opened as a picture',
  'scan.photo-not-a-picture-next': 'Choose a photo or a screenshot.',
  'scan.shared-missing': 'The shared picture did not arrive',
  'scan.shared-missing-next': 'Share it once more, or choose it here.',

  'scan.parts': '{have} of {count} parts read. Hold it there.',
  'scan.not-a-receipt': 'This is not a receipt',
  'scan.not-a-receipt-next': 'Ask for the receipt of the payment: its text begins with CFR.',

  'scan.type': 'Type it',
  'scan.type-title': 'Type or paste the code',
  'scan.type-label': 'Text or link',
  'scan.type-hint': 'As it came in a message, or as it is read to you.',
  'scan.paste': 'Paste',
  'scan.read': 'Read it',

  'scan.scheme': 'This is a {scheme} code',
  'scan.scheme-of': 'This is a {scheme} code of {payee}',

  'carry.what':
    'This promise is signed but not paid yet. You can carry it to the server for the other phone. It counts once, whoever carries it.',
  'carry.do': 'Carry it now',
  'carry.carrying': 'Carrying…',
  'carry.arrived': 'The server has answered',
  'carry.silence': 'No answer yet. Nothing is known to be paid.',
  'carry.silence-next': 'Try again with network. The other phone still keeps its promise.',

  'proof.checking': 'Checking the signature…',
  'proof.paid': 'Paid',
  'proof.not-paid': 'Not paid',
  'proof.genuine': 'Signature checked on this phone',
  'proof.foreign': 'Not a receipt of this server',
  'proof.foreign-text': 'Another server signed it, or nobody. It proves nothing here.',
  'proof.altered': 'Altered',
  'proof.altered-text': 'This is not what the server signed. Do not hand anything over for it.',
  'proof.unchecked': 'Cannot tell yet',
  'proof.unchecked-text':
    'This phone has no key to check it with. Go online once, then look again. Do not trust it before.',
  'proof.newer': 'This app is too old to read it',
  'proof.newer-text': 'Go online once so that the app renews itself, then look again.',
  'proof.from': 'From',
  'proof.to': 'To',
  'proof.you': 'You',
  'proof.when': 'Decided',
  'proof.until': 'Good until',
  'proof.note': 'Note',
  'proof.id': 'Number',

  'scan.proof-title': 'Somebody’s receipt',
  'scan.promise-title': 'Somebody’s promise',

  'scan.list-title': 'A list of payments',
  'scan.payment-title': 'Scan their payment',

  'check.title': 'Check a receipt',
  'check.lead':
    'Scan the receipt that somebody shows you. It is checked on this phone, also without network.',
  'check.ready': 'This phone has the server’s keys and needs no network.',
  'check.not-ready': 'This phone has no keys yet. Go online once to get them.',
  'check.link': 'Check a receipt',
  'check.another': 'Check another',

  'code.part': 'Part {place} of {count}',
  'code.next': 'Next part',
  'code.bright': 'If it does not read, turn your screen’s brightness up.',

  'qr.too-long': 'This is too long for a code. Share it as text.',
} as const;
