/** Owns the French texts of: payment-story. */
import type { enPaymentStory } from '../en/payment-story.ts';
import type { Translation } from '../message.ts';

export const frPaymentStory: Translation<typeof enPaymentStory> = {
  'story.steps': 'Ce qui s’est passé',
  'story.approved': 'Vous l’avez approuvé',
  'story.kept': 'Gardé sur ce téléphone',
  'story.sent': 'L’envoi a été tenté',
  'story.handed': 'Remis',
  'story.arrived': 'Arrivé au serveur',
  'story.leaves': 'Partira seul avec le prochain réseau',
  'story.not-taken': 'Le serveur ne l’a pas pris',
  'story.awaited': 'On attend le reçu du serveur',
  'story.until': 'Valable jusqu’au {moment}',
  'story.accepted': 'Le serveur l’a réglé',
  'story.refused': 'Le serveur l’a refusé',
  'story.expired': 'Arrivé trop tard',
  'story.cancelled': 'Vous l’avez repris avant que quelqu’un le voie',

  'story.receipt': 'Reçu',
  'story.show': 'Montrer',
  'story.share': 'Partager',
  'story.receipt-label': 'Le reçu en code QR',
  'story.receipt-text':
    'Toute personne avec cette application peut le scanner, sans portefeuille ni réseau, et vérifier la signature du serveur.',
  'story.promise': 'Promesse',
  'story.promise-text':
    'En texte, pour un message. Qui la reçoit peut la porter au serveur, une seule fois. Après cela, elle ne peut plus être reprise.',
  'story.share-promise': 'Partager la promesse',

  'story.facts': 'Détails',
  'story.restored':
    'Le serveur de paiement a été rétabli depuis une sauvegarde. Ce téléphone lui redonne le reçu.',
  'story.tip': 'Dont pourboire',
  'story.fee': 'Dont frais',
  'story.purpose': 'Motif',
  'story.reference': 'Référence',
  'story.bill': 'Facture',
  'story.good-until': 'Valable jusqu’au',
  'story.transfer': 'Écriture au registre',
  'story.device': 'Téléphone',
  'story.device-seq': 'n° {device}, talon {seq}',
  'story.payee-account': 'Compte du bénéficiaire',
  'story.account': 'Compte',
  'story.asked': 'Vous avez demandé',
  'story.shown': 'Code montré',
  'story.balance': 'Solde alors',
  'story.copy': 'Copier : {what}',
  'story.damaged': 'Les octets signés sur ce téléphone sont abîmés. Le reste est tel que gardé.',
};
