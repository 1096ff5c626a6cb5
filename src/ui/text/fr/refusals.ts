/** Owns the French words for every refusal: what happened to the money, and what to do next. */
import type { AskedTexts, RefusalTexts } from '../refusal-text.ts';

const safe = 'L’argent n’a pas bougé.';
const again = 'Réessayez.';
const askNewCode = 'Demandez un nouveau code.';
const keeps = 'Le paiement reste sur ce téléphone et sera proposé de nouveau.';
const support = 'Si cela dure, montrez ce talon à l’assistance.';
const newer = 'Mettez l’application à jour, puis regardez de nouveau.';

export const frRefusals: RefusalTexts = {
  payment_expired: {
    what: `La promesse est arrivée après sa date limite. ${safe}`,
    next: 'Payez de nouveau si vous devez toujours cette somme.',
  },
  own_account: {
    what: `C’est votre propre code. ${safe}`,
    next: 'Scannez le code de l’autre personne.',
  },
  payee_unknown: {
    what: `Le serveur ne connaît pas ce bénéficiaire. ${safe}`,
    next: 'Vérifiez le code avec la personne que vous payez.',
  },
  payer_frozen: {
    what: `Votre portefeuille est bloqué. ${safe}`,
    next: 'Demandez pourquoi à l’assistance avant de payer de nouveau.',
  },
  payee_frozen: {
    what: `Le portefeuille du bénéficiaire est bloqué. ${safe}`,
    next: 'Payez d’une autre manière.',
  },
  amount_zero: { what: `Le montant est nul. ${safe}`, next: 'Entrez un montant.' },
  amount_too_large: {
    what: `Le montant dépasse ce que ce portefeuille peut payer. ${safe}`,
    next: 'Entrez un montant plus petit.',
  },
  currency_unknown: {
    what: `Le serveur ne connaît pas cette devise. ${safe}`,
    next: 'Demandez un code dans une devise que vous détenez.',
  },
  currency_not_held: {
    what: `Vous n’avez pas d’argent dans cette devise. ${safe}`,
    next: 'Demandez un code dans une devise que vous détenez.',
  },
  request_already_paid: {
    what: 'Cette demande était déjà payée, par vous ou par quelqu’un d’autre. Ce paiement n’a rien débité.',
    next: 'Demandez au bénéficiaire ; s’il reste dû, il fera un nouveau code.',
  },
  insufficient_funds: {
    what: `Votre solde ne suffisait pas. ${safe}`,
    next: 'Ajoutez de l’argent ou payez moins.',
  },
  balance_overflow: {
    what: `Le portefeuille du bénéficiaire est plein. ${safe}`,
    next: 'Payez d’une autre manière.',
  },
  valid_too_long: {
    what: `La promesse se disait valable trop longtemps. ${safe}`,
    next: 'Vérifiez la date du téléphone, puis payez de nouveau.',
  },
  allowance_overspent: {
    what: 'Votre téléphone a promis plus que ce qui est mis de côté, et la garantie est épuisée. L’argent n’a pas bougé.',
    next: 'Payez d’une autre manière ce que vous devez, et parlez à l’assistance.',
  },

  bytes_malformed: { what: `Ceci est illisible. ${safe}`, next: askNewCode },
  bytes_not_canonical: {
    what: `Ceci n’a pas été écrit par un portefeuille. ${safe}`,
    next: askNewCode,
  },
  bytes_too_long: { what: `C’est trop long pour un paiement. ${safe}`, next: askNewCode },
  version_unknown: { what: `Ceci vient d’une application plus récente. ${safe}`, next: newer },
  wrong_server: {
    what: `Ce code appartient à un autre serveur de paiement. ${safe}`,
    next: 'Payez avec un portefeuille de ce serveur.',
  },
  payer_unknown: { what: `Le serveur ne connaît pas votre portefeuille. ${keeps}`, next: support },
  credential_unknown: {
    what: `Le serveur ne connaît pas cette clé d’accès. ${keeps}`,
    next: 'Reconnectez-vous avec une clé d’accès de ce portefeuille.',
  },
  credential_revoked: {
    what: `Cette clé d’accès a été désactivée. ${safe}`,
    next: 'Connectez-vous avec une autre clé et payez de nouveau.',
  },
  device_unknown: {
    what: `Le serveur ne connaît pas ce téléphone. ${keeps}`,
    next: 'Reconnectez-vous sur ce téléphone.',
  },
  restored_lately: {
    what: `Le serveur a été rétabli depuis une sauvegarde et a pu oublier ce qu’est devenu ce paiement ; il ne le refuse donc pas encore. ${keeps}`,
    next: 'Que celui qui en a le reçu ouvre son portefeuille là où il y a du réseau. Un mois après le rétablissement, c’est tranché de toute façon.',
  },
  id_conflict: {
    what: `Le serveur connaît ce talon avec un autre contenu. ${keeps}`,
    next: support,
  },

  assertion_type: { what: `L’accord n’est pas du bon type. ${safe}`, next: again },
  assertion_challenge: { what: `L’accord concerne un autre paiement. ${safe}`, next: again },
  assertion_origin: {
    what: `L’accord a été donné sur un autre site. ${safe}`,
    next: 'Ouvrez ce portefeuille à sa propre adresse et réessayez.',
  },
  assertion_cross_origin: {
    what: `L’accord a été donné à l’intérieur d’un autre site. ${safe}`,
    next: 'Ouvrez ce portefeuille seul et réessayez.',
  },
  assertion_relying_party: {
    what: `L’accord appartient à un autre service. ${safe}`,
    next: 'Ouvrez ce portefeuille à sa propre adresse et réessayez.',
  },
  assertion_user_presence: { what: `Personne n’a touché le téléphone. ${safe}`, next: again },
  assertion_user_verification: {
    what: `Le téléphone n’a vérifié ni empreinte, ni visage, ni code. ${safe}`,
    next: 'Activez le verrouillage de l’écran, puis réessayez.',
  },
  assertion_backup_flags: {
    what: `Cette clé d’accès se contredit. ${safe}`,
    next: 'Utilisez une autre clé d’accès.',
  },
  assertion_algorithm: {
    what: `Le serveur ne sait pas vérifier la signature de cette clé. ${safe}`,
    next: 'Utilisez une autre clé d’accès.',
  },
  assertion_signature: { what: `La signature ne correspond pas. ${safe}`, next: again },

  receipt_not_this_server: {
    what: 'Ce reçu vient d’un autre serveur. Il ne prouve rien ici.',
    next: 'Demandez à l’autre personne de le montrer de nouveau.',
  },
  receipt_altered: {
    what: 'Ce reçu a été modifié. Il ne prouve rien.',
    next: 'Ne remettez rien en échange.',
  },
  receipt_other_payment: {
    what: 'Ce reçu concerne un autre paiement.',
    next: 'Demandez le reçu de ce paiement.',
  },

  not_guaranteed: {
    what: 'Aucun argent n’est mis de côté pour ce paiement : c’est une promesse, qui peut encore être refusée.',
    next: 'Ne remettez la marchandise que si vous faites confiance au payeur, ou attendez l’acceptation.',
  },
  server_key_unknown: {
    what: 'La signature vient d’une clé que ce téléphone ne connaît pas. Rien n’a été gardé.',
    next: 'Trouvez un réseau une fois pour que ce téléphone apprenne les clés du serveur, puis scannez de nouveau.',
  },
  allowance_altered: {
    what: 'Ce code a été modifié ou ne vient pas de votre serveur. Rien n’a été gardé.',
    next: 'Ne remettez rien en échange ; demandez un autre paiement.',
  },
  counterfoil_expired: {
    what: 'La garantie de ce paiement est terminée. Rien n’est certain.',
    next: 'Demandez au payeur de trouver un réseau et de payer de nouveau.',
  },
  counterfoil_over_cap: {
    what: 'C’est plus qu’un seul paiement sans réseau ne peut être. Rien n’est certain.',
    next: 'Demandez des paiements plus petits, ou trouvez un réseau ensemble.',
  },
  counterfoil_over_total: {
    what: 'L’argent que le payeur a mis de côté ne le couvre pas. Rien n’est certain.',
    next: 'Demandez un paiement plus petit, ou trouvez un réseau ensemble.',
  },
  counterfoil_over_count: {
    what: 'Le payeur a fait trop de paiements sans réseau. Rien n’est certain.',
    next: 'Demandez au payeur de trouver un réseau, puis de payer de nouveau.',
  },
  counterfoil_other_payee: {
    what: 'Ce paiement est destiné à quelqu’un d’autre. Rien n’a été gardé.',
    next: 'Montrez votre propre code et demandez à ce qu’il soit payé.',
  },
  counterfoil_other_request: {
    what: 'Ce paiement répond à une autre demande que la vôtre. Rien n’a été gardé.',
    next: 'Demandez au payeur de scanner le code que vous montrez maintenant.',
  },
  counterfoil_other_amount: {
    what: 'Ce paiement n’est pas du montant demandé. Rien n’a été gardé.',
    next: 'Montrez un nouveau code et demandez à ce qu’il soit payé.',
  },
  counterfoil_seen: {
    what: 'Un autre paiement de ce numéro a déjà été pris sur ce téléphone. Rien de plus n’a été gardé.',
    next: 'Ne remettez rien en échange ; demandez un nouveau paiement.',
  },
  clock_doubtful: {
    what: 'Les horloges des deux téléphones diffèrent : la garantie ne peut pas être datée.',
    next: 'Vérifiez date et heure sur les deux téléphones, puis scannez de nouveau.',
  },
  allowances_stopped: {
    what: 'Votre compte a promis plus qu’il n’avait : plus rien n’est mis de côté.',
    next: 'Payer en ligne marche toujours. Parlez à l’assistance.',
  },
  device_frozen: {
    what: 'Ce téléphone a été déclaré perdu : plus rien n’est mis de côté pour lui.',
    next: 'Si vous l’avez retrouvé, déconnectez-vous dans ses réglages, puis reconnectez-vous.',
  },
  device_behind: {
    what: 'Ce téléphone a retrouvé un état ancien : il a payé plus souvent qu’il ne le sait. Rien n’est mis de côté pour lui.',
    next: 'Déconnectez-vous de ce téléphone dans les réglages, puis reconnectez-vous : il comptera comme un nouveau téléphone.',
  },
  allowances_too_many: {
    what: 'De l’argent est mis de côté sur autant de téléphones qu’un compte peut en avoir. Rien n’a changé.',
    next: 'Sous « Mes appareils », déclarez perdus ceux que vous n’avez plus.',
  },
  funds_short: {
    what: 'Votre solde ne le couvre pas. Rien n’a changé.',
    next: 'Choisissez un montant plus petit, ou ajoutez de l’argent.',
  },

  text_empty: { what: `Il n’y a rien à lire. ${safe}`, next: 'Scannez ou collez un code.' },
  text_too_long: { what: `C’est trop long pour un code. ${safe}`, next: askNewCode },
  text_unknown: {
    what: `Ce n’est pas un code de paiement. ${safe}`,
    next: 'Scannez le code Counterfoil que montre le bénéficiaire.',
  },
  qr_structure: { what: `Ce code est abîmé. ${safe}`, next: askNewCode },
  qr_crc: {
    what: `Ce code est abîmé : ses chiffres de contrôle ne vont pas. ${safe}`,
    next: 'Scannez-le encore une fois ou demandez-en un nouveau.',
  },
  qr_presence: { what: `Il manque une partie de ce code. ${safe}`, next: askNewCode },
  qr_limit: { what: `Une partie de ce code est trop longue. ${safe}`, next: askNewCode },
  qr_value: { what: `Une partie de ce code ne peut pas être vraie. ${safe}`, next: askNewCode },
  scheme_not_supported: {
    what: `Ce code appartient à un autre système de paiement. ${safe}`,
    next: 'Demandez un code Counterfoil, ou payez avec l’application prévue.',
  },
  amount_malformed: { what: `Le montant est illisible. ${safe}`, next: askNewCode },
  amount_decimals: {
    what: `Le montant a plus de décimales que sa devise. ${safe}`,
    next: askNewCode,
  },
  fee_malformed: {
    what: `Le pourboire ou les frais du code sont illisibles. ${safe}`,
    next: askNewCode,
  },
  scheme_currency: {
    what: `Le code demande une devise que son système n’utilise pas. ${safe}`,
    next: askNewCode,
  },
  not_a_payment_request: {
    what: `Ceci prouve un paiement, mais n’en demande pas. ${safe}`,
    next: 'Demandez un code à payer.',
  },
  request_payee_malformed: { what: `Le code ne dit pas qui est payé. ${safe}`, next: askNewCode },
  request_server_malformed: {
    what: `Le code ne nomme pas son serveur de paiement. ${safe}`,
    next: askNewCode,
  },
  request_id_malformed: {
    what: `Le numéro de cette demande est illisible. ${safe}`,
    next: askNewCode,
  },
  request_validity_malformed: {
    what: `La date limite de cette demande est illisible. ${safe}`,
    next: askNewCode,
  },
  link_malformed: {
    what: `Ce lien ne demande aucun paiement. ${safe}`,
    next: 'Demandez un nouveau lien.',
  },
  request_expired: { what: `Cette demande est trop ancienne. ${safe}`, next: askNewCode },
  wrong_currency: {
    what: `Le code demande une devise que vous ne détenez pas. ${safe}`,
    next: 'Demandez un code dans une devise que vous détenez.',
  },

  outbox_full: {
    what: `Trop de paiements attendent le réseau. ${safe}`,
    next: 'Trouvez d’abord un réseau ; ils partiront d’eux-mêmes.',
  },
  already_paying: {
    what: 'Vous avez déjà promis cette demande. Elle ne sera pas payée deux fois.',
    next: 'Regardez son talon.',
  },
  over_balance: {
    what: `C’est plus que ce qu’il vous reste. ${safe}`,
    next: 'Payez moins ou attendez une rentrée d’argent.',
  },
  store_unreadable: {
    what: 'La mémoire du téléphone est illisible pour l’instant. Son contenu n’est pas perdu.',
    next: 'Fermez les autres onglets de ce portefeuille et rouvrez-le. N’effacez pas ses données.',
  },
  store_not_saved: {
    what: `Le paiement n’a pas pu être enregistré ; rien n’a été promis. ${safe}`,
    next: 'Libérez de la place sur le téléphone et réessayez.',
  },
  sequence_taken: { what: `Un autre onglet a payé au même moment. ${safe}`, next: again },
  cancel_too_late: {
    what: 'L’envoi de la promesse a déjà été tenté : elle a pu atteindre le serveur et ne peut plus être retirée.',
    next: 'Attendez son reçu. Si elle est acceptée, demandez un remboursement.',
  },
  approval_cancelled: {
    what: `Vous n’avez pas approuvé, ou le téléphone n’a pas répondu. ${safe}`,
    next: 'Votre saisie est gardée. Réessayez quand vous voulez.',
  },
  no_account: {
    what: `Il n’y a pas encore de portefeuille sur ce téléphone. ${safe}`,
    next: 'Ouvrez d’abord un portefeuille.',
  },

  not_signed_in: {
    what: 'Le serveur demande qui vous êtes. Les paiements en route ne sont pas touchés.',
    next: 'Connectez-vous avec votre clé d’accès.',
  },
  forbidden: { what: 'Votre portefeuille n’y est pas autorisé.', next: support },
  not_found: { what: 'Il n’y a rien ici.', next: 'Revenez en arrière et essayez autrement.' },
  method_not_allowed: { what: 'Le serveur ne propose pas cela.', next: newer },
  input_invalid: { what: 'Une saisie n’est pas valable.', next: 'Vérifiez-la et réessayez.' },
  body_too_large: { what: 'Trop de données ont été envoyées à la fois.', next: newer },
  media_type: { what: 'Le serveur ne lit pas ce type de données.', next: newer },
  request_timeout: { what: 'La connexion est lente. Rien n’est perdu.', next: keeps },
  batch_too_large: { what: 'Trop de paiements ont été envoyés à la fois.', next: keeps },
  ceremony_unknown: { what: 'Cela a duré trop longtemps et s’est arrêté.', next: 'Recommencez.' },
  passkey_rejected: {
    what: 'La clé d’accès n’a pas été acceptée.',
    next: 'Réessayez ou prenez-en une autre.',
  },
  name_taken: { what: 'Ce nom est déjà pris.', next: 'Choisissez un autre nom.' },
  too_many_requests: {
    what: 'Trop d’essais en peu de temps. Rien n’est perdu.',
    next: 'Attendez une minute ; l’application continue d’elle-même.',
  },
  overloaded: {
    what: 'Le serveur est occupé. Rien n’est perdu.',
    next: 'L’application réessaie d’elle-même.',
  },
  unavailable: {
    what: 'Le serveur est injoignable pour l’instant. Rien n’est perdu.',
    next: 'L’application réessaie d’elle-même dès qu’il y a un réseau.',
  },
  internal: { what: 'Quelque chose s’est cassé au serveur. Rien n’est perdu.', next: support },
};

