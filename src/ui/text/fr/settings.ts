/** Owns the French texts of: settings. */
import type { enSettings } from '../en/settings.ts';
import type { Translation } from '../message.ts';

export const frSettings: Translation<typeof enSettings> = {};
