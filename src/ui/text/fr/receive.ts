/** Owns the French texts of: receive. */
import type { enReceive } from '../en/receive.ts';
import type { Translation } from '../message.ts';

export const frReceive: Translation<typeof enReceive> = {
  'receive.title': 'Se faire payer',
  'receive.amount': 'Combien ?',
  'receive.currency': 'Devise',
  'receive.add-note': 'Ajouter le motif',
  'receive.note': 'Motif',
  'receive.show': 'Montrer le code',
  'receive.open-amount': 'Montant au choix',
  'receive.print': 'Imprimer un code',

  'receive.shown-title': 'Faites scanner ceci',
  'receive.shown-said': 'Le code pour {amount} est affiché',
  'receive.any-amount': 'Montant au choix',
  'receive.qr-label': 'Code QR qui demande {amount}',
  'receive.share': 'Envoyer comme lien',
  'receive.waiting': 'En attente. « Payé » s’affichera ici tout seul.',
  'receive.silent': 'Pas de réponse depuis : {time}.',
  'receive.never': 'Le serveur n’a pas encore répondu.',
  'receive.silent-next':
    'Même sans réseau : faites scanner ceci, puis scannez le code de l’autre téléphone.',
  'receive.scan': 'Scanner le paiement',
  'receive.until': 'Valable jusqu’à {time}.',
  'receive.bright': 'Augmentez la luminosité.',
  'receive.expired': 'Ce code est trop vieux pour être payé',
  'receive.expired-next':
    'Si l’autre a approuvé à temps, scannez le code de l’autre téléphone. Ce qui arrive seul figure dans votre activité.',
  'receive.again': 'Faire un nouveau code',

  'receive.paid': 'Payé',
  'receive.paid-said': 'Payé : {amount} de {name}',
  'receive.from': 'De {name}',
  'receive.somebody': 'quelqu’un',
  'receive.tip': 'Dont pourboire',
  'receive.when': 'Quand',
  'receive.next': 'Paiement suivant',
  'receive.story': 'Tous les détails',
  'receive.not-as-asked': 'Ce n’est pas ce que vous avez demandé',
  'receive.not-as-asked-text': 'Vous avez demandé {asked} ; {came} est arrivé.',

  'share.copied': 'Copié',
  'share.failed': 'Ce téléphone ne peut pas le partager. Copiez le texte vous-même.',
};
