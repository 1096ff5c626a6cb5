/** Owns the French texts for trouble. */
import type { enTrouble } from '../en/trouble.ts';
import type { Translation } from '../message.ts';

export const frTrouble: Translation<typeof enTrouble> = {
  'trouble.title': 'Votre portefeuille est illisible pour l’instant',
  'trouble.blocked': 'Un autre onglet de ce portefeuille gêne. Fermez-les tous et rouvrez-le.',
  'trouble.safe':
    'Tant qu’il est illisible, l’application ne change rien et ne promet rien. L’argent au serveur n’est pas touché.',
  'trouble.spares': {
    one: '{count} paiement en attente a une deuxième copie',
    many: '{count} paiements en attente ont une deuxième copie',
    other: '{count} paiements en attente ont une deuxième copie',
  },
  'trouble.lost': 'Il n’y a rien ici',
  'trouble.lost-text': 'L’adresse est peut-être coupée ou ancienne. Il ne s’est rien passé.',
  'trouble.home': 'Vers le portefeuille',
};
