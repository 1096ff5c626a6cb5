/** Gathers the English texts of all screens but the first: one chunk, loaded with the first of them. */
import { enActivity } from './activity.ts';
import { enOffline } from './offline.ts';
import { enOnboarding } from './onboarding.ts';
import { enPaymentStory } from './payment-story.ts';
import { enPrintCode } from './print-code.ts';
import { enReceive } from './receive.ts';
import { enAsked, enRefusals } from './refusals.ts';
import { enReview } from './review.ts';
import { enScan } from './scan.ts';
import { enSettings } from './settings.ts';
import { enSlip } from './slip.ts';
import { enTake } from './take.ts';
import { enTrouble } from './trouble.ts';

export const enRest = {
  ...enActivity,
  ...enOffline,
  ...enOnboarding,
  ...enPaymentStory,
  ...enPrintCode,
  ...enReceive,
  ...enReview,
  ...enScan,
  ...enSettings,
  ...enSlip,
  ...enTake,
  ...enTrouble,
} as const;

export const enRestTexts = { messages: enRest, refusals: enRefusals, asked: enAsked };
