/** Owns the English texts of: settings. */

export const enSettings = {} as const;
