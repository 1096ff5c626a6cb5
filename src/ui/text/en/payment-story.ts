/** Owns the English texts of: payment-story. */

export const enPaymentStory = {} as const;
