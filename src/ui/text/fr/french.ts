/** Gathers the French texts: one chunk, loaded only where French is spoken. */
import { frActivity } from './activity.ts';
import { frFirst } from './first.ts';
import { frOffline } from './offline.ts';
import { frOnboarding } from './onboarding.ts';
import { frPaymentStory } from './payment-story.ts';
import { frPrintCode } from './print-code.ts';
import { frReceive } from './receive.ts';
import { frAsked, frRefusals } from './refusals.ts';
import { frReview } from './review.ts';
import { frScan } from './scan.ts';
import { frSettings } from './settings.ts';
import { frSlip } from './slip.ts';
import { frTake } from './take.ts';
import { frTrouble } from './trouble.ts';

export const frenchTexts = {
  messages: {
    ...frActivity,
    ...frFirst,
    ...frOffline,
    ...frOnboarding,
    ...frPaymentStory,
    ...frPrintCode,
    ...frReceive,
    ...frReview,
    ...frScan,
    ...frSettings,
    ...frSlip,
    ...frTake,
    ...frTrouble,
  },
  refusals: frRefusals,
  asked: frAsked,
};
