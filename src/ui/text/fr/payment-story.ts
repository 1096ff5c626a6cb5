/** Owns the French texts of: payment-story. */
import type { enPaymentStory } from '../en/payment-story.ts';
import type { Translation } from '../message.ts';

export const frPaymentStory: Translation<typeof enPaymentStory> = {};
