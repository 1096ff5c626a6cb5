/** Owns the French texts of: activity. */
import type { enActivity } from '../en/activity.ts';
import type { Translation } from '../message.ts';

export const frActivity: Translation<typeof enActivity> = {};
