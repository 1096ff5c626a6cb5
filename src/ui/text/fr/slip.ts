/** Owns the French texts of the slip. */
import type { enSlip } from '../en/slip.ts';
import type { Translation } from '../message.ts';

export const frSlip: Translation<typeof enSlip> = {
  'slip.title': 'Talon',
  'slip.missing': 'Ce talon n’est pas sur ce téléphone',
  'slip.missing-text': 'Il a été fait sur un autre téléphone, ou l’adresse est fausse.',
  'slip.made': 'Promis',
  'slip.number': 'Numéro',
  'slip.note': 'Note',
  'slip.tip': 'Dont pourboire',
  'slip.fee': 'Dont frais',

  'slip.promised': 'Promis, pas encore payé',
  'slip.promised-here':
    'Signé et gardé sur ce téléphone. Il part de lui-même dès qu’il y a un réseau.',
  'slip.promised-sent':
    'L’envoi a été tenté. Il a pu atteindre le serveur, dont on attend le reçu.',
  'slip.promised-quarantine':
    'Le serveur ne l’a pas pris. Il reste ici et sera proposé de nouveau.',
  'slip.accepted': 'Payé',
  'slip.accepted-text': 'Le serveur a signé le reçu le {moment}. Le bénéficiaire a l’argent.',
  'slip.refused': 'Refusé, pas payé',
  'slip.expired': 'Trop tard, pas payé',
  'slip.cancelled': 'Retiré, pas payé',
  'slip.cancelled-text':
    'Vous avez repris cette promesse avant que personne d’autre ne la voie. L’argent n’a pas bougé.',
  'slip.contradiction':
    'Le serveur a signé deux verdicts différents pour ce paiement. Le premier vaut ; les deux sont gardés. Prévenez l’assistance.',

  'slip.said-accepted': 'Payé. {amount} à {name}.',
  'slip.said-not-paid': 'Pas payé. {what}',

  'slip.cancel': 'Reprendre la promesse',
  'slip.cancel-ask': 'Reprendre cette promesse ?',
  'slip.cancel-text':
    'Personne d’autre ne l’a vue. Si vous devez cet argent, il faudra payer de nouveau.',
  'slip.cancel-yes': 'Oui, la reprendre',
  'slip.cancel-no': 'La garder',
  'slip.now': 'Envoyer',
  'slip.no-answer':
    'Essayé à {time} : pas de réponse. Il reste sur ce téléphone, qui réessaie de lui-même.',
  'slip.not-taken':
    'Essayé à {time} : pas encore pris par le serveur. Il reste sur ce téléphone, qui réessaie de lui-même.',
  'slip.show': 'Montrer en code',
  'slip.guaranteed': 'Montrer au bénéficiaire',
  'slip.guaranteed-title': 'Faites scanner ceci',
  'slip.guaranteed-text':
    'Quand l’autre téléphone dit « Garanti », c’est fait. On ne peut plus le reprendre.',
  'slip.guaranteed-label': 'Votre paiement en code QR, avec sa garantie',
  'slip.promised-shown':
    'Garanti. Le premier téléphone qui trouve un réseau le porte au serveur, dont on attend le reçu.',
  'slip.promised-tried':
    'L’envoi a été tenté et a pu atteindre le serveur. Montrez-le au bénéficiaire : il n’a pas besoin de réseau.',
  'slip.promised-handed':
    'Remis. Ce téléphone, ou qui l’a reçu, le porte au serveur, dont on attend le reçu.',
  'slip.promised-covered':
    'Signé et gardé sur ce téléphone, avec de l’argent mis de côté. Montrez-le au bénéficiaire : il n’a pas besoin de réseau.',
  'slip.show-title': 'Confiez-la au bénéficiaire',
  'slip.show-text':
    'Le bénéficiaire scanne ce code et le porte au serveur. Ensuite on ne peut plus la reprendre.',
  'slip.show-label': 'Votre promesse en code QR',
  'slip.story': 'Reçu et détails',
};
