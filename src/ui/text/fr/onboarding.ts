/** Owns the French texts of: onboarding. */
import type { enOnboarding } from '../en/onboarding.ts';
import type { Translation } from '../message.ts';

export const frOnboarding: Translation<typeof enOnboarding> = {};
