/** Owns the French texts of review. */
import type { enReview } from '../en/review.ts';
import type { Translation } from '../message.ts';

export const frReview: Translation<typeof enReview> = {
  'entry.erase': 'Effacer le dernier chiffre',

  'review.title': 'Vous payez',
  'review.nothing': 'Rien à payer',
  'review.nothing-text': 'Scannez le code de la personne à payer.',
  'review.scan': 'Scanner un code',
  'review.scheme': 'C’est un code {scheme}.',
  'review.unnamed': 'Un bénéficiaire sans nom',
  'review.amount': 'Montant',
  'review.enter': 'Combien ?',
  'review.fee': 'Frais',
  'review.fee-percent': 'Frais, {percent} %',
  'review.tip': 'Pourboire',
  'review.total': 'Total',
  'review.reference': 'Référence',
  'review.purpose': 'Motif',
  'review.bill': 'Facture',
  'review.tip-ask': 'Un pourboire ?',
  'review.tip-none': 'Aucun',
  'review.tip-own': 'Autre',
  'review.tip-enter': 'Votre pourboire',
  'review.note': 'Note, pour vous deux',
  'review.note-add': 'Ajouter une note',
  'review.pay': 'Payer {amount}',
  'review.pay-nothing': 'Payer',
  'review.approving': 'Approuvez par empreinte, visage ou code…',

  'review.name-unchecked': 'Nom non vérifié',
  'review.name-unchecked-text':
    'Personne n’a vérifié ce nom : n’importe qui peut imprimer un code. Comparez-le avec la personne que vous payez.',
  'review.name-verified': 'Nom vérifié',
  'review.name-forged': 'Ce nom est falsifié. Ne payez pas.',
  'review.name-forged-text':
    'Le code dit que le serveur a vérifié ce nom. Le serveur ne l’a jamais fait. Quelqu’un l’a fabriqué pour prendre votre argent.',
  'review.name-elsewhere': 'Vous connaissez ce nom avec un autre compte',
  'review.name-elsewhere-text':
    'Sous ce nom vous avez déjà payé {account}. Le code a pu être échangé. Demandez avant de payer.',
  'review.name-confirmed': 'Nom connu du serveur',
  'review.name-different': 'Le serveur connaît ce bénéficiaire comme {name}',
  'review.name-different-text': 'Le code a pu être échangé. Demandez avant de payer.',
  'review.paid-before': 'Vous avez promis {amount} pour ce code à {time}',
  'review.paid-before-text': 'Ne payez encore que si vous le devez deux fois.',
  'review.paid': 'Vous avez payé cette demande : {amount} le {moment}',
  'review.paid-text': 'Elle n’est pas payée deux fois. Demandez un nouveau code s’il reste dû.',
  'review.over-asked':
    'Attendez une rentrée d’argent, ajoutez-en, ou demandez un code d’un montant plus petit.',
  'review.held': '{amount} sont mis de côté',
  'review.held-text': 'L’argent n’a pas bougé. Pour payer avec,',
  'review.held-go': 'arrêtez cela sur le téléphone concerné.',
  'review.see-slip': 'Voir ce talon',

  'review.covered': 'Garanti, même sans réseau.',
  'review.uncovered':
    'L’argent mis de côté ne le couvre pas : sans réseau, ce n’est qu’une promesse.',
  'review.over-cap':
    'La garantie s’arrête à {cap} par paiement. Sans réseau, ce n’est qu’une promesse.',

  'review.offline-untried': 'Ce téléphone n’a pas été essayé sans réseau',
  'review.offline-cannot': 'Cette clé d’accès ne marche qu’en ligne',
  'review.offline-text':
    'Le serveur ne répond pas, ce paiement doit donc attendre. Votre saisie est gardée.',
  'review.reaching': 'On cherche le serveur…',
};
