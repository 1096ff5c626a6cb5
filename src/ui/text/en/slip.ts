/** Owns the English texts of: slip. */

export const enSlip = {} as const;
