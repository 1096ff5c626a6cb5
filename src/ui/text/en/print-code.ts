/** Owns the English texts of: print-code. */

export const enPrintCode = {} as const;
