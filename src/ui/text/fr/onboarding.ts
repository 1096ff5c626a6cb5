/** Owns the French texts of opening a wallet, signing in, and the rehearsal without network. */
import type { enOnboarding } from '../en/onboarding.ts';
import type { Translation } from '../message.ts';

export const frOnboarding: Translation<typeof enOnboarding> = {
  'open.title': 'Ouvrir un portefeuille',
  'open.lead': 'Les personnes que vous payez ou qui vous paient voient ce nom et ce lieu.',
  'open.name': 'Votre nom ou celui de la boutique',
  'open.city': 'Ville ou arrêt',
  'open.currency': 'Devise',
  'open.currency-hint': 'Celle des prix là où vous êtes.',
  'open.name-missing': 'Entrez un nom.',
  'open.city-missing': 'Entrez un lieu.',

  'passkey.title': 'Votre téléphone est la clé',
  'passkey.lead':
    'Au lieu d’un mot de passe, ce téléphone garde une clé d’accès. Elle signe chaque paiement, avec votre empreinte, votre visage ou le code de l’écran.',
  'passkey.stays': 'L’empreinte et le visage ne quittent jamais le téléphone.',
  'passkey.make': 'Créer la clé d’accès',
  'passkey.send-again': 'Envoyer de nouveau',
  'passkey.unsent': 'Aucune réponse. Votre clé d’accès est créée et attend sur cette page.',
  'passkey.unsent-next': 'Gardez cette page ouverte et envoyez de nouveau quand il y a du réseau.',
  'passkey.late': 'Le serveur n’a pas confirmé à temps. L’argent n’a pas bougé.',
  'passkey.late-next':
    'Créez de nouveau la clé. Si la première est bien arrivée, vous pouvez aussi vous connecter avec elle.',
  'passkey.waiting': 'Suivez ce que demande le téléphone…',
  'passkey.none':
    'Ce navigateur ne sait pas créer de clé d’accès. Ouvrez cette page dans le navigateur du téléphone, comme Chrome ou Safari.',

  'signin.title': 'Content de vous revoir',
  'signin.lead':
    'Connectez-vous avec la clé d’accès de votre portefeuille. L’argent et les anciens paiements viennent du serveur ; les promesses restent sur le téléphone où elles ont été faites.',
  'signin.go': 'Se connecter avec la clé',
  'signin.new': 'Je n’ai pas encore de portefeuille',

  'rehearsal.title': 'Essayer sans réseau',
  'rehearsal.lead':
    'Certaines clés d’accès ne marchent qu’en ligne. Sachez-le maintenant, pas devant un étal : deux gestes, rien n’est payé.',
  'rehearsal.step-plane': 'Activez le mode avion et coupez le Wi-Fi.',
  'rehearsal.step-touch': 'Touchez le bouton et approuvez comme pour un paiement.',
  'rehearsal.waiting': 'Le réseau est encore là',
  'rehearsal.off': 'Le réseau est coupé. Essayez.',
  'rehearsal.try': 'Approuver sans réseau',
  'rehearsal.later': 'Plus tard',
  'rehearsal.works': 'Ça marche',
  'rehearsal.works-text':
    'Ce téléphone peut payer sans réseau. Quittez le mode avion quand vous voulez.',
  'rehearsal.failed': 'Cela n’a pas marché',
  'rehearsal.failed-text':
    'Vous avez annulé, ou cette clé a besoin du réseau. Réessayez ; si cela échoue encore, payez seulement en ligne.',
  'rehearsal.online-only': 'Payer seulement en ligne',
  'rehearsal.identity-missing':
    'Les clés du serveur ne sont pas encore sur ce téléphone. Soyez en ligne un instant.',
};
