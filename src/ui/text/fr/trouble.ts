/** Owns the French texts for trouble. */
import type { enTrouble } from '../en/trouble.ts';
import type { Translation } from '../message.ts';

export const frTrouble: Translation<typeof enTrouble> = {
  'trouble.title': 'Votre portefeuille est illisible pour l’instant',
  'trouble.lost': 'Il n’y a rien à cette adresse',
};
