/** Owns the French texts of: activity. */
import type { enActivity } from '../en/activity.ts';
import type { Translation } from '../message.ts';

export const frActivity: Translation<typeof enActivity> = {
  'activity.title': 'Toute l’activité',
  'activity.search': 'Rechercher',
  'activity.search-hint': 'Nom, montant, motif…',
  'activity.filter': 'Quels paiements',
  'activity.all': 'Tout',
  'activity.waiting': 'En route',
  'activity.paid': 'Payés',
  'activity.received': 'Reçus',
  'activity.unpaid': 'Non payés',
  'activity.found': {
    one: '{count} talon trouvé',
    many: '{count} talons trouvés',
    other: '{count} talons trouvés',
  },
  'activity.searching': 'Recherche dans les anciens talons…',
  'activity.none-found': 'Aucun talon ne correspond.',
  'activity.nothing': 'Rien encore. Votre premier talon sera ici.',
};
