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
  'take.keep': 'La garder quand même',
  'take.again': 'Scanner de nouveau',
  'take.said': 'Garanti : {amount}, jusqu’au {moment}',

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

  'list.checking': 'Lecture de la ligne {place} sur {count}…',
  'list.summary': { one: '{count} ligne lue', other: '{count} lignes lues' },
  'list.taken': 'Garanti, gardé ici',
  'list.promise': 'Une promesse pour vous. Scannez-la seule pour la garder.',
  'list.silence': 'Pas de réponse. Réessayez avec du réseau.',
  'list.known': 'Déjà sur ce téléphone',
};
