/** Owns the French texts of taking a payment without a network, and of what was taken. */
import type { enTake } from '../en/take.ts';
import type { Translation } from '../message.ts';

export const frTake: Translation<typeof enTake> = {
  'take.checking': 'Vérification du paiement…',
  'take.guaranteed': 'Garanti',
  'take.kept': 'Gardé, pas garanti',
  'take.promise': 'Une promesse, pas garantie',
  'take.promise-text': 'Si vous la gardez, ce téléphone l’envoie.',
  'take.refused': 'Pas pris',
  'take.not-kept': 'Rien n’en a été gardé sur ce téléphone.',
  'take.seen': 'Déjà pris',
  'take.seen-text': 'Ce paiement est déjà gardé sur ce téléphone. Il compte une fois.',
  'take.seen-next':
    'Ne remettez rien de plus pour lui ; demandez un nouveau paiement s’il reste dû.',
  'take.keep': 'La garder quand même',
  'take.again': 'Scanner de nouveau',
  'take.said': 'Garanti : {amount}, jusqu’au {moment}',

  'taken.title': 'Paiement pris',
  'taken.missing': 'Ce paiement n’est pas sur ce téléphone',
  'taken.until': 'Jusqu’au {moment}.',
  'taken.guaranteed-text':
    'Vérifié et gardé sur ce téléphone, qui l’envoie de lui-même au prochain réseau. Il doit atteindre le serveur d’ici là.',
  'taken.doubted-text':
    'Gardé sur ce téléphone, qui l’envoie au prochain réseau. Il doit atteindre le serveur d’ici au {moment}.',
  'taken.paid-text': 'Le serveur a signé le reçu le {moment}. Vous avez l’argent.',
  'taken.waiting': 'Garanti, pas encore payé',
  'taken.waiting-doubted': 'Promis, pas garanti',
  'taken.paid': 'Payé',
  'taken.not-paid': 'Pas payé',
  'taken.when': 'Pris',
  'taken.good-until': 'Valable jusqu’au',
  'taken.request': 'Votre demande',
  'taken.look': 'La montrer',
  'taken.number': 'Talon de l’autre téléphone',

  'taken.why-payment_expired':
    'Il a atteint le serveur après sa date limite. Aucun argent n’a bougé.',
  'taken.why-insufficient_funds': 'Le solde du payeur n’a pas suffi. Aucun argent n’a bougé.',
  'taken.why-currency_not_held':
    'Le payeur n’a pas d’argent dans cette devise. Aucun argent n’a bougé.',
  'taken.why-allowance_overspent':
    'Le payeur a promis plus que la somme mise de côté, et la garantie est épuisée. Aucun argent n’a bougé.',
  'taken.why-payer_frozen': 'Le portefeuille du payeur est bloqué. Aucun argent n’a bougé.',
  'taken.why-payee_frozen': 'Votre portefeuille est bloqué. Aucun argent n’a bougé.',
  'taken.why-request_already_paid':
    'Votre demande a été payée par un autre paiement. Celui-ci n’a déplacé aucun argent.',
  'taken.why-counterfoil_other_request': 'Il ne répond à aucune demande de ce téléphone.',
  'taken.why-counterfoil_other_amount': 'Ce n’est pas le montant que demande votre code.',
  'taken.why-next': 'Demandez au payeur de payer de nouveau, ou autrement.',

  'list.checking': 'Lecture de la ligne {place} sur {count}…',
  'list.summary': { one: '{count} ligne lue', other: '{count} lignes lues' },
  'list.taken': 'Garanti, gardé ici',
  'list.promise': 'Une promesse pour vous. Scannez-la seule pour la garder.',
  'list.silence': 'Pas de réponse. Réessayez avec du réseau.',
  'list.known': 'Déjà sur ce téléphone',
};
