/** Owns the French texts of: print-code. */
import type { enPrintCode } from '../en/print-code.ts';
import type { Translation } from '../message.ts';

export const frPrintCode: Translation<typeof enPrintCode> = {
  'print.title': 'Un code à imprimer',
  'print.what':
    'Affichez-le là où l’on paie. Il marche sans téléphone à côté ; chaque paiement figure dans votre activité.',
  'print.paper': 'Papier',
  'print.a6': 'Carte A6',
  'print.a4': 'Feuille A4',
  'print.do': 'Imprimer',
  'print.lead': 'Payez ici',
  'print.qr-label': 'Code QR pour payer {name}',
  'print.step-open': 'Ouvrez votre portefeuille et scannez',
  'print.step-scan': 'Vérifiez le nom, entrez le montant',
  'print.step-approve': 'Approuvez et montrez « Accepté »',
};
