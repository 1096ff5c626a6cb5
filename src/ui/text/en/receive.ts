/** Owns the English texts of: receive. */

export const enReceive = {} as const;
