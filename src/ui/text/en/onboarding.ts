/** Owns the English texts of: onboarding. */

export const enOnboarding = {} as const;
