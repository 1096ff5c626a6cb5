/** Owns the English texts of: activity. */

export const enActivity = {} as const;
