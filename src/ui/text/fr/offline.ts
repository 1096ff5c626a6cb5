/** Owns the French texts of paying without a network, of devices, and of keeping what waits. */
import type { enOffline } from '../en/offline.ts';
import type { Translation } from '../message.ts';

export const frOffline: Translation<typeof enOffline> = {
  'offline.title': 'Payer sans réseau',
  'offline.settings':
    'Mettez de l’argent de côté, pour que l’on sache qu’il est là quand personne n’a de réseau.',
  'offline.open': 'Argent mis de côté, mes appareils',
  'offline.left': 'restent sur {total}',
  'offline.until': 'Jusqu’au {moment}. Au plus {cap} à la fois.',
  'offline.nothing': 'Rien n’est mis de côté.',
  'offline.asking': '{amount} seront mis de côté dès que le serveur répondra.',
  'offline.ending':
    'Vous avez arrêté. Ce qui n’est pas dépensé reviendra dès que le serveur répondra.',
  'offline.choose': 'Mettre de l’argent de côté',
  'offline.change': 'Modifier',
  'offline.stop': 'Arrêter',
  'offline.how-much': 'Combien mettre de côté ?',
  'offline.most':
    'Jusqu’à {max}, et {cap} par paiement. L’argent reste à vous et se complète de lui-même quand il y a du réseau.',
  'offline.set': 'Mettre {amount} de côté',
  'offline.set-nothing': 'Mettre de côté',
  'offline.done': '{amount} à mettre de côté',
  'offline.stopped': 'Plus rien n’est mis de côté',
  'offline.pay': 'Revenir au paiement commencé',
  'offline.how': 'Comment ça marche',
  'offline.how-1':
    'Le serveur garde cet argent pour ce téléphone seul. Le téléphone du bénéficiaire le voit et dit « garanti », sans réseau des deux côtés.',
  'offline.how-2':
    'Il vaut {days} jours et {countMax} paiements. Après {countSoft}, le portefeuille cherche un réseau et le complète.',
  'offline.how-3':
    'Ce qui n’est pas dépensé revient quand vous arrêtez, et de lui-même {grace} jours après la fin.',
  'offline.no-terms': 'Sans réseau, on ne connaît pas les limites de l’opérateur.',
  'offline.owed-title': 'Vous devez {amounts} à l’opérateur',
  'offline.owed-text':
    'Ce compte a promis plus qu’il n’avait, et l’opérateur a payé à votre place. Le prochain argent reçu le rembourse.',

  'devices.title': 'Mes appareils',
  'devices.unknown': 'La liste vient du serveur. Elle ne peut pas être lue sans réseau.',
  'devices.this': 'Ce téléphone, n° {device}',
  'devices.since': 'N° {device}, depuis le {moment}',
  'devices.holds': '{amounts} mis de côté',
  'devices.frozen': 'Déclaré perdu',
  'devices.missing': {
    one: '{count} paiement approuvé sur cet appareil n’est pas arrivé. Il a été repris, attend encore là-bas, ou est perdu avec lui.',
    other:
      '{count} paiements approuvés sur cet appareil ne sont pas arrivés. Ils ont été repris, attendent encore là-bas, ou sont perdus avec lui.',
  },
  'devices.unnamed': 'Appareil {device}',
  'devices.lost': 'J’ai perdu ce téléphone',
  'devices.lost-ask': 'Est-il perdu : {name}, n° {device} ?',
  'devices.lost-pays': 'Cela ne le bloque pas : qui peut le déverrouiller peut encore payer.',
  'devices.lost-pays-next':
    'Prévenez l’assistance tout de suite : elle peut désactiver sa clé ou bloquer le portefeuille.',
  'devices.lost-returns': 'Ce qui est mis de côté pour lui et pas dépensé vous revient aussitôt.',
  'devices.lost-comes':
    'Ce qu’il a promis avant est payé quand même : les bénéficiaires ne pouvaient pas savoir.',
  'devices.lost-yes': 'Oui, il est perdu',
  'devices.lost-no': 'Non, je l’ai',
  'devices.lost-done':
    'Déclaré perdu. Ce qui n’était pas dépensé est de nouveau à vous. Faites désactiver sa clé d’accès par l’assistance.',

  'keep.title': 'Copier ce qui attend',
  'keep.lead':
    'Ces paiements n’ont pas encore de reçu. Gardez une copie : si vous perdez le téléphone, rien n’est perdu.',
  'keep.nothing': 'Rien n’attend. Tout a son reçu.',
  'keep.once':
    'Qui a la copie peut la porter au serveur, et elle compte une fois. Ensuite on ne peut plus rien reprendre.',
  'keep.mine': 'À {name}',
  'keep.taken': 'De {name}',
  'keep.show': 'Montrer en code',
  'keep.make': {
    one: 'Copier {count} paiement',
    many: 'Copier {count} paiements',
    other: 'Copier {count} paiements',
  },
  'keep.share': 'Partager',
  'keep.copy': 'Copier',
  'keep.file': 'Fichier',
  'keep.saved': 'Enregistré en fichier',
  'keep.made': {
    one: '{count} paiement dans la copie',
    many: '{count} paiements dans la copie',
    other: '{count} paiements dans la copie',
  },
  'keep.label': 'Un paiement en attente en code QR',
  'keep.how':
    'Pour les porter : ouvrez Scanner sur un téléphone avec ce portefeuille et collez le texte.',
};
