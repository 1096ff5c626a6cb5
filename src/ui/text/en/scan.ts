/** Owns the English texts of: scan. */

export const enScan = {} as const;
