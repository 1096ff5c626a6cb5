/** Owns the French texts of review. */
import type { enReview } from '../en/review.ts';
import type { Translation } from '../message.ts';

export const frReview: Translation<typeof enReview> = {
  'entry.erase': 'Effacer le dernier chiffre',
};
