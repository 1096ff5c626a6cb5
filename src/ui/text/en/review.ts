/** Owns the English texts of review: who is paid, how much, and the approval. */

export const enReview = {
  'entry.erase': 'Erase last digit',
} as const;
