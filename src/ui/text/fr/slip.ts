/** Owns the French texts of: slip. */
import type { enSlip } from '../en/slip.ts';
import type { Translation } from '../message.ts';

export const frSlip: Translation<typeof enSlip> = {};
