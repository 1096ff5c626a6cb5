/** Owns the English texts of: print-code. */

export const enPrintCode = {
  'print.title': 'A code to print',
  'print.what':
    'Hang it where people pay. It works with no phone beside it; each payment is in your activity.',
  'print.paper': 'Paper',
  'print.a6': 'A6 card',
  'print.a4': 'A4 sheet',
  'print.do': 'Print',
  'print.lead': 'Pay here',
  'print.qr-label': 'QR code to pay {name}',
  'print.step-open': 'Open your wallet and scan',
  'print.step-scan': 'Check the name, enter the amount',
  'print.step-approve': 'Approve, and show “Accepted”',
} as const;