export const frAsked: AskedTexts = {
  unavailable: {
    what: `Le serveur est injoignable pour l’instant. ${safe}`,
    next: 'Réessayez quand il y a du réseau.',
  },
  overloaded: { what: `Le serveur est occupé. ${safe}`, next: 'Réessayez dans une minute.' },
  request_timeout: {
    what: `La connexion est lente, aucune réponse n’est venue. ${safe}`,
    next: 'Réessayez là où le réseau est meilleur.',
  },
  too_many_requests: {
    what: `Trop d’essais en peu de temps. ${safe}`,
    next: 'Attendez une minute, puis réessayez.',
  },
  internal: {
    what: `Quelque chose s’est cassé au serveur. ${safe}`,
    next: 'Réessayez ; si cela dure, parlez à l’assistance.',
  },
  credential_unknown: {
    what: `Le serveur ne connaît aucun portefeuille avec cette clé d’accès. ${safe}`,
    next: 'Connectez-vous avec une autre clé, ou ouvrez un portefeuille.',
  },
  credential_revoked: {
    what: `Cette clé d’accès a été désactivée. ${safe}`,
    next: 'Connectez-vous avec une autre clé.',
  },
  store_not_saved: {
    what: `Ce téléphone n’a pas pu le garder. ${safe}`,
    next: 'Libérez de la place sur le téléphone et réessayez.',
  },
  approval_cancelled: {
    what: `Vous n’avez pas approuvé, ou le téléphone n’a pas répondu. ${safe}`,
    next: 'Réessayez quand vous voulez.',
  },
};
