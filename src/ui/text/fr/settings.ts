/** Owns the French texts of: settings. */
import type { enSettings } from '../en/settings.ts';
import type { Translation } from '../message.ts';

export const frSettings: Translation<typeof enSettings> = {
  'settings.profile': 'Votre profil',
  'settings.edit': 'Modifier',
  'settings.shown-to-payers': 'Les payeurs voient ce nom et ce lieu avant de payer.',
  'settings.name': 'Nom',
  'settings.name-hint': 'Comme on vous connaît, vous ou votre commerce',
  'settings.city': 'Ville',
  'settings.category': 'Votre activité',
  'settings.save': 'Enregistrer',
  'settings.profile-saved': 'Profil enregistré',

  'category.0000': 'Non précisé',
  'category.5411': 'Alimentation, marché',
  'category.5812': 'Restaurant',
  'category.5814': 'Cuisine de rue, café',
  'category.4121': 'Taxi, transport',
  'category.5912': 'Pharmacie',
  'category.5651': 'Vêtements',
  'category.7230': 'Coiffure et beauté',
  'category.4814': 'Crédit téléphonique',
  'category.8299': 'École, cours',
  'category.8398': 'Association, don',
  'category.7299': 'Services',

  'settings.language': 'Langue',
  'settings.theme': 'Couleurs',
  'settings.theme-system': 'Comme le téléphone',
  'settings.theme-light': 'Clair',
  'settings.theme-dark': 'Sombre',

  'settings.not-kept':
    'Cela vaut jusqu’à la fermeture de l’application : le téléphone n’a pas pu le garder.',
  'settings.not-kept-next':
    'Votre argent n’est pas touché. Libérez de la place sur le téléphone, puis choisissez de nouveau.',

  'settings.abilities': 'Ce que ce téléphone sait faire',
  'ability.offline': 'Payer sans réseau',
  'ability.offline-true': 'Essayé sans réseau. Ça marche.',
  'ability.offline-false': 'Essayé sans réseau. Cette clé a besoin du réseau.',
  'ability.offline-unknown': 'Pas encore essayé.',
  'ability.rehearse-again': 'Essayer à nouveau',
  'ability.installed': 'Installé comme application',
  'ability.installed-yes': 'Il s’ouvre par sa propre icône.',
  'ability.installed-can': 'Il s’ouvre alors par sa propre icône et garde mieux ses données.',
  'ability.installed-how':
    'Dans le menu du navigateur, choisissez « Ajouter à l’écran d’accueil ».',
  'ability.install': 'Installer',
  'ability.camera': 'Scanner avec la caméra',
  'ability.camera-allowed': 'Autorisée.',
  'ability.camera-asks': 'Le téléphone demandera la première fois.',
  'ability.camera-refused': 'Refusée. Autorisez-la pour ce site dans les réglages du navigateur.',
  'ability.camera-missing': 'Pas de caméra. Les images et les codes saisis marchent.',
  'ability.camera-insecure': 'Seulement à une adresse qui commence par https.',
  'ability.sync': 'Envoyer même fermée',
  'ability.sync-yes': 'Les promesses partent seules, même application fermée.',
  'ability.sync-no':
    'Ce navigateur n’envoie que quand l’application est ouverte. Ouvrez-la quand il y a du réseau.',
  'ability.storage': 'Garder les données',
  'ability.storage-yes': 'Le navigateur les garde même quand la place manque.',
  'ability.storage-no': 'Le navigateur peut les effacer quand la place manque.',
  'ability.storage-used': '{used} utilisés.',
  'ability.storage-ask': 'Demander au navigateur de les garder',

  'settings.account': 'Compte et clé d’accès',
  'settings.passkey': 'Clé d’accès',
  'settings.device': 'Numéro de ce téléphone',
  'settings.session': 'Session',
  'settings.session-open': 'Ouverte',
  'settings.session-closed': 'Fermée',
  'settings.session-unknown': 'Inconnue sans réseau',
  'settings.read-at': 'Dernière lecture du serveur',

  'settings.leave': 'Se déconnecter de ce téléphone',
  'settings.leave-ask': 'Se déconnecter de ce téléphone ?',
  'settings.leave-text':
    'Le portefeuille se ferme ici. Votre argent reste sur votre compte : revenez avec votre clé d’accès. Talons et reçus restent sur ce téléphone.',
  'settings.leave-yes': 'Oui, se déconnecter',
  'settings.leave-no': 'Rester',
  'settings.leave-waiting': {
    one: 'Pas encore possible : {count} promesse de {amounts} attend sur ce téléphone',
    many: 'Pas encore possible : {count} promesses de {amounts} attendent sur ce téléphone',
    other: 'Pas encore possible : {count} promesses de {amounts} attendent sur ce téléphone',
  },
  'settings.leave-waiting-next':
    'Attendez qu’elles arrivent au serveur. Celles que personne d’autre n’a vues peuvent aussi être reprises.',
  'settings.leave-look': 'Les voir',

  'settings.server': 'Serveur de paiement',
  'settings.server-unknown': 'Pas encore rencontré.',
  'settings.server-host': 'Adresse',
  'settings.server-id': 'Serveur',
  'settings.server-key': 'Clé de ses reçus',

  'settings.about': 'Cette application',
  'settings.build': 'Version',
  'settings.build-unknown': 'inconnue',
  'settings.update-failed':
    'Une nouvelle version n’a pas pu être chargée en entier. L’application garde celle-ci et réessaiera.',
  'settings.protocol': 'Forme des ordres',

  'settings.damaged': {
    one: '{count} fiche de ce téléphone est illisible',
    many: '{count} fiches de ce téléphone sont illisibles',
    other: '{count} fiches de ce téléphone sont illisibles',
  },
  'settings.damaged-text':
    'Elles sont gardées telles quelles. Donnez-les à l’assistance : rien n’est jeté.',
  'settings.damaged-save': 'Les enregistrer dans un fichier',
};
