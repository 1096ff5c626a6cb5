/** Owns the French texts of the first screens. */
import type { enFirst } from '../en/first.ts';
import type { Translation } from '../message.ts';

export const frFirst: Translation<typeof enFirst> = {
  'app.name': 'Counterfoil',

  'welcome.title': 'Payez maintenant.',
  'welcome.title-later': 'Le réseau peut venir après.',
  'welcome.lead':
    'Un portefeuille qui paie en scannant un code et en touchant le téléphone. Sans réseau, il promet, signe et transmet plus tard.',
  'welcome.open': 'Ouvrir un portefeuille',
  'welcome.sign-in': 'J’ai un portefeuille',
  'welcome.asked':
    'On vous demande de payer. Ouvrez d’abord un portefeuille ; la demande vous attend.',
  'welcome.check': 'Vérifier un reçu',
  'welcome.half-pay': 'Votre volet',
  'welcome.half-receive': 'L’autre volet',
  'welcome.language': 'Langue',

  'home.title': 'Votre argent',
  'home.balance': 'Solde',
  'home.as-of': 'relevé : {moment}',
  'home.left': 'Reste à dépenser',
  'home.of': 'Solde {balance}, promis {promised}',
  'home.offline': 'dont {amount} mis de côté, garantis sans réseau',
  'home.offline-here': 'dont {amount} mis de côté, {here} pour ce téléphone',
  'home.coming': 'On vous a promis : {amounts}',
  'home.owed': 'Vous devez {amounts} à l’opérateur, qui a payé à votre place.',
  'home.stamp': 'Argent fictif',
  'home.actions': 'Payer ou recevoir',
  'home.pay': 'Payer',
  'home.pay-hint': 'Scanner un code',
  'home.receive': 'Recevoir',
  'home.receive-hint': 'Montrer un code',
  'home.newest': 'Récent',
  'home.everything': 'Toute l’activité',
  'home.nothing': 'Rien encore. Votre premier talon sera ici.',
  'home.settings': 'Réglages',
  'home.aside': 'Le serveur n’a pas pris un paiement qui attend ici.',
  'home.look': 'Regarder',
  'home.frozen':
    'Votre portefeuille est bloqué : il ne paie ni ne reçoit rien. Demandez pourquoi à l’assistance.',
  'home.damaged': 'Des données de ce téléphone sont illisibles.',
  'home.signed-out': 'Reconnectez-vous pour voir les rentrées. Payer marche toujours.',
  'home.sign-in': 'Se connecter',
  'home.missing': {
    one: '{count} paiement approuvé sur un autre téléphone n’est pas arrivé.',
    other: '{count} paiements approuvés sur un autre téléphone ne sont pas arrivés.',
  },
  'home.draft': 'Vous aviez commencé un paiement.',
  'home.update': 'Une nouvelle version est là.',
  'home.update-take': 'L’utiliser',
  'home.clock': 'Rien ne répond. Ce téléphone dit {moment} : si c’est faux, réglez son horloge.',
  'home.alone': 'Des paiements attendent ici.',
  'home.save': 'En garder une copie',
  'home.install': 'Gardez le portefeuille sur l’écran d’accueil.',
  'home.install-go': 'Installer',
  'home.cannot-pay-offline': 'Pas encore essayé sans réseau.',
  'home.rehearse': 'Essayer maintenant',

  'connection.reached': 'Serveur joint à {time}',
  'connection.trying': 'On cherche le serveur…',
  'connection.silent': 'Pas de réponse depuis : {time}',
  'connection.never': 'Le serveur n’a pas encore répondu',

  'entry.to': 'À {name}',
  'entry.from': 'De {name}',
  'entry.issue': 'Argent versé',
  'entry.advance': 'L’opérateur a payé à votre place',
  'entry.repayment': 'Rendu à l’opérateur',

  'state.promised': 'Promis',
  'state.accepted': 'Accepté',
  'state.refused': 'Refusé',
  'state.expired': 'Expiré',
  'state.cancelled': 'Annulé',
  'state.guaranteed': 'Garanti',
  'state.doubted': 'Simple promesse',
  'state.received': 'Reçu',

  'day.today': 'Aujourd’hui',
  'day.yesterday': 'Hier',

  'action.back': 'Retour',
  'action.close': 'Fermer',
  'action.retry': 'Réessayer',
  'action.later': 'Plus tard',
  'action.continue': 'Continuer',
  'action.done': 'Terminé',

  'fault.title': 'Quelque chose s’est cassé dans l’application',
  'fault.text':
    'Votre argent et vos promesses sont en sûreté : ils sont gardés à part. Rouvrez l’application.',
  'fault.again': 'Rouvrir',

  'part.loading': 'Un instant…',
  'part.missing': 'Cette partie n’est pas encore sur ce téléphone. Il faut le réseau une fois.',
};
