/** Owns the French texts of: scan, and of QR codes shown. */
import type { enScan } from '../en/scan.ts';
import type { Translation } from '../message.ts';

export const frScan: Translation<typeof enScan> = {
  'scan.title': 'Scanner un code',
  'scan.starting': 'La caméra démarre…',
  'scan.asking':
    'Si le téléphone le demande, autorisez la caméra. Aucune image ne quitte ce téléphone.',
  'scan.looking': 'Placez le code entre les coins',
  'scan.paused': 'La caméra est éteinte',
  'scan.found': 'Code lu',
  'scan.view': 'Ce que voit la caméra',
  'scan.torch': 'Lumière',
  'scan.zoom': 'Zoom',
  'scan.switch': 'Autre caméra',

  'scan.denied': 'La caméra n’est pas autorisée ici',
  'scan.denied-next':
    'Autorisez-la pour ce site dans les réglages du navigateur, puis revenez. Sinon, utilisez une image ou saisissez le code.',
  'scan.no-camera': 'Aucune caméra trouvée',
  'scan.no-camera-next': 'Utilisez une image du code ou saisissez-le.',
  'scan.in-use': 'Une autre application utilise la caméra',
  'scan.in-use-next': 'Fermez l’autre application, puis réessayez.',
  'scan.insecure': 'La caméra exige une adresse sécurisée',
  'scan.insecure-next': 'Ouvrez le portefeuille à une adresse qui commence par https.',
  'scan.failed': 'La caméra ne montre rien',
  'scan.failed-next': 'Réessayez. Si elle reste noire, utilisez une image ou saisissez le code.',
  'scan.no-reader': 'Le lecteur de codes ne démarre pas',
  'scan.no-reader-next': 'Fermez puis rouvrez l’application, ou saisissez le code.',

  'scan.photo': 'Image',
  'scan.photo-reading': 'Lecture de l’image…',
  'scan.photo-nothing': 'Il n’y a pas de code dans cette image',
  'scan.photo-nothing-next': 'Prenez-la de plus près, avec le bord blanc autour du code.',
  'scan.photo-not-a-picture': 'Ce fichier ne s’ouvre pas comme une image',
  'scan.photo-not-a-picture-next': 'Choisissez une photo ou une capture d’écran.',
  'scan.shared-missing': 'L’image partagée n’est pas arrivée',
  'scan.shared-missing-next': 'Partagez-la encore une fois, ou choisissez-la ici.',

  'scan.parts': '{have} parties lues sur {count}. Ne bougez pas.',
  'scan.not-a-receipt': 'Ce n’est pas un reçu',
  'scan.not-a-receipt-next': 'Demandez le reçu du paiement : son texte commence par CFR.',

  'scan.type': 'Saisir',
  'scan.type-title': 'Saisir ou coller le code',
  'scan.type-label': 'Texte ou lien',
  'scan.type-hint': 'Comme dans le message reçu, ou comme on vous le lit.',
  'scan.paste': 'Coller',
  'scan.read': 'Lire',

  'scan.scheme': 'C’est un code {scheme}',
  'scan.scheme-of': 'C’est un code {scheme} de {payee}',

  'carry.what':
    'Cette promesse est signée mais pas encore payée. Vous pouvez la porter au serveur pour l’autre téléphone. Elle compte une seule fois, peu importe qui la porte.',
  'carry.do': 'La porter maintenant',
  'carry.carrying': 'En route…',
  'carry.arrived': 'Le serveur a répondu',
  'carry.silence': 'Pas encore de réponse. On ne sait pas si c’est payé.',
  'carry.silence-next': 'Réessayez avec du réseau. L’autre téléphone garde sa promesse.',

  'proof.checking': 'Vérification de la signature…',
  'proof.paid': 'Payé',
  'proof.not-paid': 'Pas payé',
  'proof.genuine': 'Signature vérifiée sur ce téléphone',
  'proof.foreign': 'Pas un reçu de ce serveur',
  'proof.foreign-text': 'Un autre serveur l’a signé, ou personne. Il ne prouve rien ici.',
  'proof.altered': 'Modifié',
  'proof.altered-text': 'Ce n’est pas ce que le serveur a signé. Ne remettez rien en échange.',
  'proof.unchecked': 'Impossible à dire pour l’instant',
  'proof.unchecked-text':
    'Ce téléphone n’a pas de clé pour le vérifier. Trouvez un réseau une fois, puis regardez à nouveau. D’ici là, ne vous y fiez pas.',
  'proof.newer': 'Cette application est trop ancienne pour le lire',
  'proof.newer-text': 'Trouvez un réseau une fois pour la mettre à jour, puis regardez à nouveau.',
  'proof.from': 'De',
  'proof.to': 'À',
  'proof.you': 'Vous',
  'proof.when': 'Décidé',
  'proof.until': 'Valable jusqu’au',
  'proof.note': 'Note',
  'proof.id': 'Numéro',

  'scan.proof-title': 'Reçu d’une autre personne',
  'scan.promise-title': 'Promesse d’une autre personne',

  'scan.list-title': 'Une liste de paiements',
  'scan.payment-title': 'Scanner le paiement',

  'check.title': 'Vérifier un reçu',
  'check.lead':
    'Scannez le reçu que l’on vous montre. Il est vérifié sur ce téléphone, même sans réseau.',
  'check.ready': 'Ce téléphone a les clés du serveur et n’a pas besoin de réseau.',
  'check.not-ready': 'Ce téléphone n’a pas encore les clés. Il lui faut le réseau une fois.',
  'check.link': 'Vérifier un reçu',
  'check.another': 'En vérifier un autre',

  'code.part': 'Partie {place} sur {count}',
  'code.next': 'Partie suivante',
  'code.bright': 'Si le code ne se lit pas, augmentez la luminosité de l’écran.',

  'qr.too-long': 'C’est trop long pour un code. Partagez le texte.',
};
